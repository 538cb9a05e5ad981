//! Facts as values of regorus, without JSON in between: each account has hundreds of members, with few names.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use foldhash::fast::RandomState;
use regorus::{Rc, Value};
use serde::ser::{
    Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer,
};
use serde_json::Error;

/// Converts facts to values, and keeps the names of their members for the next facts.
#[derive(Debug, Default)]
pub(super) struct FactValues {
    /// The names, by their address and length in the program, which are the same for all facts. At most one for each
    /// distinct name in the facts.
    names: HashMap<(usize, usize), Rc<str>, RandomState>,
}

impl FactValues {
    /// Returns the value that regorus would make from the same facts as JSON.
    pub(super) fn build<T: Serialize + ?Sized>(&mut self, facts: &T) -> Result<Value, Error> {
        facts.serialize(self)
    }

    fn intern(&mut self, name: &'static str) -> Value {
        let known = self.names.entry((name.as_ptr().addr(), name.len()));
        Value::String(Rc::clone(known.or_insert_with(|| name.into())))
    }
}

/// The error for a type of value that facts do not have.
const UNUSED: &str = "facts hold nothing of the kind";

impl<'v> Serializer for &'v mut FactValues {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Elements<'v>;
    type SerializeTuple = Impossible<Value, Error>;
    type SerializeTupleStruct = Impossible<Value, Error>;
    type SerializeTupleVariant = Impossible<Value, Error>;
    type SerializeMap = FactMembers<'v>;
    type SerializeStruct = FactMembers<'v>;
    type SerializeStructVariant = Impossible<Value, Error>;

    fn serialize_bool(self, value: bool) -> Result<Value, Error> {
        Ok(Value::Bool(value))
    }

    fn serialize_u8(self, value: u8) -> Result<Value, Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<Value, Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<Value, Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_i8(self, value: i8) -> Result<Value, Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<Value, Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<Value, Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_f32(self, value: f32) -> Result<Value, Error> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_char(self, value: char) -> Result<Value, Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<Value, Error> {
        Ok(Value::String(value.into()))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<Value, Error> {
        Ok(Value::String(value.to_string().into()))
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, Error> {
        Ok(self.intern(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Elements<'v>, Error> {
        Ok(Elements { values: self, elements: Vec::with_capacity(length.unwrap_or_default()) })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<FactMembers<'v>, Error> {
        let members = Vec::with_capacity(length.unwrap_or_default());
        Ok(FactMembers { values: self, members, key: Value::Undefined })
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<FactMembers<'v>, Error> {
        self.serialize_map(Some(length))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Value, Error> {
        Err(Error::custom(UNUSED))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Value, Error> {
        Err(Error::custom(UNUSED))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        Err(Error::custom(UNUSED))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Error> {
        Err(Error::custom(UNUSED))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(Error::custom(UNUSED))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Err(Error::custom(UNUSED))
    }
}

/// An array that is being built.
pub(super) struct Elements<'v> {
    values: &'v mut FactValues,
    elements: Vec<Value>,
}

impl SerializeSeq for Elements<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.elements.push(self.values.build(value)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        Ok(self.elements.into())
    }
}

/// An object that is being built.
pub(super) struct FactMembers<'v> {
    values: &'v mut FactValues,
    members: Vec<(Value, Value)>,
    key: Value,
}

impl FactMembers<'_> {
    fn object(self) -> Value {
        Value::from(self.members.into_iter().collect::<BTreeMap<_, _>>())
    }
}

impl SerializeStruct for FactMembers<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        let name = self.values.intern(name);
        self.members.push((name, self.values.build(value)?));
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        Ok(self.object())
    }
}

impl SerializeMap for FactMembers<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = self.values.build(key)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = std::mem::replace(&mut self.key, Value::Undefined);
        self.members.push((key, self.values.build(value)?));
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        Ok(self.object())
    }
}

#[cfg(test)]
mod tests;

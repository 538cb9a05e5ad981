//! The known structure of a value. It shows which members the value cannot have.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;

/// The depth up to which types are known. A value that nests deeper is [`Type::Any`].
const MAX_DEPTH: usize = 8;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Type {
    Any,
    /// A value without members.
    Plain,
    Bool,
    /// The number may be of any size and may have decimals.
    Number,
    Integer,
    /// A string: one of these, or any string if the set is empty.
    Text(BTreeSet<String>),
    /// An array, with the type of its elements.
    Array(Rc<Type>),
    /// A set, with the type of its elements.
    Set(Rc<Type>),
    Object(Rc<Object>),
    OneOf(BTreeSet<Type>),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Object {
    /// The name of the object in messages.
    name: String,
    members: BTreeMap<String, Type>,
    /// The members that facts can lack.
    optional: BTreeSet<String>,
    /// The type of any other member; `None` if there are no other members.
    others: Option<Type>,
}

/// A member that a value cannot have.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// An object, which messages call `of`, has only the `known` members.
    Member { of: String, known: Vec<String> },
    /// An array or a set has elements instead of members.
    OfElements { kind: &'static str, element: Type },
    /// The value is of a type without members.
    OfPlain { kind: String },
}

impl Type {
    /// The type of the elements of an empty list.
    pub(super) const NOTHING: Type = Type::OneOf(BTreeSet::new());

    /// Returns the type that a JSON Schema describes. Messages call a value of this type `name`.
    pub(super) fn of_schema(schema: &Value, name: &str) -> Type {
        of_schema(schema, schema, name.to_owned())
    }

    pub(super) fn array(of: Type) -> Type {
        if of.depth() < MAX_DEPTH { Type::Array(Rc::new(of)) } else { Type::Any }
    }

    pub(super) fn set(of: Type) -> Type {
        if of.depth() < MAX_DEPTH { Type::Set(Rc::new(of)) } else { Type::Any }
    }

    /// Returns the type of an object with these members, and possibly with others.
    pub(super) fn object(members: BTreeMap<String, Type>, others: Type) -> Type {
        let depth = members.values().chain([&others]).map(Type::depth).max().unwrap_or_default();
        if depth >= MAX_DEPTH {
            return Type::Any;
        }
        let (name, optional) = (String::new(), BTreeSet::new());
        Type::Object(Rc::new(Object { name, members, optional, others: Some(others) }))
    }

    fn depth(&self) -> usize {
        match self {
            Type::Any | Type::Plain | Type::Bool | Type::Number | Type::Integer | Type::Text(_) => 0,
            Type::Array(of) | Type::Set(of) => 1 + of.depth(),
            Type::Object(object) if object.others.is_none() => 1,
            Type::Object(object) => {
                1 + object.members.values().chain(&object.others).map(Type::depth).max().unwrap_or_default()
            }
            Type::OneOf(types) => types.iter().map(Type::depth).max().unwrap_or_default(),
        }
    }

    pub(super) fn or(self, other: Type) -> Type {
        match (self, other) {
            (Type::Any, _) | (_, Type::Any) => Type::Any,
            (one, other) if one == other => one,
            (one, other) => {
                let flat = |of| match of {
                    Type::OneOf(types) => types,
                    of => BTreeSet::from([of]),
                };
                let mut all = &flat(one) | &flat(other);
                if all.len() > 1 { Type::OneOf(all) } else { all.pop_first().unwrap_or(Type::NOTHING) }
            }
        }
    }

    pub(super) fn one_of(types: impl IntoIterator<Item = Type>) -> Option<Type> {
        types.into_iter().reduce(Type::or)
    }

    /// Returns the type of the member `name`. If only some of several types have it, the result is theirs.
    pub(super) fn member(&self, name: &str) -> Result<Type, Missing> {
        match self {
            Type::Object(object) => {
                let found = object.members.get(name).or(object.others.as_ref()).cloned();
                found.ok_or_else(|| Missing::Member {
                    of: object.name.clone(),
                    known: object.members.keys().cloned().collect(),
                })
            }
            Type::OneOf(types) => {
                let is_object = |of: &&Type| matches!(of, Type::Object(_));
                // If any of the types is an object, only objects are asked for the member.
                let any_object = types.iter().any(|of| is_object(&of));
                let asked = types.iter().filter(|of| !any_object || is_object(of));
                let (found, missing): (Vec<_>, Vec<_>) =
                    asked.map(|of| of.member(name)).partition(Result::is_ok);
                let first = missing.into_iter().find_map(Result::err);
                match (Type::one_of(found.into_iter().flatten()), first) {
                    (Some(found), _) => Ok(found),
                    (None, Some(missing)) => Err(missing),
                    (None, None) => Ok(Type::Any),
                }
            }
            Type::Array(element) => {
                Err(Missing::OfElements { kind: self.kind(), element: Type::clone(element) })
            }
            // In a set of strings, `.name` asks for the element.
            Type::Set(element) if matches!(element.as_ref(), Type::Object(_) | Type::Array(_)) => {
                Err(Missing::OfElements { kind: self.kind(), element: Type::clone(element) })
            }
            Type::Bool | Type::Number | Type::Integer | Type::Text(_) => {
                Err(Missing::OfPlain { kind: self.kind().to_owned() })
            }
            Type::Any | Type::Plain | Type::Set(_) => Ok(Type::Any),
        }
    }

    /// The name of the object in the facts that can lack this member.
    pub(super) fn owner_of_optional(&self, member: &str) -> Option<&str> {
        match self {
            Type::Object(object) if object.optional.contains(member) => Some(&object.name),
            _ => None,
        }
    }

    /// The name of the type in messages, with an article.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Type::Bool => "a boolean",
            Type::Number | Type::Integer => "a number",
            Type::Text(_) => "a string",
            Type::Array(_) => "an array",
            Type::Set(_) => "a set",
            Type::Object(_) => "an object",
            Type::Any | Type::Plain | Type::OneOf(_) => "a value",
        }
    }

    /// Returns the types that a value may have, or `None` if one of them is unknown or there are none.
    pub(super) fn kinds(&self) -> Option<Vec<&Type>> {
        match self {
            Type::Any | Type::Plain => None,
            Type::OneOf(types) => {
                let kinds: Vec<Vec<&Type>> = types.iter().map(Type::kinds).collect::<Option<_>>()?;
                Some(kinds.concat()).filter(|kinds| !kinds.is_empty())
            }
            _ => Some(vec![self]),
        }
    }

    /// The names of an object's members, unless it may have others.
    pub(super) fn fixed_members(&self) -> Vec<&str> {
        match self {
            Type::Object(object) if object.others.is_none() => {
                object.members.keys().map(String::as_str).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns the types that a value may have, or `None` if one of them is not a boolean, a number or a string, or
    /// there are none.
    pub(super) fn plain_kinds(&self) -> Option<Vec<&Type>> {
        match self {
            Type::Bool | Type::Number | Type::Integer | Type::Text(_) => Some(vec![self]),
            Type::OneOf(types) => {
                let kinds: Vec<Vec<&Type>> = types.iter().map(Type::plain_kinds).collect::<Option<_>>()?;
                Some(kinds.concat()).filter(|kinds| !kinds.is_empty())
            }
            Type::Any | Type::Plain | Type::Array(_) | Type::Set(_) | Type::Object(_) => None,
        }
    }

    /// The type of any element.
    pub(super) fn element(&self) -> Type {
        match self {
            Type::Any | Type::Plain | Type::Bool | Type::Number | Type::Integer | Type::Text(_) => Type::Any,
            Type::Array(of) | Type::Set(of) => Type::clone(of),
            Type::Object(object) => {
                Type::one_of(object.members.values().chain(&object.others).cloned()).unwrap_or(Type::Any)
            }
            Type::OneOf(types) => {
                let with_elements =
                    types.iter().filter(|of| **of != Type::Plain && of.plain_kinds().is_none());
                Type::one_of(with_elements.map(Type::element)).unwrap_or(Type::Any)
            }
        }
    }
}

fn of_schema(root: &Value, schema: &Value, name: String) -> Type {
    if let Some(pointer) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        return root.pointer(pointer).map_or(Type::Any, |schema| of_schema(root, schema, name));
    }
    if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
        return of_schema(root, only, name);
    }
    match schema["type"].as_str() {
        Some("array") => {
            Type::Array(Rc::new(of_schema(root, &schema["items"], format!("an element of {name}"))))
        }
        Some("object") => {
            let of_member = |(member, schema): (&String, &Value)| {
                (member.clone(), of_schema(root, schema, format!("{member} of {name}")))
            };
            let members: BTreeMap<String, Type> =
                schema["properties"].as_object().into_iter().flatten().map(of_member).collect();
            let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
            let is_optional = |name: &&String| !required.iter().any(|one| one == name.as_str());
            let optional = members.keys().filter(is_optional).cloned().collect();
            let others = match &schema["additionalProperties"] {
                Value::Bool(false) => None,
                Value::Object(_) => Some(of_schema(root, &schema["additionalProperties"], String::new())),
                _ => Some(Type::Any),
            };
            Type::Object(Rc::new(Object { name, members, optional, others }))
        }
        Some("boolean") => Type::Bool,
        Some("number") => Type::Number,
        Some("integer") => Type::Integer,
        Some("string") => {
            let words = schema["enum"].as_array().into_iter().flatten().chain(schema.get("const"));
            Type::Text(words.filter_map(Value::as_str).map(str::to_owned).collect())
        }
        Some(_) => Type::Plain,
        None => Type::Any,
    }
}

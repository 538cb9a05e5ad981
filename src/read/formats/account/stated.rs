//! The members of an account that decide its verdict, under every spelling of their names: inside `properties`, and next to
//! it, as columns of a row.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::value::CowStrDeserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::model::Instant;
use crate::read::formats::member::Member;

/// Name of the object that contains these members.
const PROPERTIES: &str = "properties";

/// A member that decides a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read::formats) enum StatedName {
    DateCreated,
    DisableLocalAuth,
    IsMigrated,
    /// Of a deleted account.
    DeletionDate,
}

impl StatedName {
    const ALL: [(&str, StatedName); 4] = [
        ("datecreated", StatedName::DateCreated),
        ("disablelocalauth", StatedName::DisableLocalAuth),
        ("ismigrated", StatedName::IsMigrated),
        ("deletiondate", StatedName::DeletionDate),
    ];

    /// Returns the member that a name means, in any case and with any punctuation or white space, also with the name of its
    /// object before it: `dateCreated`, `date_created`, `properties_dateCreated` or `DATECREATED `.
    pub(in crate::read::formats) fn of(name: &str) -> Option<StatedName> {
        // Every account has dozens of other names, and nearly all begin with other letters.
        let start = name.as_bytes().first_chunk::<3>()?.map(|byte| byte.to_ascii_lowercase());
        let may_be = matches!(&start, b"dat" | b"dis" | b"del" | b"ism" | b"pro");
        if !may_be && start.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let mut inner = letters(name);
        let has_object = PROPERTIES.bytes().all(|letter| inner.next() == Some(letter));
        let own = if has_object { inner } else { letters(name) };
        StatedName::ALL
            .into_iter()
            .find_map(|(known, stated)| own.clone().eq(known.bytes()).then_some(stated))
    }
}

/// Returns the letters of a name in lower case, without the punctuation and white space between them.
fn letters(name: &str) -> impl Iterator<Item = u8> + Clone {
    let is_between = |byte: &u8| byte.is_ascii_punctuation() || byte.is_ascii_whitespace();
    name.bytes().filter(move |byte| !is_between(byte)).map(|byte| byte.to_ascii_lowercase())
}

/// The values of these members in one place or in several. Different values of one member contradict each other.
#[derive(Default)]
pub(super) struct Stated {
    pub date_created: Member<String>,
    /// `None` if no member has this name.
    pub disable_local_auth: Option<Member<bool>>,
    /// `None` if no member has this name.
    pub is_migrated: Option<Member<bool>>,
    pub deletion_date: Member<String>,
}

impl Stated {
    /// Reads the members of an object of properties.
    pub(super) fn of_properties<'de, A: MapAccess<'de>>(mut members: A) -> Result<Stated, A::Error> {
        let mut stated = Stated::default();
        while let Some(Name(name)) = members.next_key()? {
            match StatedName::of(&name) {
                Some(name) => stated.add(name, members.next_value()?, Member::of),
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(stated)
    }

    fn add(&mut self, name: StatedName, value: &RawValue, truth: fn(&RawValue) -> Member<bool>) {
        match name {
            StatedName::DateCreated => self.date_created.join(date(value), most_precise),
            StatedName::DisableLocalAuth => {
                self.disable_local_auth.get_or_insert_default().join(truth(value), same);
            }
            StatedName::IsMigrated => self.is_migrated.get_or_insert_default().join(truth(value), same),
            StatedName::DeletionDate => self.deletion_date.join(date(value), most_precise),
        }
    }

    /// Adds the values of another place.
    pub(super) fn join(&mut self, other: Stated) {
        self.date_created.join(other.date_created, most_precise);
        if let Some(other) = other.disable_local_auth {
            self.disable_local_auth.get_or_insert_default().join(other, same);
        }
        if let Some(other) = other.is_migrated {
            self.is_migrated.get_or_insert_default().join(other, same);
        }
        self.deletion_date.join(other.deletion_date, most_precise);
    }
}

fn same(one: bool, other: bool) -> Option<bool> {
    (one == other).then_some(one)
}

/// Reads a date. A time that was never set is absent.
fn date(value: &RawValue) -> Member<String> {
    match Member::<String>::of(value) {
        Member::Known(text) if text.is_empty() || is_unset(&text) => Member::Absent,
        date => date,
    }
}

/// Returns whether a text is the .NET time that was never set (in the year 1), in any form of its serializers.
fn is_unset(text: &str) -> bool {
    ["0001-01-01", "1/1/0001", "01/01/0001", "/Date(-62135596800000"]
        .into_iter()
        .any(|unset| text.starts_with(unset))
}

/// Returns the more precise one of two texts for the same date; `None` for different dates.
fn most_precise(one: String, other: String) -> Option<String> {
    if one == other {
        return Some(one);
    }
    let most_precise = Instant::parse(&one)?.most_precise(Instant::parse(&other)?)?;
    Some(if Instant::parse(&one) == Some(most_precise) { one } else { other })
}

/// The name of a member.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of a record without those in `columns`, which are added there.
pub(super) struct OtherMembers<'c, A> {
    pub members: A,
    pub columns: &'c mut Stated,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for OtherMembers<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(Name(name)) = self.members.next_key()? {
            let Some(stated) = StatedName::of(&name) else {
                let is_properties = name.len() >= PROPERTIES.len() && letters(&name).eq(PROPERTIES.bytes());
                let name = if is_properties { Cow::Borrowed(PROPERTIES) } else { name };
                return seed.deserialize(CowStrDeserializer::new(name)).map(Some);
            };
            self.columns.add(stated, self.members.next_value()?, Member::of_cell);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_a_member_in_any_spelling() {
        for name in [
            "dateCreated",
            "DateCreated",
            "date_created",
            "DATECREATED",
            " datecreated ",
            "properties_dateCreated",
            "properties.dateCreated",
            "Properties_Date_Created",
            "_dateCreated",
        ] {
            assert_eq!(StatedName::of(name), Some(StatedName::DateCreated), "{name}");
        }
        for name in
            ["", "date", "dateCreated2", "createdDate", "properties", "properties_", "systemData_dateCreated"]
        {
            assert_eq!(StatedName::of(name), None, "{name}");
        }
    }
}

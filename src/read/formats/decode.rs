//! The parts that decoders of all exports share.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::read::formats::advice::ONLY_STANDARD_OUTPUT;

/// A string or `null`, or an ARM "localizable string": `"text"` or `{"value": "text", "localizedValue": …}`.
///
/// An object without a value decodes as an empty text, because there is a value and it cannot be read.
#[derive(Debug, Default)]
pub(in crate::read) struct Text<'a> {
    pub value: Option<Cow<'a, str>>,
    pub localized: Option<Cow<'a, str>>,
}

impl Text<'_> {
    /// Returns the value unless it is empty.
    pub(in crate::read) fn get(&self) -> Option<&str> {
        self.value.as_deref().filter(|text| !text.is_empty())
    }

    pub(in crate::read) fn to_owned(&self) -> Option<String> {
        self.get().map(str::to_owned)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, an object with a value, or null")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text { value: Some(Cow::Borrowed(text)), localized: None })
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text { value: Some(Cow::Owned(text.to_owned())), localized: None })
            }

            // Some exports write status codes as numbers.
            fn visit_u64<E>(self, number: u64) -> Result<Text<'de>, E> {
                Ok(Text { value: Some(Cow::Owned(number.to_string())), localized: None })
            }

            fn visit_unit<E>(self) -> Result<Text<'de>, E> {
                Ok(Text::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'de>, A::Error> {
                let mut text = Text::default();
                let mut has_value = false;
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    match name.as_ref() {
                        // Windows PowerShell writes `Value`, and the SDKs `localized_value`.
                        "value" | "Value" if text.value.is_none() => {
                            has_value = true;
                            text.value = map.next_value::<Text<'de>>()?.value;
                        }
                        "value" | "Value" => return Err(de::Error::duplicate_field("value")),
                        "localizedValue" | "LocalizedValue" | "localized_value" => {
                            text.localized = map.next_value::<Text<'de>>()?.value;
                        }
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                if !has_value {
                    text.value = Some(Cow::Borrowed(""));
                }
                Ok(text)
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

/// The reason why a record could not be used. Never quotes the record itself, which may contain a secret.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::read) struct Unusable {
    pub what: String,
    /// Number of lines below the record's first line.
    pub line: u64,
    /// Help for this fault; `None` if that of the file applies.
    pub help: Option<&'static str>,
    /// Whether the fault results from the way in which all records were exported, so that one note per file is enough.
    pub is_of_export: bool,
}

impl Unusable {
    pub(in crate::read) fn record(what: impl Into<String>) -> Unusable {
        Unusable { what: what.into(), line: 0, help: None, is_of_export: false }
    }

    /// Returns a fault of all records of an export, and the help to export it correctly.
    pub(in crate::read) fn export(what: impl Into<String>, help: &'static str) -> Unusable {
        Unusable { help: Some(help), is_of_export: true, ..Unusable::record(what) }
    }
}

/// Decodes one record. Every byte of it is checked.
pub(in crate::read) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Unusable> {
    let text = str::from_utf8(bytes).map_err(|error| {
        let line = memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count() as u64;
        Unusable { line, ..Unusable::record("it is not valid UTF-8") }
    })?;
    // The words of a message after the JSON are cut like values.
    if text.starts_with(|first: char| first.is_ascii_lowercase())
        && !matches!(text, "true" | "false" | "null")
    {
        let what = "there is text that is not JSON here, such as a warning that `2>&1` adds";
        return Err(Unusable::export(what, ONLY_STANDARD_OUTPUT));
    }
    serde_json::from_str(text).map_err(|error| Unusable {
        what: if error.is_data() && !text.starts_with('{') {
            "it is not an object with members".to_owned()
        } else if error.is_data() {
            // The message of the library would quote the offending value.
            format!(
                "a member in column {} occurs twice or does not have the type that Azure gives it",
                error.column()
            )
        } else {
            let message = error.to_string();
            format!("it is not valid JSON ({})", message.split(" at line ").next().unwrap_or_default())
        },
        line: (error.line() as u64).saturating_sub(1),
        help: None,
        is_of_export: false,
    })
}

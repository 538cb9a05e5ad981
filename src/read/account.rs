//! Accounts, as `az cognitiveservices account list` and `show` and the REST API give them.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::decode::{Text, Unusable, decode};
use crate::model::{Account, DeletedAccount, Instant, Note, Place, Region, ResourceId, Severity};

const ACCOUNT: &str = "Microsoft.CognitiveServices/accounts";

/// As az, REST and Resource Graph name the members, or as PowerShell does.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccountRecord<'a> {
    #[serde(borrow, default, alias = "Id")]
    id: Text<'a>,
    #[serde(borrow, default, alias = "AccountName")]
    name: Text<'a>,
    #[serde(borrow, default, rename = "type", alias = "ResourceType")]
    resource_type: Text<'a>,
    #[serde(borrow, default, alias = "AccountType")]
    kind: Text<'a>,
    #[serde(borrow, default, alias = "Location")]
    location: Text<'a>,
    #[serde(borrow, default, alias = "ResourceGroupName")]
    resource_group: Text<'a>,
    #[serde(borrow, default, alias = "Etag")]
    etag: Text<'a>,
    /// Of `az resource list`.
    #[serde(borrow, default)]
    created_time: Text<'a>,
    #[serde(default, alias = "Tags")]
    tags: Option<BTreeMap<String, Option<String>>>,
    #[serde(borrow, default, alias = "Properties")]
    properties: Properties<'a>,
}

#[derive(Default)]
enum Properties<'a> {
    /// `null` or left out, as `az resource list` has it: nothing is known.
    #[default]
    Unknown,
    /// Text in place of an object, as ConvertTo-Json writes what lies deeper than its -Depth.
    Flattened,
    Known(KnownProperties<'a>),
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KnownProperties<'a> {
    #[serde(borrow, default, alias = "DateCreated")]
    date_created: Text<'a>,
    #[serde(default, alias = "DisableLocalAuth")]
    disable_local_auth: Option<bool>,
    #[serde(default, alias = "IsMigrated")]
    is_migrated: Option<bool>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Properties<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PropertiesVisitor;
        impl<'de> Visitor<'de> for PropertiesVisitor {
            type Value = Properties<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object, text or null")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Properties<'de>, A::Error> {
                KnownProperties::deserialize(MapAccessDeserializer::new(map)).map(Properties::Known)
            }

            fn visit_str<E>(self, _: &str) -> Result<Properties<'de>, E> {
                Ok(Properties::Flattened)
            }

            fn visit_unit<E>(self) -> Result<Properties<'de>, E> {
                Ok(Properties::Unknown)
            }
        }
        deserializer.deserialize_any(PropertiesVisitor)
    }
}

/// What one record of an account export turned out to be.
pub(super) enum Decoded {
    /// An account, and what is doubtful or wrong about its record.
    Account(Box<Account>, Vec<Note>),
    /// A resource of another type: such lists are mixed.
    OtherType,
}

pub(super) fn is_account_type(resource_type: &str) -> bool {
    resource_type.eq_ignore_ascii_case(ACCOUNT)
}

pub(super) fn read(bytes: &[u8], region: Region) -> Result<Decoded, Unusable> {
    let record: AccountRecord<'_> = decode(bytes)?;
    if record.resource_type.get().is_some_and(|resource_type| !is_account_type(resource_type)) {
        return Ok(Decoded::OtherType);
    }
    let id = record.id.get().ok_or_else(|| Unusable::record("the account has no id"))?;
    let id = ResourceId::parse(id)
        .filter(ResourceId::is_account)
        .ok_or_else(|| Unusable::record("its id is not the id of a Cognitive Services account"))?;
    let kind = record.kind.to_owned().ok_or_else(|| Unusable::record("the account has no kind"))?;
    let is_flattened = matches!(record.properties, Properties::Flattened);
    let (local_auth, properties) = match record.properties {
        Properties::Known(known) => (Some(known.disable_local_auth.unwrap_or(false)), known),
        Properties::Unknown | Properties::Flattened => (None, KnownProperties::default()),
    };
    let created_at = properties.date_created.get().and_then(Instant::parse);
    let mut notes = doubts(&id, &record.name, &record.resource_group);
    if created_at.is_none() && properties.date_created.get().is_some() {
        let text =
            format!("the dateCreated of the account {id} is not a time (RFC 3339, years 0000 to 9999)");
        notes.push(
            Note::new(Severity::Error, text)
                .help("export the list again; until then the account counts as created at any time"),
        );
    }
    if is_flattened {
        let text =
            format!("the properties of the account {id} are flattened to text, so its creation is unknown");
        notes.push(
            Note::new(Severity::Warning, text)
                .help("export the list with az, or with ConvertTo-Json -Depth 10"),
        );
    }
    let account = Account {
        id,
        kind,
        location: record.location.to_owned(),
        created_at,
        created_by: record.created_time.get().and_then(Instant::parse),
        is_migrated: properties.is_migrated == Some(true),
        local_auth_disabled: local_auth,
        tags: record
            .tags
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name, value.unwrap_or_default()))
            .collect(),
        written_at: record.etag.get().and_then(written_at),
        exported_at: None,
        region,
    };
    Ok(Decoded::Account(Box::new(account), notes))
}

/// A name or group beside the id that contradicts it is shown, and never used.
fn doubts(id: &ResourceId, name: &Text<'_>, group: &Text<'_>) -> Vec<Note> {
    let mut doubts = Vec::new();
    for (member, said, of_id) in [("name", name, id.name()), ("resourceGroup", group, id.resource_group())] {
        if let Some(said) = said.get()
            && said.to_lowercase() != of_id.to_lowercase()
        {
            let text = format!(
                "the {member} {said:?} of the account {id} is not the one in its id; the id is what counts"
            );
            doubts.push(Note::new(Severity::Warning, text));
        }
    }
    doubts
}

/// The account that a record of a list of deleted accounts is about.
pub(super) fn read_deleted(bytes: &[u8], place: Place) -> Result<DeletedAccount, Unusable> {
    let record: AccountRecord<'_> = decode(bytes)?;
    let id = record.id.get().and_then(ResourceId::parse).and_then(|id| id.deleted_account());
    let id =
        id.ok_or_else(|| Unusable::record("its id is not the id of a deleted Cognitive Services account"))?;
    Ok(DeletedAccount { id, place })
}

/// The Unix second in the eight hexadecimal digits before the last four of `"2700bf4d-0000-0100-0000-69bd99e10000"`.
fn written_at(etag: &str) -> Option<Instant> {
    let groups: Vec<&str> = etag.trim_matches('"').split('-').collect();
    let is_hex = groups.iter().flat_map(|group| group.chars()).all(|digit| digit.is_ascii_hexdigit());
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let seconds = groups.last()?.strip_suffix("0000")?;
    (is_hex && lengths == [8, 4, 4, 4, 12])
        .then(|| Instant::from_unix(i64::from_str_radix(seconds, 16).ok()?))?
}

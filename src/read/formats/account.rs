//! Decodes accounts, as `az cognitiveservices account list` and `show` and the REST API write them.

mod stated;

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::{
    Account, DeletedAccount, Instant, LocalAuthSource, Note, Place, Region, ResourceId, Severity,
    UNKNOWN_KIND,
};
use crate::read::formats::activity::is_flattened;
use crate::read::formats::advice::SHORTENED_HELP;
use crate::read::formats::decode::{Text, Unusable, decode};
use crate::read::formats::member::{Member, MemberFault};
use crate::read::formats::properties;
pub(in crate::read::formats) use stated::StatedName;
use stated::{OtherMembers, Stated};

const ACCOUNT: &str = "Microsoft.CognitiveServices/accounts";

/// An account with the member names of az, REST and Resource Graph, of the Python SDK, and of PowerShell.
/// `Get-AzResource` writes the id and the type twice.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccountRecord<'a> {
    #[serde(default, alias = "Id")]
    id: Member<String>,
    #[serde(default, rename = "ResourceId")]
    resource_id: Member<String>,
    #[serde(default, alias = "AccountName", alias = "Name")]
    name: Member<String>,
    #[serde(default, rename = "type", alias = "Type")]
    resource_type: Member<String>,
    #[serde(default, rename = "ResourceType")]
    other_resource_type: Member<String>,
    #[serde(default, alias = "AccountType", alias = "Kind")]
    kind: Member<String>,
    #[serde(default, alias = "Location")]
    location: Member<String>,
    #[serde(default, alias = "ResourceGroupName", alias = "resource_group")]
    resource_group: Member<String>,
    #[serde(default, alias = "Etag", alias = "ETag")]
    etag: Member<String>,
    /// Only in `az resource list`.
    #[serde(default, alias = "CreatedTime", alias = "created_time")]
    created_time: Member<String>,
    /// Only its date is used. It may have any type.
    #[serde(borrow, default, alias = "SystemData", alias = "system_data")]
    system_data: Option<&'a RawValue>,
    /// Bounded by the record.
    #[serde(default, alias = "Tags")]
    tags: Member<BTreeMap<String, Option<String>>>,
    #[serde(default)]
    properties: AccountProperties,
}

/// A record, and the members of it that state the same as its properties: `Get-AzCognitiveServicesAccount` writes them in
/// addition to the properties, and queries and tables instead of them.
struct RecordWithColumns<'a> {
    record: AccountRecord<'a>,
    columns: Stated,
}

#[derive(Default)]
enum AccountProperties {
    /// `null` or absent, as in `az resource list`: nothing is known.
    #[default]
    Unknown,
    /// Text instead of an object: ConvertTo-Json writes it for levels below its -Depth.
    Flattened,
    /// Of another type, or not of a form that Azure writes.
    Unreadable(&'static str),
    Known(Stated),
}

#[derive(Deserialize)]
struct SystemData<'a> {
    #[serde(borrow, default, alias = "createdAt", alias = "CreatedAt")]
    created_at: Text<'a>,
}

impl<'de> Deserialize<'de> for RecordWithColumns<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RecordVisitor;
        impl<'de> Visitor<'de> for RecordVisitor {
            type Value = RecordWithColumns<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
                let mut columns = Stated::default();
                let others = OtherMembers { members, columns: &mut columns };
                let record = AccountRecord::deserialize(MapAccessDeserializer::new(others))?;
                Ok(RecordWithColumns { record, columns })
            }
        }
        deserializer.deserialize_map(RecordVisitor)
    }
}

impl<'de> Deserialize<'de> for AccountProperties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PropertiesVisitor;
        impl<'de> Visitor<'de> for PropertiesVisitor {
            type Value = AccountProperties;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AccountProperties, A::Error> {
                Stated::of_properties(map).map(AccountProperties::Known)
            }

            fn visit_str<E>(self, _: &str) -> Result<AccountProperties, E> {
                Ok(AccountProperties::Flattened)
            }

            fn visit_unit<E>(self) -> Result<AccountProperties, E> {
                Ok(AccountProperties::Unknown)
            }

            fn visit_bool<E>(self, _: bool) -> Result<AccountProperties, E> {
                Ok(AccountProperties::Unreadable("a truth value"))
            }

            fn visit_i64<E>(self, _: i64) -> Result<AccountProperties, E> {
                Ok(AccountProperties::Unreadable("a number"))
            }

            fn visit_u64<E>(self, _: u64) -> Result<AccountProperties, E> {
                Ok(AccountProperties::Unreadable("a number"))
            }

            fn visit_f64<E>(self, _: f64) -> Result<AccountProperties, E> {
                Ok(AccountProperties::Unreadable("a number"))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<AccountProperties, A::Error> {
                while elements.next_element::<IgnoredAny>()?.is_some() {}
                Ok(AccountProperties::Unreadable("a list"))
            }
        }
        deserializer.deserialize_any(PropertiesVisitor)
    }
}

/// One decoded record of an account list.
pub(in crate::read) enum DecodedAccount {
    /// An account, the notes on its contradictions, and the notes on its unreadable members.
    Account(Box<Account>, Vec<Note>, Vec<Note>),
    /// A resource of another type, since such lists can be mixed.
    OtherType,
}

pub(in crate::read) fn is_account_type(resource_type: &str) -> bool {
    resource_type.eq_ignore_ascii_case(ACCOUNT)
}

/// Returns whether a type is that of deleted accounts, which the API and its tools spell with and without the location.
pub(in crate::read) fn is_deleted_account_type(resource_type: &str) -> bool {
    let resource_type = resource_type.to_ascii_lowercase();
    resource_type.starts_with("microsoft.cognitiveservices/") && resource_type.ends_with("/deletedaccounts")
}

/// Decodes an account; `keeps_properties` selects whether its remaining properties are kept.
pub(in crate::read) fn read(
    bytes: &[u8],
    region: Region,
    keeps_properties: bool,
) -> Result<DecodedAccount, Unusable> {
    let RecordWithColumns { record, columns } = decode(bytes)?;
    let resource_type = record.resource_type.readable_if(is_readable_type);
    let other_resource_type = record.other_resource_type.readable_if(is_readable_type);
    let id = text(&record.id).or_else(|| text(&record.resource_id));
    if is_other_type([&resource_type, &other_resource_type], id) {
        return Ok(DecodedAccount::OtherType);
    }
    let id = id.ok_or_else(|| Unusable::record("the account has no id"))?;
    let id = ResourceId::parse(id)
        .filter(ResourceId::is_account)
        .ok_or_else(|| Unusable::record("its id is not the id of a Cognitive Services account"))?;
    let mut notes = doubts(&id, text(&record.name), text(&record.resource_group));
    let mut faults = Vec::new();
    for (name, member) in [
        ("type", resource_type),
        ("ResourceType", other_resource_type),
        ("name", record.name),
        ("resourceGroup", record.resource_group),
    ] {
        member.or_fault(name, &mut faults);
    }
    let kind = record.kind.readable_if(is_readable_kind).or_fault("kind", &mut faults);
    let kind = kind.filter(|kind| !kind.is_empty());
    let location = record.location.or_fault("location", &mut faults).filter(|location| !location.is_empty());
    let tags = record.tags.or_fault("tags", &mut faults).unwrap_or_default();
    let properties = record.properties;
    let is_flattened = matches!(properties, AccountProperties::Flattened);
    let is_known = matches!(properties, AccountProperties::Known(_));
    let is_unreadable = matches!(properties, AccountProperties::Unreadable(_));
    let mut known = match properties {
        AccountProperties::Known(known) => known,
        AccountProperties::Unreadable(shown) => {
            faults.push(MemberFault::of_value("properties", shown));
            Stated::default()
        }
        AccountProperties::Unknown | AccountProperties::Flattened => Stated::default(),
    };
    // Azure omits `isMigrated` for an account that was not migrated, but only its own object, which has the creation too,
    // shows that.
    let is_whole = is_known && matches!(known.date_created, Member::Known(_));
    let is_omitted = is_whole || columns.is_migrated.is_some();
    let has_local_auth = is_known || columns.disable_local_auth.is_some();
    known.join(columns);
    let Stated { date_created, disable_local_auth, is_migrated, .. } = known;
    let local_auth = disable_local_auth.unwrap_or_default();
    // The object that was flattened may have stated that local authentication is off.
    let is_flattened_away = is_flattened && local_auth == Member::Absent;
    let is_local_auth_unreadable = is_unreadable || is_flattened_away || local_auth.is_lost();
    let local_auth = local_auth
        .or_fault("disableLocalAuth", &mut faults)
        .or(has_local_auth.then_some(false))
        .filter(|_| !is_local_auth_unreadable);
    let is_migrated = is_migrated.unwrap_or_default();
    let is_migration_known = !(is_unreadable || is_flattened || is_migrated.is_lost());
    let migrated = is_migrated
        .or_fault("isMigrated", &mut faults)
        .or(is_omitted.then_some(false))
        .filter(|_| is_migration_known);
    let date_created = date_created.or_fault("dateCreated", &mut faults);
    let created_at = date_created.as_deref().and_then(Instant::parse);
    if date_created.is_some() && created_at.is_none() {
        let text =
            format!("the dateCreated of the account {id} is not a time (RFC 3339, years 0000 to 9999)");
        notes.push(
            Note::new(Severity::Error, text)
                .help("export the list again; until then, the account may have been created at any time"),
        );
    }
    let created_at = created_at.filter(Instant::is_possible);
    if is_flattened {
        notes.push(flattened(&id, created_at, is_local_auth_unreadable));
    }
    let created_by = created_by(text(&record.created_time), record.system_data);
    let unreadable = unreadable(&id, faults, kind.is_some());
    let account = Account {
        kind: kind.unwrap_or_else(|| UNKNOWN_KIND.to_owned()),
        location,
        created_at,
        created_by,
        // An account that was possibly migrated can have older keys.
        is_migrated: migrated.unwrap_or(true),
        is_migration_unknown: migrated.is_none(),
        local_auth_disabled: local_auth,
        is_local_auth_unreadable,
        tags: tags.into_iter().map(|(name, value)| (name, value.unwrap_or_default())).collect(),
        properties: if keeps_properties { properties::read(bytes) } else { None },
        written_at: text(&record.etag).and_then(written_at),
        listed_at: None,
        vouched_at: None,
        came: None,
        local_auth_source: LocalAuthSource::Own,
        other_kinds: Vec::new(),
        is_local_auth_contradicted: false,
        is_creation_contradicted: false,
        id,
        region,
    };
    Ok(DecodedAccount::Account(Box::new(account), notes, unreadable))
}

/// Returns the earliest instant of creation that Resource Manager itself shows.
fn created_by(created_time: Option<&str>, system_data: Option<&RawValue>) -> Option<Instant> {
    let system_data = system_data.and_then(|data| serde_json::from_str::<SystemData<'_>>(data.get()).ok());
    let created_in_system = system_data.as_ref().and_then(|data| data.created_at.get());
    let texts = [created_time, created_in_system];
    texts.into_iter().filter_map(|text| Instant::parse(text?).filter(Instant::is_possible)).min()
}

/// Returns whether a record is a resource of another type. If its type cannot be read, its id decides.
fn is_other_type(types: [&Member<String>; 2], id: Option<&str>) -> bool {
    if let Some(resource_type) = types.into_iter().find_map(text) {
        return !is_account_type(resource_type);
    }
    let is_unreadable = types.into_iter().any(Member::is_lost);
    is_unreadable && id.and_then(ResourceId::parse).is_some_and(|id| !id.is_account())
}

/// Returns the note on an account whose properties are text, which states what is lost.
fn flattened(id: &ResourceId, created_at: Option<Instant>, is_local_auth_unreadable: bool) -> Note {
    let unknown = match (created_at, is_local_auth_unreadable) {
        (None, _) => "its creation is unknown",
        (Some(_), true) => {
            "whether its key access is switched off, and whether its keys are older than itself, is unknown"
        }
        (Some(_), false) => "it is unknown whether its keys are older than itself",
    };
    let text = format!("the properties of the account {id} are flattened to text, so {unknown}");
    Note::new(Severity::Warning, text).help("export the list with az, or with ConvertTo-Json -Depth 100")
}

/// Returns a note for each member that cannot be read.
fn unreadable(id: &ResourceId, faults: Vec<MemberFault>, has_kind: bool) -> Vec<Note> {
    let notes = faults.into_iter().map(|MemberFault { name, what }| {
        let text = format!("the {name} of the account {id} {what}, so it is unknown");
        Note::new(Severity::Error, text).help("export the list again, and do not change its members")
    });
    let mut notes: Vec<Note> = notes.collect();
    if !has_kind && notes.is_empty() {
        let text = format!("the account {id} has no kind, so it counts as one of every kind");
        notes.push(Note::new(Severity::Error, text).help(SHORTENED_HELP));
    }
    notes
}

/// Returns whether a text can be the type of a resource, like `Microsoft.X/y`. An empty one counts as absent.
fn is_readable_type(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/');
    text.is_empty() || (text.contains('/') && text.bytes().all(is_part))
}

/// Returns whether a text can be the kind of an account, like `OpenAI` or `Speech.v2`. An empty one counts as absent.
fn is_readable_kind(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    text.bytes().all(is_part) && !is_flattened(text)
}

/// Returns the text of a member unless it is empty.
fn text(member: &Member<String>) -> Option<&str> {
    member.get().map(String::as_str).filter(|text| !text.is_empty())
}

/// Returns a note for a name or group that contradicts the id. Only the id is used.
fn doubts(id: &ResourceId, name: Option<&str>, group: Option<&str>) -> Vec<Note> {
    let mut doubts = Vec::new();
    let name = name.filter(|name| !id.is_named(name));
    let group = group.filter(|group| !id.group().is_some_and(|own| own.is_named(group)));
    for (member, said) in [("name", name), ("resourceGroup", group)] {
        if let Some(said) = said {
            let text = format!(
                "the {member} {said:?} of the account {id} differs from the one in its id; the id counts"
            );
            doubts.push(Note::new(Severity::Warning, text));
        }
    }
    doubts
}

/// Decodes the account in a record of a list of deleted accounts, with notes on the members that cannot be read.
pub(in crate::read) fn read_deleted(
    bytes: &[u8],
    place: Place,
) -> Result<(DeletedAccount, Vec<Note>), Unusable> {
    let RecordWithColumns { record, columns } = decode(bytes)?;
    let id = text(&record.id).and_then(ResourceId::parse).and_then(|id| id.deleted_account());
    let id =
        id.ok_or_else(|| Unusable::record("its id is not the id of a deleted Cognitive Services account"))?;
    let mut known = match record.properties {
        AccountProperties::Known(known) => known,
        AccountProperties::Unknown | AccountProperties::Flattened | AccountProperties::Unreadable(_) => {
            Stated::default()
        }
    };
    known.join(columns);
    let Stated { date_created, deletion_date, .. } = known;
    let created_at = date_created.get().and_then(|text| Instant::parse(text)).filter(Instant::is_possible);
    let mut faults = Vec::new();
    let deletion_date = deletion_date.or_fault("deletionDate", &mut faults);
    let deleted_at = deletion_date.as_deref().and_then(Instant::parse).filter(Instant::is_possible);
    if let (Some(text), None) = (deletion_date, deleted_at) {
        faults.push(MemberFault::of_text("deletionDate", &text));
    }
    let notes = unreadable(&id, faults, true);
    Ok((DeletedAccount { id, created_at, deleted_at, place }, notes))
}

/// Returns the time in an `etag` like `"2700bf4d-0000-0100-0000-69bd99e10000"`: the Unix second in the eight
/// hexadecimal digits before the last four.
fn written_at(etag: &str) -> Option<Instant> {
    let groups: Vec<&str> = etag.trim_matches('"').split('-').collect();
    let is_hex = groups.iter().flat_map(|group| group.chars()).all(|digit| digit.is_ascii_hexdigit());
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let seconds = groups.last()?.strip_suffix("0000")?;
    (is_hex && lengths == [8, 4, 4, 4, 12])
        .then(|| Instant::from_unix(i64::from_str_radix(seconds, 16).ok()?).filter(Instant::is_possible))?
}

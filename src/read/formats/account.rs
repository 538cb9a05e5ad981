//! Decodes accounts, as `az cognitiveservices account list` and `show` and the REST API write them.

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
    /// `Get-AzCognitiveServicesAccount` writes these in addition to the properties.
    #[serde(default, rename = "DateCreated")]
    date_created: Member<String>,
    #[serde(default, rename = "DisableLocalAuth")]
    disable_local_auth: Member<bool>,
    /// Of an object that a script makes of these; `None` if the member is absent.
    #[serde(default, rename = "IsMigrated", deserialize_with = "present")]
    is_migrated: Option<Member<bool>>,
    /// Only of the rows of a table: `properties` is made of columns, and none of them is `isMigrated`.
    #[serde(default)]
    is_projection: Member<bool>,
    /// Of a deleted account.
    #[serde(default, alias = "DeletionDate")]
    deletion_date: Member<String>,
    /// Bounded by the record.
    #[serde(default, alias = "Tags")]
    tags: Member<BTreeMap<String, Option<String>>>,
    #[serde(default, alias = "Properties")]
    properties: AccountProperties,
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
    Known(KnownProperties),
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KnownProperties {
    #[serde(default, alias = "DateCreated", alias = "date_created")]
    date_created: Member<String>,
    #[serde(default, alias = "DisableLocalAuth", alias = "disable_local_auth")]
    disable_local_auth: Member<bool>,
    /// Of a deleted account.
    #[serde(default, alias = "DeletionDate", alias = "deletion_date")]
    deletion_date: Member<String>,
    #[serde(default, alias = "IsMigrated", alias = "is_migrated")]
    is_migrated: Member<bool>,
}

#[derive(Deserialize)]
struct SystemData<'a> {
    #[serde(borrow, default, alias = "createdAt", alias = "CreatedAt")]
    created_at: Text<'a>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Member<bool>>, D::Error> {
    Member::deserialize(deserializer).map(Some)
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
                KnownProperties::deserialize(MapAccessDeserializer::new(map)).map(AccountProperties::Known)
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
    let record: AccountRecord<'_> = decode(bytes)?;
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
    let known = match properties {
        AccountProperties::Known(known) => known,
        AccountProperties::Unreadable(shown) => {
            faults.push(MemberFault { name: "properties", shown: shown.to_owned() });
            KnownProperties::default()
        }
        AccountProperties::Unknown | AccountProperties::Flattened => KnownProperties::default(),
    };
    let settings = [known.disable_local_auth, record.disable_local_auth];
    // The object that was flattened may have stated that local authentication is off.
    let is_lost = is_flattened && settings.iter().all(|setting| *setting == Member::Absent);
    let is_local_auth_unreadable =
        is_unreadable || is_lost || settings.iter().any(|setting| matches!(setting, Member::Unreadable(_)));
    // Both are checked, so that each fault has a note.
    let [of_properties, at_top] = settings.map(|off| off.or_fault("disableLocalAuth", &mut faults));
    let local_auth =
        of_properties.or(at_top).or(is_known.then_some(false)).filter(|_| !is_local_auth_unreadable);
    // Azure omits the member for an account that was not migrated, but only its own object, which has the creation too,
    // shows that.
    let is_whole = is_known && record.is_projection == Member::Absent && text(&known.date_created).is_some();
    let is_omitted = is_whole || record.is_migrated.is_some();
    let migrations = [known.is_migrated, record.is_migrated.unwrap_or_default()];
    let migrated = migration(migrations, is_omitted, &mut faults).filter(|_| !is_unreadable && !is_flattened);
    let dates = [known.date_created, record.date_created];
    let mut dates = dates.into_iter().filter_map(|date| date.or_fault("dateCreated", &mut faults));
    let date_created = dates.find(|text| !text.is_empty()).filter(|text| !is_unset(text));
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

/// Returns whether the account was migrated, if its members show it; `is_omitted` is whether their absence or `null` means
/// that it was not.
fn migration(members: [Member<bool>; 2], is_omitted: bool, faults: &mut Vec<MemberFault>) -> Option<bool> {
    let is_unreadable = members.iter().any(|member| matches!(member, Member::Unreadable(_)));
    let stated = members.map(|member| member.or_fault("isMigrated", faults));
    let is_stated = is_omitted || stated.iter().any(Option::is_some);
    (is_stated && !is_unreadable).then(|| stated.contains(&Some(true)))
}

/// Returns whether a record is a resource of another type. If its type cannot be read, its id decides.
fn is_other_type(types: [&Member<String>; 2], id: Option<&str>) -> bool {
    if let Some(resource_type) = types.into_iter().find_map(text) {
        return !is_account_type(resource_type);
    }
    let is_unreadable = types.into_iter().any(|member| matches!(member, Member::Unreadable(_)));
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
    let notes = faults.into_iter().map(|MemberFault { name, shown }| {
        let text =
            format!("the {name} of the account {id} is {shown}, which is not a value that Azure gives, so it is unknown");
        Note::new(Severity::Error, text)
            .help("export the list again, and do not change the types of its members")
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

/// Returns whether a text is the .NET time that was never set (in the year 1), in any form of its serializers.
fn is_unset(text: &str) -> bool {
    ["0001-01-01", "1/1/0001", "01/01/0001", "/Date(-62135596800000"]
        .into_iter()
        .any(|unset| text.starts_with(unset))
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
    let record: AccountRecord<'_> = decode(bytes)?;
    let id = text(&record.id).and_then(ResourceId::parse).and_then(|id| id.deleted_account());
    let id =
        id.ok_or_else(|| Unusable::record("its id is not the id of a deleted Cognitive Services account"))?;
    let known = match record.properties {
        AccountProperties::Known(known) => known,
        AccountProperties::Unknown | AccountProperties::Flattened | AccountProperties::Unreadable(_) => {
            KnownProperties::default()
        }
    };
    let created_at = text(&known.date_created).or_else(|| text(&record.date_created));
    let created_at = created_at.and_then(Instant::parse).filter(Instant::is_possible);
    let mut faults = Vec::new();
    let dates = [known.deletion_date, record.deletion_date];
    let [of_properties, at_top] = dates.map(|date| date.or_fault("deletionDate", &mut faults));
    let deletion_date = of_properties.or(at_top).filter(|text| !text.is_empty() && !is_unset(text));
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

//! Accounts, as `az cognitiveservices account list` and `show` and the REST API give them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::decode::{Text, Unusable, decode};
use crate::model::{Account, Instant, Note, Region, ResourceId, Severity};

const ACCOUNT: &str = "Microsoft.CognitiveServices/accounts";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccountRecord<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default, rename = "type")]
    resource_type: Text<'a>,
    #[serde(borrow, default)]
    kind: Text<'a>,
    #[serde(borrow, default)]
    location: Text<'a>,
    #[serde(borrow, default)]
    resource_group: Text<'a>,
    #[serde(default)]
    tags: Option<BTreeMap<String, Option<String>>>,
    #[serde(borrow, default)]
    properties: Option<Properties<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    #[serde(borrow, default)]
    date_created: Text<'a>,
    #[serde(default)]
    disable_local_auth: Option<bool>,
    #[serde(default)]
    is_migrated: Option<bool>,
}

/// What one record of an account export turned out to be.
pub(super) enum Decoded {
    /// An account, and what is doubtful or wrong about its record.
    Account(Account, Vec<Note>),
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
    let local_auth =
        record.properties.as_ref().map(|properties| properties.disable_local_auth.unwrap_or(false));
    let properties = record.properties.unwrap_or_default();
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
    let account = Account {
        id,
        kind,
        location: record.location.to_owned(),
        created_at,
        is_migrated: properties.is_migrated == Some(true),
        local_auth_disabled: local_auth,
        tags: record
            .tags
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name, value.unwrap_or_default()))
            .collect(),
        region,
    };
    Ok(Decoded::Account(account, notes))
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

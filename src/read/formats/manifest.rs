//! Decodes manifests of collections: the exports in a folder with their scope, their window, and the digest of each
//! file.

mod command;

use serde::Deserialize;
use serde_json::value::RawValue;

use command::{Command, Declared};

use crate::model::{Collected, CollectedKind, InputId, Instant, Interval, Place, ResourceId};
use crate::read::formats::decode::{Unusable, decode};
use crate::read::json::piece::Position;

/// Beginning of `schema` in every version.
pub(in crate::read) const SCHEMA: &str = "rotaudit.manifest/";
const VERSION: &str = "rotaudit.manifest/1";

#[derive(Deserialize)]
struct Manifest<'a> {
    schema: String,
    /// Bounded by the record, which contains all entries.
    #[serde(borrow)]
    exports: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Export {
    what: String,
    scope: Option<String>,
    command: Option<String>,
    taken_at: String,
    start: Option<String>,
    end: Option<String>,
    max_events: Option<u64>,
    complete: bool,
    reason: Option<String>,
    file: Option<String>,
    sha256: Option<String>,
}

/// Decodes a manifest that begins at `start`. Every entry counts, so the manifest is unusable if one of them is.
pub(in crate::read) fn read(
    bytes: &[u8],
    input: InputId,
    start: Position,
) -> Result<Vec<Collected>, Unusable> {
    let manifest: Manifest<'_> = decode(bytes)?;
    if manifest.schema != VERSION {
        return Err(Unusable::record("this program does not know the version of the manifest"));
    }
    let (mut position, mut passed) = (start, 0);
    let mut collected = Vec::new();
    for export in manifest.exports {
        let offset = export.get().as_ptr().addr() - bytes.as_ptr().addr();
        position = position.after(&bytes[passed..offset]);
        passed = offset;
        let place = Place { input, line: position.line, column: position.column };
        let below = position.line - start.line;
        let unusable = |unusable: Unusable| Unusable { line: unusable.line + below, ..unusable };
        collected.push(read_export(export.get(), place).map_err(unusable)?);
    }
    Ok(collected)
}

fn read_export(export: &str, place: Place) -> Result<Collected, Unusable> {
    let export: Export = decode(export.as_bytes())?;
    let wrong = |what: &str| Unusable::record(format!("the manifest's export has no {what}"));
    let instant = |text: Option<&String>, what: &str| {
        let stated = text.and_then(|text| Instant::parse_stated(text)).filter(Instant::is_possible);
        stated.ok_or_else(|| wrong(&format!("{what} that is a time since 2000, with seconds from 00 to 59")))
    };
    let taken_at = instant(Some(&export.taken_at), "taken_at")?;
    let scope = export.scope.as_deref().and_then(ResourceId::parse);
    let command = export.command.as_deref().and_then(Command::parse);
    let mut selection = None;
    let what = match export.what.as_str() {
        "accounts" => {
            let declared = Declared { scope: scope.as_ref(), window: None, taken_at };
            selection = command.and_then(|command| command.max_events(&declared).err());
            CollectedKind::Accounts { scope }
        }
        "key-stamps" => CollectedKind::KeyStamps,
        "activity-log" => {
            let (start, end) =
                (instant(export.start.as_ref(), "start")?, instant(export.end.as_ref(), "end")?);
            let scope = scope.ok_or_else(|| wrong("scope that is an ARM id"))?;
            let window = Interval::new(start, end).ok_or_else(|| wrong("end after its start"))?;
            let mut max_events = export.max_events.ok_or_else(|| wrong("max_events"))?;
            let declared = Declared { scope: Some(&scope), window: Some(window), taken_at };
            match command.map_or(Ok(None), |command| command.max_events(&declared)) {
                Ok(asked) => max_events = max_events.min(asked.unwrap_or(max_events)),
                Err(why) => selection = Some(why),
            }
            CollectedKind::ActivityLog { scope, window, max_events }
        }
        _ => return Err(wrong("what that this program knows (accounts, activity-log, key-stamps)")),
    };
    let complete = match (export.complete, &export.file, &export.sha256) {
        (true, Some(_), Some(_)) => match selection {
            None => Ok(()),
            Some(why) => Err(why),
        },
        (true, ..) => return Err(wrong("file and sha256, though it is complete")),
        (false, ..) => Err(export.reason.unwrap_or_else(|| "the manifest gives no reason".to_owned())),
    };
    Ok(Collected {
        what,
        place,
        file: export.file.unwrap_or_default(),
        input: None,
        replaced_by: None,
        sha256: export.sha256,
        taken_at,
        complete,
    })
}

//! Decodes manifests of collections: the exports in a folder with their scope, their window, and the digest of each
//! file.

use serde::Deserialize;
use serde_json::value::RawValue;

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

/// The command of an export, as the manifest records it.
#[derive(Clone, Copy)]
struct Command<'a>(&'a str);

/// Options of az that select a part of what the scope has. Of these, az also accepts an unambiguous beginning.
const SELECTIONS: [&str; 8] = [
    "caller",
    "correlation-id",
    "namespace",
    "query",
    "resource-group",
    "resource-id",
    "resource-provider",
    "status",
];

impl<'a> Command<'a> {
    /// Returns the first option that contradicts the scope: it leaves records of it out.
    fn selection(self, scope: Option<&ResourceId>) -> Option<&'a str> {
        let Command(text) = self;
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            let (option, value) = match word.split_once('=') {
                Some((option, value)) => (option, Some(value)),
                None => (word, words.clone().next()),
            };
            let Some(name) = name_of_selection(option) else { continue };
            let value = value.unwrap_or_default().trim_matches(['"', '\'']);
            let is_harmless = match name {
                "resource-group" => {
                    scope.and_then(ResourceId::group).is_some_and(|group| group.is_named(value))
                }
                // The rest of the command, because a query may contain spaces.
                "query" => !selects(&text[option.as_ptr().addr() - text.as_ptr().addr()..]),
                _ => false,
            };
            if !is_harmless {
                return Some(option);
            }
        }
        None
    }

    /// Returns the number of events that the command asks for, if it says one.
    fn max_events(self) -> Option<u64> {
        let words = self.0.split_whitespace().flat_map(|word| word.splitn(2, '='));
        words.skip_while(|word| *word != "--max-events").nth(1)?.parse().ok()
    }
}

/// Returns the full name of an option that selects records.
fn name_of_selection(option: &str) -> Option<&'static str> {
    if option.starts_with("-g") {
        return Some("resource-group");
    }
    let beginning = option.strip_prefix("--").filter(|beginning| !beginning.is_empty())?;
    // The beginning of several options is an error of az, and `--s` also begins options that select no records.
    let known = SELECTIONS.into_iter().find(|name| name.starts_with(beginning))?;
    (!"subscription".starts_with(beginning)).then_some(known)
}

/// Returns whether a `JMESPath` query may leave records out: it has a filter, an index, a slice, a pipe or a function.
fn selects(query: &str) -> bool {
    let is_part = |(at, _): (usize, &str)| !query[at + 1..].starts_with(']');
    query.contains(['?', '|', '(']) || query.match_indices('[').any(is_part)
}

fn read_export(export: &str, place: Place) -> Result<Collected, Unusable> {
    let export: Export = decode(export.as_bytes())?;
    let wrong = |what: &str| Unusable::record(format!("the manifest's export has no {what}"));
    let instant = |text: Option<&String>, what: &str| {
        text.and_then(|text| Instant::parse(text)).ok_or_else(|| wrong(&format!("{what} that is a time")))
    };
    let taken_at = instant(Some(&export.taken_at), "taken_at")?;
    let scope = export.scope.as_deref().and_then(ResourceId::parse);
    let command = Command(export.command.as_deref().unwrap_or_default());
    let selection = command.selection(scope.as_ref());
    let what = match export.what.as_str() {
        "accounts" => CollectedKind::Accounts { scope },
        "key-stamps" => CollectedKind::KeyStamps,
        "activity-log" => {
            let (start, end) =
                (instant(export.start.as_ref(), "start")?, instant(export.end.as_ref(), "end")?);
            CollectedKind::ActivityLog {
                scope: scope.ok_or_else(|| wrong("scope that is an ARM id"))?,
                window: Interval::new(start, end).ok_or_else(|| wrong("end after its start"))?,
                max_events: export
                    .max_events
                    .ok_or_else(|| wrong("max_events"))?
                    .min(command.max_events().unwrap_or(u64::MAX)),
            }
        }
        _ => return Err(wrong("what that this program knows (accounts, activity-log, key-stamps)")),
    };
    let complete = match (export.complete, &export.file, &export.sha256) {
        (true, Some(_), Some(_)) => match selection {
            None => Ok(()),
            Some(option) => Err(format!("{option} in its command selects a part of it")),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_leaves_records_of_the_scope_out_is_found() {
        let subscription = ResourceId::parse("/subscriptions/s").expect("an id");
        for (arguments, expected) in [
            ("", None),
            (
                "--subscription s --start-time 2026-01-01 --end-time 2026-02-01 --max-events 5 --output json",
                None,
            ),
            ("--offset 90d --select eventTimestamp", None),
            ("--status Succeeded", Some("--status")),
            ("--stat=Succeeded", Some("--stat")),
            ("--caller anna", Some("--caller")),
            ("--resource-group g", Some("--resource-group")),
            ("-g g", Some("-g")),
            ("-gg", Some("-gg")),
            ("--resource-id /subscriptions/s/x", Some("--resource-id")),
            ("--correlation-id 1", Some("--correlation-id")),
            ("--namespace Microsoft.Storage", Some("--namespace")),
            ("--resource-provider Microsoft.Storage", Some("--resource-provider")),
            ("--query [].{id:id}", None),
            ("--query [?caller=='anna']", Some("--query")),
            ("--query \"[? caller == 'anna']\" --output json", Some("--query")),
            ("--query [:5]", Some("--query")),
            ("--query=[0]", Some("--query")),
            ("--query []|[0]", Some("--query")),
        ] {
            let command = format!("az monitor activity-log list {arguments}");
            assert_eq!(Command(&command).selection(Some(&subscription)), expected, "{arguments}");
        }
        let group = ResourceId::parse("/subscriptions/s/resourceGroups/G");
        assert_eq!(Command("az x --resource-group g").selection(group.as_ref()), None);
        assert_eq!(Command("az x -g 'g'").selection(group.as_ref()), None);
        assert_eq!(Command("az x -g h").selection(group.as_ref()), Some("-g"));
    }

    #[test]
    fn the_command_limits_the_number_of_events() {
        for (arguments, expected) in [
            ("", None),
            ("--max-events 5 --output json", Some(5)),
            ("--max-events=7", Some(7)),
            ("--max-events many", None),
        ] {
            assert_eq!(Command(arguments).max_events(), expected, "{arguments}");
        }
    }
}

//! Any names of accounts, groups, kinds, callers and files, with waivers and a baseline: the log keeps every rule, and
//! no key is in any report.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use rotaudit::model::Report;
use rotaudit::report::Format;
use rotaudit::{baseline, waivers};
use serde_json::{Value, json};

use crate::formats::files::{File, file, write};
use crate::fuzz::Parts;
use crate::fuzz::inside::{rendered, report};
use crate::sarif::exports::{HOSTILE, NEW_KEY, OLD_KEY, SUBSCRIPTION, account, event, id};
use crate::sarif::log::Log;
use crate::sarif::table::broken;

const FORMATS: [Format; 9] = [
    Format::Text,
    Format::Sarif,
    Format::Json,
    Format::Html,
    Format::Csv,
    Format::Markdown,
    Format::Junit,
    Format::Oscal,
    Format::Script(None),
];

#[derive(Clone, Debug)]
struct Row {
    names: [String; 3],
    kind: String,
    caller: String,
    status: &'static str,
    created: &'static str,
    is_off: bool,
    holds_keys: bool,
}

#[derive(Clone, Debug)]
struct Waived {
    control: String,
    /// The account of a row, or any text.
    resource: Result<Index, String>,
    key: Option<&'static str>,
    expires: &'static str,
    justification: String,
}

#[derive(Clone, Debug)]
struct Plan {
    rows: Vec<Row>,
    files: [String; 2],
    waived: Option<Vec<Waived>>,
    /// The number of rows that an earlier report had.
    earlier: Option<Index>,
}

fn name() -> impl Strategy<Value = String> {
    let special = "{}[]()\\'\"`$!*~#&|;<>%?.,:-_ \n\r\t\u{1b}\u{7f}\u{85}\u{202e}\u{feff}\u{2028}é中😀aZ0";
    let letters = select(special.chars().collect::<Vec<_>>());
    prop_oneof![
        2 => select(HOSTILE.to_vec()).prop_map(str::to_owned),
        2 => prop::collection::vec(letters, 1..12).prop_map(String::from_iter),
        1 => any::<String>(),
        1 => Just("gpt".to_owned()),
    ]
}

fn row() -> impl Strategy<Value = Row> {
    let status = select(vec!["Succeeded", "Started", "Failed", "Accepted"]);
    let created =
        select(vec!["2024-01-05T00:00:00Z", "2026-11-01T00:00:00Z", "once", "2027-01-01T00:00:00Z"]);
    ([name(), name(), name()], name(), name(), status, created, any::<(bool, bool)>()).prop_map(
        |(names, kind, caller, status, created, (is_off, holds_keys))| Row {
            names,
            kind,
            caller,
            status,
            created,
            is_off,
            holds_keys,
        },
    )
}

fn waived() -> impl Strategy<Value = Waived> {
    let controls: Vec<String> = (1..15).map(|number| format!("KR{number:03}")).collect();
    let resource = prop_oneof![
        any::<Index>().prop_map(Ok),
        Just(Err("**".to_owned())),
        Just(Err("/subscriptions/*/resourcegroups/**".to_owned())),
        name().prop_map(Err),
    ];
    let control = prop_oneof![4 => select(controls), 1 => name()];
    let expires = select(vec!["2027-01-31", "2026-11-23", "2020-02-29"]);
    (control, resource, select(vec![None, Some("key1"), Some("key2")]), expires, name()).prop_map(
        |(control, resource, key, expires, justification)| Waived {
            control,
            resource,
            key,
            expires,
            justification,
        },
    )
}

pub(crate) fn hold(bytes: &[u8]) {
    let mut parts = Parts::of(bytes);
    let files = parts.draw(&[name(), name()]);
    let waived = parts.draw(&prop::option::of(prop::collection::vec(waived(), 0..4)));
    let earlier = parts.draw(&prop::option::of(any::<Index>()));
    let rows = parts.draw_rest(5, &row());
    if rows.is_empty() {
        return;
    }
    let plan = Plan { rows, files, waived, earlier };
    let settings = tempfile::tempdir().expect("a folder");
    let exports = tempfile::tempdir().expect("a folder");
    write(exports.path(), &plan.files(plan.rows.len()));
    let Some(mut report) = report(exports.path(), &coverage()) else { return };
    if let Some(waivers) = plan.waivers(settings.path()) {
        waivers::apply(&mut report, waivers, &[]);
    }
    if let Some(earlier) = plan.earlier(settings.path()) {
        baseline::compare(&mut report, earlier, true);
    }
    hold_for(&report, exports.path(), &plan);
}

fn coverage() -> Vec<String> {
    vec!["--coverage".to_owned(), format!("{SUBSCRIPTION}=2026-07-01..2026-11-23")]
}

fn hold_for(report: &Report, folder: &Path, plan: &Plan) {
    let texts = FORMATS.map(|format| rendered(report, format));
    let [_, sarif, json, ..] = &texts;
    let log = Log::about("fuzzed", folder, sarif, json);
    let broken = broken(&log);
    assert!(broken.is_empty(), "{}\n{plan:?}", broken.join("\n"));
    for text in &texts {
        assert!(!text.contains(NEW_KEY) && !text.contains(OLD_KEY), "{text}\n{plan:?}");
    }
}

impl Plan {
    /// Returns the files, with the accounts of the first `rows` rows.
    fn files(&self, rows: usize) -> Vec<File> {
        let accounts: Vec<Value> = self.rows[..rows].iter().map(Row::account).collect();
        let events: Vec<Value> =
            self.rows.iter().enumerate().map(|(number, row)| row.event(number)).collect();
        let [list, log] = &self.files;
        vec![
            file(format!("lists/{}", file_name(list)), format!("{:#}", Value::from(accounts))),
            file(format!("logs/{}", file_name(log)), Value::from(events).to_string()),
        ]
    }

    fn waivers(&self, folder: &Path) -> Option<rotaudit::model::Waivers> {
        let entry = |waived: &Waived| {
            let resource = match &waived.resource {
                Ok(row) => row.get(&self.rows).id(),
                Err(text) => text.clone(),
            };
            json!({
                "control": waived.control, "resource": resource, "key": waived.key,
                "expires": waived.expires, "justification": waived.justification, "approver": waived.control,
            })
        };
        let entries: Vec<Value> = self.waived.as_ref()?.iter().map(entry).collect();
        let path = folder.join("waivers.yaml");
        fs::write(&path, json!({ "waivers": entries }).to_string()).expect("a file");
        waivers::read(&path).ok()
    }

    fn earlier(&self, folder: &Path) -> Option<baseline::Earlier> {
        let rows = self.earlier?.index(self.rows.len()) + 1;
        let exports = tempfile::tempdir().expect("a folder");
        write(exports.path(), &self.files(rows));
        let report = report(exports.path(), &[])?;
        let path = folder.join("earlier.sarif");
        fs::write(&path, rendered(&report, Format::Sarif)).expect("a file");
        Some(baseline::read(&path).expect("a report is a baseline"))
    }
}

impl Row {
    fn id(&self) -> String {
        let [subscription, group, name] = &self.names;
        let subscription = if subscription == "gpt" { SUBSCRIPTION } else { subscription };
        id(subscription, group, name)
    }

    fn account(&self) -> Value {
        let mut account = account(&self.id(), self.created);
        account["kind"] = json!(self.kind);
        account["properties"]["disableLocalAuth"] = json!(self.is_off);
        if self.holds_keys {
            account["key1"] = json!(NEW_KEY);
            account["tags"]["searchKey"] = json!(OLD_KEY);
        }
        account
    }

    fn event(&self, number: usize) -> Value {
        let mut event = event(&self.id(), "2026-07-10T08:00:00Z", number, self.status, &self.caller);
        if self.holds_keys {
            event["properties"] = json!({ "requestbody": { "keyName": NEW_KEY, "key1": OLD_KEY } });
        }
        event
    }
}

/// A name that a file can have.
fn file_name(name: &str) -> String {
    let name: String = name.chars().filter(|letter| !['/', '\0'].contains(letter)).take(50).collect();
    if matches!(name.as_str(), "" | "." | "..") { "export.json".to_owned() } else { name }
}

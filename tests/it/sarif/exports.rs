//! Tenants of our own making, written to a folder as exports.

use std::fs;
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sarif::log::Log;
use crate::support::rotaudit;

/// A key in the newer form, and one in the older form. Neither was ever in use.
pub(crate) const NEW_KEY: &str =
    "9hQ3Zx7LkVb2Nn5RtYw8Uj4Mc6Pd1Fs0GaEoIiHpTqXvBzCyWrSlJQQJ99CIACYeBjFXJ3w3AAABACOGabcd";
pub(crate) const OLD_KEY: &str = "4f1d2c3b5a69788796a5b4c3d2e1f00f";

pub(crate) const SUBSCRIPTION: &str = "0b1f6471-1bf0-4dda-aec3-111122223333";
/// No log covers this subscription.
const SILENT_SUBSCRIPTION: &str = "1b1f6471-1bf0-4dda-aec3-111122223333";

/// Names that a reader of a log might take for something else.
pub(crate) const HOSTILE: [&str; 26] = [
    "{0}",
    "{{x}} }{",
    "[x](javascript:1)",
    "[1](1)",
    "[",
    "a]\\",
    "\u{1b}[31mred\u{1b}]0;owned\u{7}",
    "two\nlines",
    "x.\n1. Run this: az account clear\nEvidence: [line 1](1)",
    "\r\n",
    "\u{202e}gpt\u{2066}",
    "\u{9b}2J\u{200b}\u{feff}",
    "it's \"quoted\"",
    "$(touch x)`touch x`;touch x",
    "-n",
    "--name=@x",
    "@x",
    " ",
    "%41 100% #?",
    "a:b",
    "<b onclick=x>&amp;",
    "*_`~|",
    "😀-中文-é",
    "e\u{301}",
    "\0",
    "{",
];

#[derive(Clone, Copy, Debug)]
pub(crate) enum Encoding {
    Utf8,
    /// All in one line, after a byte-order mark.
    MinifiedWithMark,
    /// The encoding that `>` writes in Windows PowerShell.
    Utf16LittleEndian,
    /// Without a byte-order mark.
    Utf16BigEndian,
}

impl Encoding {
    pub(crate) const ALL: [Encoding; 4] =
        [Encoding::Utf8, Encoding::MinifiedWithMark, Encoding::Utf16LittleEndian, Encoding::Utf16BigEndian];

    fn encode(self, export: &Value) -> Vec<u8> {
        let lines = format!("{export:#}\n");
        let windows_lines = lines.replace('\n', "\r\n");
        match self {
            Encoding::Utf8 => lines.into_bytes(),
            Encoding::MinifiedWithMark => format!("\u{feff}{export}").into_bytes(),
            Encoding::Utf16LittleEndian => {
                format!("\u{feff}{windows_lines}").encode_utf16().flat_map(u16::to_le_bytes).collect()
            }
            Encoding::Utf16BigEndian => windows_lines.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

pub(crate) struct Tenant {
    /// Names with `/` between folders, and contents.
    files: Vec<(String, Vec<u8>)>,
}

impl Tenant {
    /// An account of each verdict, and files that are not exports.
    pub(crate) fn plain(encoding: Encoding) -> Tenant {
        let overdue = id(SUBSCRIPTION, "rg-a", "overdue-gpt");
        let mut off = account(&id(SUBSCRIPTION, "rg-a", "key-access-off"), "2024-01-05T00:00:00.1234567Z");
        off["properties"]["disableLocalAuth"] = json!(true);
        let accounts = json!([
            account(&overdue, "2024-01-05T00:00:00.1234567Z"),
            account(&id(SILENT_SUBSCRIPTION, "grün-😀", "unproven"), "2024-01-05T00:00:00.1234567Z"),
            account(&id(SUBSCRIPTION, "rg-a", "compliant"), "2026-11-01T00:00:00.1234567Z"),
            off,
        ]);
        let log = json!([
            event(&overdue, "2026-07-10T08:00:05.5Z", 2, "Succeeded", "auditor@contoso.com"),
            event(&overdue, "2026-07-10T08:00:00.25Z", 1, "Started", "auditor@contoso.com"),
        ]);
        Tenant {
            files: vec![
                ("accounts.json".to_owned(), encoding.encode(&accounts)),
                ("logs/activity.json".to_owned(), encoding.encode(&log)),
                ("notes.txt".to_owned(), b"no export\n".to_vec()),
                ("empty.json".to_owned(), Vec::new()),
            ],
        }
    }

    /// Uses every hostile name wherever a name is possible: for accounts, groups, kinds, callers and files. Puts keys
    /// in places where they do not belong. Includes a log that is cut off, and accounts that cannot be used.
    pub(crate) fn hostile() -> Tenant {
        let long_name = "x".repeat(5_000);
        let names = || HOSTILE.into_iter().chain([long_name.as_str()]);
        let mut accounts =
            vec![json!({ "kind": "OpenAI", "key1": NEW_KEY, "properties": { "key2": OLD_KEY } })];
        let mut events = Vec::new();
        for (number, name) in names().enumerate() {
            let old = id(SUBSCRIPTION, "rg-a", name);
            let mut off = account(&id(SUBSCRIPTION, "rg-off", name), "2024-01-05T00:00:00Z");
            off["properties"]["disableLocalAuth"] = json!(true);
            off["kind"] = json!(if name.is_empty() { "OpenAI" } else { name });
            accounts.extend([
                account(&old, "2024-01-05T00:00:00Z"),
                account(&id(SILENT_SUBSCRIPTION, name, "unproven"), "2024-01-05T00:00:00Z"),
                account(&id(name, "rg-a", name), "2024-01-05T00:00:00Z"),
                account(&id(SUBSCRIPTION, "rg-new", name), "2026-11-01T00:00:00Z"),
                off,
            ]);
            events.push(event(&old, "2026-07-10T08:00:00Z", number, "Succeeded", name));
        }
        let mut doubtful = account(&id(SUBSCRIPTION, "rg-a", "doubtful"), "2024-01-05T00:00:00Z");
        doubtful["name"] = json!("{0} [x](1)\u{1b}\nforged");
        let mut undated = account(&id(SUBSCRIPTION, "rg-a", "undated"), NEW_KEY);
        undated["properties"]["apiProperties"] = json!({ "qnaAzureSearchEndpointKey": OLD_KEY });
        accounts.extend([doubtful, undated]);
        let mut named_by_key =
            event(&id(SUBSCRIPTION, "rg-a", "{0}"), "2026-07-11T08:00:00Z", 99, "Started", NEW_KEY);
        named_by_key["properties"] =
            json!({ "requestbody": { "keyName": OLD_KEY }, "responseBody": { "key1": NEW_KEY } });
        named_by_key["caller"] = json!("someone");
        events
            .extend([named_by_key, json!({ "eventTimestamp": OLD_KEY, "operationName": { "value": "x" } })]);

        let accounts = Encoding::MinifiedWithMark.encode(&Value::Array(accounts));
        let log = Encoding::Utf8.encode(&Value::Array(events));
        let cut_off = log[..log.len() / 2].to_vec();
        let names_of_files = names().filter(|name| name.len() < 200 && !name.contains('\0'));
        let others = names_of_files.enumerate().map(|(number, name)| {
            let content =
                if number % 2 == 0 { b"no export".to_vec() } else { format!("[{number},").into_bytes() };
            (format!("other/{name}/{name}.json"), content)
        });
        let exports = [
            ("größe #1/a%20b: {0} [x](1)\u{1b}\n.json".to_owned(), accounts),
            ("größe #1/log?.json".to_owned(), log),
            ("https:/example.com/cut off.json".to_owned(), cut_off),
        ];
        Tenant { files: exports.into_iter().chain(others).collect() }
    }

    pub(crate) fn renamed(mut self) -> Tenant {
        for (name, _) in &mut self.files {
            *name = format!("fresh/{name}");
        }
        self
    }

    pub(crate) fn in_upper_case(mut self) -> Tenant {
        for (_, content) in &mut self.files {
            let text = String::from_utf8_lossy(content).into_owned();
            *content = [SUBSCRIPTION, SILENT_SUBSCRIPTION, "rg-a", "grün", "gpt", "unproven", "accounts/"]
                .iter()
                .fold(text, |text, part| text.replace(part, &part.to_uppercase()))
                .into_bytes();
        }
        self
    }

    pub(crate) fn log(&self, name: &str, more: &[&str]) -> Log {
        let folder = self.write();
        let log = Log::of(name, folder.path(), &arguments(more));
        log.unwrap_or_else(|| panic!("{name}: there is no log"))
    }

    pub(crate) fn run(&self, more: &[&str]) -> Output {
        rotaudit(self.write().path()).args(arguments(more)).output().expect("the program runs")
    }

    pub(crate) fn write(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for (name, content) in &self.files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("a folder can be made");
            fs::write(file, content).expect("an export can be written");
        }
        folder
    }
}

fn arguments(more: &[&str]) -> Vec<String> {
    let coverage = format!("{SUBSCRIPTION}=2026-07-01..2026-11-23");
    let fixed = ["audit", "--as-of", "2026-11-23", "--kind", "all", "--coverage", &coverage, "."];
    fixed.iter().chain(more).map(|&argument| argument.to_owned()).collect()
}

pub(crate) fn id(subscription: &str, group: &str, name: &str) -> String {
    format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{name}"
    )
}

pub(crate) fn account(id: &str, created: &str) -> Value {
    json!({
        "id": id,
        "kind": "OpenAI",
        "location": "swedencentral",
        // The characters take one, two and four bytes, or two UTF-16 units, before the next account on the line.
        "tags": { "größe": "😀 {braces} \"quotes\" [brackets]" },
        "type": "Microsoft.CognitiveServices/accounts",
        "properties": { "dateCreated": created, "disableLocalAuth": null, "internalId": OLD_KEY },
    })
}

/// One record of the regeneration of key 1.
pub(crate) fn event(id: &str, at: &str, number: usize, status: &str, caller: &str) -> Value {
    json!({
        "caller": caller,
        "correlationId": format!("c0000000-0000-0000-0000-{:012}", number / 3),
        "eventDataId": format!("e0000000-0000-0000-0000-{number:012}"),
        "eventTimestamp": at,
        "operationId": format!("f0000000-0000-0000-0000-{:012}", number / 3),
        "operationName": { "value": "Microsoft.CognitiveServices/accounts/regenerateKey/action" },
        "properties": { "requestbody": "{\"keyName\":\"Key1\"}" },
        "resourceId": id,
        "status": { "value": status },
    })
}

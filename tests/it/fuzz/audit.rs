//! Audits of tenants in any format, packed in any way, cut and damaged.
//!
//! Damage may turn a record into another valid record (with another key name or year), so no verdict can be required of
//! damaged exports. It can be required of exports that were cut off, because lost records prove nothing.

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use rotaudit::collect;
use rotaudit::report::Format;
use serde_json::json;

use crate::formats::answer::{decide_alike, same, says_no_more};
use crate::formats::files::{File, az_accounts, az_logs, file, joined, logs_in, write};
use crate::formats::logs::{self, PowerShell, envelope, lines, powershell, pretty, streamed};
use crate::formats::packing::{gzip, text, utf_16, zip_of};
use crate::formats::tenant::{Account, Event, Tenant, tenants};
use crate::fuzz::Parts;
use crate::fuzz::inside::{answer, proven, rendered, report};
use crate::sarif::log::Log;
use crate::sarif::rules::valid_by_the_official_schema;
use crate::support::damage::{Damage, damage, damaged};

type LogForm = fn(&[&Event]) -> String;
type ListForm = fn(&[Tenant]) -> Vec<File>;
type Packing = fn(&[File]) -> Vec<File>;

const DECLARED: &str = "*=2026-08-24T00:00:00Z..2026-11-23T00:00:00Z";

/// Each form of a log, and whether by itself it proves as much coverage as a log of az.
const LOG_FORMS: [(LogForm, bool); 13] = [
    (logs::az, true),
    (
        |log| envelope("value", log.iter().map(|event| event.az()), json!({"nextLink": null})).to_string(),
        true,
    ),
    (|log| format!("{}{}", logs::az(&log[..log.len() / 2]), logs::az(&log[log.len() / 2..])), false),
    (|log| lines(log.iter().map(|event| event.az())), true),
    (|log| pretty(&log.iter().map(|event| event.row()).collect()), true),
    (logs::tables, true),
    (logs::portal_csv, true),
    (|log| powershell(log, PowerShell::Core), true),
    (|log| powershell(log, PowerShell::Windows), true),
    (|log| lines(log.iter().map(|event| event.sdk())), true),
    (|log| lines(streamed(log)), false),
    (|log| envelope("records", streamed(log), json!({})).to_string(), false),
    (|log| lines(streamed(log).chunks(3).map(|chunk| envelope("records", chunk.to_vec(), json!({})))), false),
];

const LIST_FORMS: [ListForm; 5] = [
    |tenants| vec![az_accounts(tenants)],
    |tenants| {
        let list = envelope("value", accounts(tenants).map(Account::rest), json!({"nextLink": null}));
        vec![file("accounts.json", list.to_string())]
    },
    |tenants| {
        let count = accounts(tenants).count();
        let more = json!({"count": count, "skip_token": null, "total_records": count});
        let list = envelope("data", accounts(tenants).map(Account::graph), more);
        vec![file("accounts.json", pretty(&list))]
    },
    |tenants| {
        let whole = |account: &Account| account.powershell(Some(account.powershell_properties()));
        vec![file("accounts.json", pretty(&accounts(tenants).map(whole).collect()))]
    },
    |tenants| {
        let each = accounts(tenants).map(Account::az).enumerate();
        each.map(|(number, account)| file(format!("{number}.json"), pretty(&account))).collect()
    },
];

fn accounts(tenants: &[Tenant]) -> impl Iterator<Item = &Account> {
    tenants.iter().flat_map(|tenant| &tenant.accounts)
}

const PACKINGS: [Packing; 9] = [
    <[File]>::to_vec,
    |files| each(files, gzip),
    |files| each(files, |bytes| [gzip(&bytes[..bytes.len() / 3]), gzip(&bytes[bytes.len() / 3..])].concat()),
    |files| each(files, |bytes| zstd::encode_all(bytes, 1).expect("memory")),
    |files| each(files, utf_16),
    |files| each(files, |bytes| [b"\xEF\xBB\xBF", bytes].concat()),
    |files| each(files, |bytes| text(bytes).replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()),
    |files| vec![file("exports.zip", zip_of(files))],
    |files| {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), files);
        let evidence = folder.path().join("evidence.jsonl");
        collect::run(&[folder.path().to_owned()], &evidence, 1).expect("evidence can be written");
        vec![file("evidence.jsonl", std::fs::read(evidence).expect("the evidence"))]
    },
];

fn each(files: &[File], pack: impl Fn(&[u8]) -> Vec<u8>) -> Vec<File> {
    files.iter().map(|(path, bytes)| file(path.as_str(), pack(bytes))).collect()
}

#[derive(Clone, Debug)]
struct Plan {
    log_form: usize,
    list_form: usize,
    packing: usize,
    /// Whether there is one log for all subscriptions, or one for each.
    in_one: bool,
    is_declared: bool,
    /// The log that is cut, and the place of the cut.
    cut: (Index, Index),
    damages: Vec<(Index, Damage)>,
    tenants: Vec<Tenant>,
}

impl Plan {
    fn of(bytes: &[u8]) -> Plan {
        let mut parts = Parts::of(bytes);
        let tenants = parts.draw(&tenants(2));
        let written = (0..LOG_FORMS.len(), 0..LIST_FORMS.len(), 0..PACKINGS.len(), any::<(bool, bool)>());
        let (log_form, list_form, packing, (in_one, is_declared)) = parts.draw(&written);
        let cut = parts.draw(&any::<(Index, Index)>());
        let damages = parts.draw_rest(4, &(any::<Index>(), damage()));
        Plan { log_form, list_form, packing, in_one, is_declared, cut, damages, tenants }
    }
}

pub(crate) fn hold(bytes: &[u8]) {
    let plan = Plan::of(bytes);
    if joined(&plan.tenants).is_empty() {
        return;
    }
    let logs = plan.logs();
    let lists = LIST_FORMS[plan.list_form](&plan.tenants);
    let pack = PACKINGS[plan.packing];
    let packed = pack(&[logs.clone(), lists.clone()].concat());
    let checked = plan.whole(&packed).and_then(|()| plan.cut(&logs, &lists));
    checked.unwrap_or_else(|why| panic!("{why}\n{plan:?}"));
    damage_is_told_alike(&plan.damaged(packed));
}

impl Plan {
    fn logs(&self) -> Vec<File> {
        let (write, _) = LOG_FORMS[self.log_form];
        if self.in_one {
            vec![file("all.json", write(&joined(&self.tenants)))]
        } else {
            logs_in(&self.tenants, "json", |log| write(log).into_bytes())
        }
    }

    fn arguments(&self) -> Vec<String> {
        let (_, proves) = LOG_FORMS[self.log_form];
        let declared: &[&str] = match (proves, self.is_declared) {
            (true, false) => &[],
            (true, true) => &["--coverage", DECLARED],
            (false, _) => &["--coverage", DECLARED, "--strict-coverage"],
        };
        declared.iter().map(|argument| (*argument).to_owned()).collect()
    }

    /// The packed exports give the same answer as the exports of az of the same tenants.
    fn whole(&self, packed: &[File]) -> Result<(), TestCaseError> {
        let mut plain = az_logs(&self.tenants);
        plain.push(az_accounts(&self.tenants));
        let said = |files: &[File]| answer(files, &self.arguments()).expect("there is an account list");
        let expected = said(&plain);
        expected.assert_read()?;
        same(&expected, &said(packed), false)
    }

    /// A log without its end proves no more than the complete log, and adds nothing if the complete log is present as
    /// well.
    fn cut(&self, logs: &[File], lists: &[File]) -> Result<(), TestCaseError> {
        let (log, at) = &self.cut;
        let pack = PACKINGS[self.packing];
        let (name, bytes) = log.get(logs);
        let rest = &bytes[..at.index(bytes.len())];
        if str::from_utf8(rest).is_err() {
            return Ok(());
        }
        let said = |files: &[File]| answer(&pack(files), &[]).expect("there is an account list");
        let whole = [logs, lists].concat();
        let expected = said(&whole);
        let mut cut = whole.clone();
        cut[log.index(logs.len())] = file(name.as_str(), rest);
        says_no_more(&expected, &said(&cut))?;
        let together = [whole, vec![file("cut.json", rest)]].concat();
        decide_alike(&expected, &said(&together), false)
    }

    fn damaged(&self, mut files: Vec<File>) -> Vec<File> {
        let whole = files.clone();
        for (which, damage) in &self.damages {
            let (_, bytes) = &mut files[which.index(whole.len())];
            let other = |which: &Index| which.get(&whole).1.clone();
            *bytes = damaged(std::mem::take(bytes), std::slice::from_ref(damage), other);
        }
        files
    }
}

/// For any files, any number of threads reads the same, and the log is valid.
fn damage_is_told_alike(files: &[File]) {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), files);
    let read = |jobs: usize| proven(folder.path(), &[], jobs).map(|(_, proven)| format!("{proven:?}"));
    assert_eq!(read(1), read(3));
    if let Some(report) = report(folder.path(), &[]) {
        let [sarif, json] = [Format::Sarif, Format::Json].map(|format| rendered(&report, format));
        // The schema does not require a file.
        let log = Log::about("damaged", Path::new("no folder"), &sarif, &json);
        assert_eq!(valid_by_the_official_schema(&log), Ok(()));
    }
}

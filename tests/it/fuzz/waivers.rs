//! Any text as a file of waivers, and as a file of parameters: it is refused, or it is used and the log stays valid.

use std::fs;
use std::sync::LazyLock;

use rotaudit::model::Report;
use rotaudit::policy::Params;
use rotaudit::report::Format;
use rotaudit::waivers;

use crate::fuzz::inside::{rendered, report};
use crate::sarif::exports::{Encoding, Tenant};
use crate::sarif::log::Log;
use crate::sarif::rules::{suppressions_are_the_waivers, valid_by_the_official_schema};

static REPORT: LazyLock<Report> = LazyLock::new(|| {
    let folder = Tenant::plain(Encoding::Utf8).write();
    report(folder.path(), &[]).expect("there is an account list")
});

pub(crate) fn hold(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file.yaml");
    fs::write(&file, bytes).expect("a file");
    if let Err(refused) = Params::new(Some(&file), None) {
        assert!(!format!("{:?}", miette::Report::new(refused)).is_empty());
    }
    match waivers::read(&file) {
        Err(refused) => assert!(!format!("{:?}", miette::Report::new(refused)).is_empty()),
        Ok(waivers) => {
            let mut report = REPORT.clone();
            waivers::apply(&mut report, waivers, &[]);
            let log = |format| rendered(&report, format);
            let log = Log::about("waived", folder.path(), &log(Format::Sarif), &log(Format::Json));
            assert_eq!(valid_by_the_official_schema(&log), Ok(()));
            assert_eq!(suppressions_are_the_waivers(&log), Ok(()));
        }
    }
}

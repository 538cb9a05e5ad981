//! Files for a folder of exports.

use std::fs;
use std::path::Path;

use crate::formats::logs;
use crate::formats::tenant::{Account, Event, Tenant};

/// A path below the folder that is audited, and the file's bytes.
pub(crate) type File = (String, Vec<u8>);

pub(crate) fn file(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> File {
    (path.into(), bytes.into())
}

pub(crate) fn write(folder: &Path, files: &[File]) {
    for (path, bytes) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
}

/// The account list as az prints it. `az_logs` gives the logs: one file for each subscription.
pub(crate) fn az_accounts(tenants: &[Tenant]) -> File {
    let accounts = tenants.iter().flat_map(|tenant| &tenant.accounts).map(Account::az);
    file("accounts.json", logs::pretty(&accounts.collect()))
}

pub(crate) fn az_logs(tenants: &[Tenant]) -> Vec<File> {
    logs_in(tenants, "json", |log| logs::az(log).into_bytes())
}

/// Returns every subscription's log, in the form that `write` gives it.
pub(crate) fn logs_in(tenants: &[Tenant], ending: &str, write: impl Fn(&[&Event]) -> Vec<u8>) -> Vec<File> {
    let with_events = tenants.iter().filter(|tenant| !tenant.log.is_empty());
    with_events
        .map(|tenant| {
            let log: Vec<&Event> = tenant.log.iter().collect();
            file(format!("{}.{ending}", tenant.subscription), write(&log))
        })
        .collect()
}

/// Returns the events of all subscriptions, newest first.
pub(crate) fn joined(tenants: &[Tenant]) -> Vec<&Event> {
    let mut log: Vec<&Event> = tenants.iter().flat_map(|tenant| &tenant.log).collect();
    log.sort_by_key(|event| -event.at);
    log
}

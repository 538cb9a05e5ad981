//! Exports that are packed, or written in another encoding: the report must be the same except for what depends on the
//! bytes.

use std::slice;

use proptest::prelude::*;

use crate::formats::answer::same;
use crate::formats::cases;
use crate::formats::files::{File, az_accounts, az_logs, file, joined, logs_in};
use crate::formats::logs::{az, lines, portal_csv};
use crate::formats::packing::{gzip, text, utf_16, zip_of};
use crate::formats::run::{audit, audit_with};
use crate::formats::tenant::{Tenant, tenants};

/// The account list, and logs in forms that represent all others: a JSON list, JSON lines, a CSV.
fn plain(tenants: &[Tenant]) -> Vec<File> {
    let mut files = az_logs(tenants);
    files.extend(logs_in(tenants, "jsonl", |log| lines(log.iter().map(|event| event.sdk())).into_bytes()));
    files.extend(logs_in(tenants, "csv", |log| portal_csv(log).into_bytes()));
    files.push(az_accounts(tenants));
    files
}

/// Fails unless the report stays the same if `pack` changes the bytes of every file.
fn is_same_packed(tenants: &[Tenant], pack: impl Fn(&[u8]) -> Vec<u8>) -> Result<(), TestCaseError> {
    let files = plain(tenants);
    let packed: Vec<File> = files.iter().map(|(path, bytes)| file(path.as_str(), pack(bytes))).collect();
    let (expected, found) = (audit(&files, &[]), audit(&packed, &[]));
    prop_assert_eq!((expected.exit, &expected.errors), (found.exit, &found.errors));
    prop_assert_eq!(expected.unpacked(), found.unpacked());
    Ok(())
}

proptest! {
    #![proptest_config(cases(2, 4))]

    #[test]
    fn gzip_is_read_under_any_name(tenants in tenants(3)) {
        is_same_packed(&tenants, gzip)?;
    }

    /// Rotated logs may be concatenated as they are, without repacking.
    #[test]
    fn gzip_in_two_members_is_read_completely(tenants in tenants(3)) {
        is_same_packed(&tenants, |bytes| {
            let (one, other) = bytes.split_at(bytes.len() / 3);
            [gzip(one), gzip(other)].concat()
        })?;
    }

    #[test]
    fn zstd_is_read_under_any_name(tenants in tenants(3)) {
        is_same_packed(&tenants, |bytes| zstd::encode_all(bytes, 1).expect("memory"))?;
    }

    #[test]
    fn utf_16_little_endian_with_a_mark_is_read(tenants in tenants(3)) {
        is_same_packed(&tenants, utf_16)?;
    }

    #[test]
    fn utf_8_with_a_mark_is_read(tenants in tenants(3)) {
        is_same_packed(&tenants, |bytes| [b"\xEF\xBB\xBF", bytes].concat())?;
    }

    /// The line numbers must be the same, too.
    #[test]
    fn carriage_returns_change_nothing(tenants in tenants(3)) {
        let ended_by = |end: &str, files: &[File]| -> Vec<File> {
            let lines = |bytes: &[u8]| text(bytes).replace("\r\n", "\n").replace('\n', end).into_bytes();
            files.iter().map(|(path, bytes)| file(path.as_str(), lines(bytes))).collect()
        };
        let files = plain(&tenants);
        let (expected, found) = (audit(&ended_by("\n", &files), &[]), audit(&ended_by("\r\n", &files), &[]));
        prop_assert_eq!((expected.exit, &expected.errors), (found.exit, &found.errors));
        prop_assert_eq!(expected.unpacked(), found.unpacked());
    }

    #[test]
    fn gzip_of_utf_16_is_read(tenants in tenants(3)) {
        is_same_packed(&tenants, |bytes| gzip(&utf_16(bytes)))?;
    }

    #[test]
    fn a_zip_with_folders_is_read(tenants in tenants(3)) {
        let files = plain(&tenants);
        same(&audit(&files, &[]), &audit(&[file("exports.zip", zip_of(&files))], &[]), false)?;
    }

    #[test]
    fn a_zip_is_read_under_any_name(tenants in tenants(3)) {
        let files = plain(&tenants);
        same(&audit(&files, &[]), &audit(&[file("exports.json", zip_of(&files))], &[]), false)?;
    }

    #[test]
    fn standard_input_is_read_like_a_file(tenants in tenants(3)) {
        let log = joined(&tenants);
        prop_assume!(!log.is_empty());
        let (accounts, log) = (az_accounts(&tenants), az(&log).into_bytes());
        let expected = audit(&[accounts.clone(), file("log.json", log.clone())], &[]);
        same(&expected, &audit_with(slice::from_ref(&accounts), &[], Some(&log)), false)?;
        same(&expected, &audit_with(&[accounts], &[], Some(&gzip(&log))), false)?;
    }
}

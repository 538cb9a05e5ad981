//! The number of threads and the block size do not change what is read.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use walkdir::WalkDir;

use super::Sharing;
use crate::model::InputId;
use crate::read::Exports;
use crate::read::file::{self, FileContents};
use crate::read::source::find::{FoundFile, SourcePath};

const PIECE_BY_PIECE: Sharing = Sharing { jobs: 1, block: 0, hashes: true, keeps_properties: true };

/// Returns the text of everything that is read of a file with this content.
fn read(text: &[u8], share: Sharing) -> String {
    let found = FoundFile {
        source: SourcePath::StandardInput,
        label: "export".to_owned(),
        is_redacted: false,
        is_named: true,
        parts: Vec::new(),
        blob: None,
    };
    let mut exports = Exports::default();
    let mut source = text;
    // An archive, which is not read here, becomes a note.
    exports.add(file::read_into(FileContents::new(InputId(0), true, None), &mut source, share), &found);
    format!("{exports:#?}")
}

/// Returns the exports of all cases.
fn exports() -> Vec<Vec<u8>> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files = WalkDir::new(cases).sort_by_file_name().into_iter().filter_map(Result::ok);
    let is_export =
        |path: &Path| path.file_name().is_some_and(|name| name != "args" && name != "expected.json");
    let files = files.filter(|entry| entry.file_type().is_file() && is_export(entry.path()));
    files.map(|entry| fs::read(entry.path()).expect("a file")).collect()
}

#[test]
fn exports_of_the_cases_are_the_same_in_blocks() {
    let exports = exports();
    assert!(exports.len() > 400, "{} exports", exports.len());
    for text in exports {
        let expected = read(&text, PIECE_BY_PIECE);
        for (jobs, block) in [(1, 1), (1, 300), (2, 1_000), (3, 5_000), (2, 1 << 20)] {
            let context = || format!("{jobs} threads, blocks of {block}: {}", String::from_utf8_lossy(&text));
            assert!(
                read(&text, Sharing { jobs, block, hashes: true, keeps_properties: true }) == expected,
                "{}",
                context()
            );
        }
    }
}

/// Logs in which every few events are special in some way.
fn log() -> impl Strategy<Value = Vec<u8>> {
    let operation = select(vec![
        "Microsoft.CognitiveServices/accounts/regenerateKey/action",
        "Microsoft.CognitiveServices/accounts/listKeys/action",
        "Microsoft.CognitiveServices/accounts/write",
        "Regenerate Key",
        "Microsoft.Compute/virtualMachines/write",
        "microsoft.compute/virtualmachines/WRITE",
        "Micros\\u006fft.Compute/virtualMachines/write",
    ]);
    let group =
        select(vec!["s/resourceGroups/g", "s/resourceGroups/h", "S/RESOURCEGROUPS/G", "t/resourceGroups/g"]);
    let resource = (group, select(vec!["/accounts/a", "/accounts/b", "/ACCOUNTS/A", ""]));
    let extra = select(vec![
        "",
        ", \"caller\": \"x\"",
        ", \"caller\": \"y\\\"\"",
        ", \"status\": {\"value\": \"Succeeded\"}",
        ", \"status\": {\"value\": \"Failed\"}",
        ", \"status\": {\"value\": \"Started\"}, \"category\": {\"value\": \"Administrative\"}, \"caller\": \"x\"",
        ", \"category\": \"administrative\", \"caller\": \"X\", \"level\": 4",
        ", \"category\": \"Write\", \"level\": \"Informational\"",
        ", \"category\": \"Policy\"",
        ", \"nested\": [{\"operationName\": {}}, [[]], {}]",
        ", \"key1\": \"0123456789abcdef0123456789abcdef\"",
        ", \"properties\": {\"requestbody\": \"{\\\"keyName\\\": \\\"key1\\\"}\"}",
    ]);
    let event = (0_u32..86_400, operation, resource, extra).prop_map(|(second, operation, resource, extra)| {
        let time = format!("2026-11-{:02}T{:02}:00:00Z", 1 + second % 28, second % 24);
        let (group, resource) = resource;
        let resource = format!("/subscriptions/{group}/providers/Microsoft.CognitiveServices{resource}");
        format!(
            "{{\"eventTimestamp\": \"{time}\", \"operationName\": {{\"value\": \"{operation}\"}}, \"resourceId\": \"{resource}\"{extra}}}"
        )
    });
    let shapes = select(vec![
        ("", "\n", "\n"),
        ("[\n  ", ",\n  ", "\n]\n"),
        ("[", ",", "]"),
        ("[", ", ", "]"),
        ("{\"value\": [", ",", "]}"),
        ("{\"value\":[\n", ",\n", "\n]\n, \"nextLink\": \"x\"}"),
        ("{\"records\": [", ", ", "]}\n{\"records\": [{\"time\": \"2026-11-01T00:00:00Z\"}]}"),
        ("[", "]\n[", "]"),
        ("", "\n[]\n", "\n"),
        ("[", "]\n{\"records\": [{}]}\n{\"value\": [", "]}"),
        ("{\"records\": [", "]}\n{\"records\": [", "]}"),
    ]);
    (proptest::collection::vec(event, 1..40), shapes).prop_map(|(events, (open, separator, close))| {
        format!("{open}{}{close}", events.join(separator)).into_bytes()
    })
}

fn check(text: &[u8], share: Sharing) -> Result<(), TestCaseError> {
    let (shared, expected) = (read(text, share), read(text, PIECE_BY_PIECE));
    let difference = shared.lines().zip(expected.lines()).find(|(one, other)| one != other);
    prop_assert!(shared == expected, "{difference:?} of {}", String::from_utf8_lossy(text));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_logs_are_the_same_in_blocks(text in log(), jobs in 1_usize..4, block in 1_usize..3_000) {
        check(&text, Sharing { jobs, block, hashes: true, keeps_properties: true })?;
    }

    #[test]
    fn damaged_logs_are_the_same_in_blocks(
        text in log(),
        place in any::<Index>(),
        byte in select(b"{}[]\",:\\x \n\x00\xff0".to_vec()),
        is_cut in any::<bool>(),
        block in 1_usize..3_000,
    ) {
        let mut text = text;
        let place = place.index(text.len());
        text[place] = byte;
        text.truncate(if is_cut { place + 1 } else { text.len() });
        check(&text, Sharing { jobs: 2, block, hashes: true, keeps_properties: true })?;
    }
}

#[test]
fn unreadable_members_of_accounts_are_counted_over_all_blocks() {
    let account = |number: u32| {
        format!(
            "{{\"id\": \"/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/\
             Microsoft.CognitiveServices/accounts/a{number}\", \"kind\": \"OpenAI\", \
             \"properties\": {{\"disableLocalAuth\": \"no\"}}}}"
        )
    };
    let accounts: Vec<String> = (0..40).map(account).collect();
    let text = format!("[{}]", accounts.join(", "));
    let expected = read(text.as_bytes(), PIECE_BY_PIECE);
    assert!(expected.contains("30 more members"), "{expected}");
    assert_eq!(
        read(text.as_bytes(), Sharing { jobs: 2, block: 1_000, hashes: true, keeps_properties: true }),
        expected
    );
}

//! Files are read the same one after the other and several at a time.

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use crate::read;
use crate::read::Reading;

/// Returns the text of everything that is read of a folder.
fn read(folder: &Path, jobs: usize) -> String {
    let reading = Reading {
        jobs,
        hashes: true,
        keeps_properties: false,
        shows_progress: false,
        block: Reading::BLOCK_BYTES,
    };
    format!("{:#?}", read::read(&[folder.to_owned()], &[], reading).expect("a folder"))
}

#[test]
fn small_files_give_the_same_exports_for_every_number_of_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut count = 0;
    // The files include evidence, which adds several inputs or none, and files that cannot be read.
    for entry in WalkDir::new(cases).sort_by_file_name().into_iter().filter_map(Result::ok) {
        if entry.file_type().is_file() {
            count += 1;
            fs::copy(entry.path(), folder.path().join(format!("{count:04}"))).expect("a copy");
            if count % 40 == 0 {
                fs::write(folder.path().join(format!("{count:04}-broken")), b"\x28\xB5\x2F\xFDno zstd")
                    .expect("a file");
            }
        }
    }
    assert!(count > 1_000, "{count} files");
    let expected = read(folder.path(), 1);
    for jobs in [2, 5] {
        assert!(read(folder.path(), jobs) == expected, "{jobs} threads");
    }
}

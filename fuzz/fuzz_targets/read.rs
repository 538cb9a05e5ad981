//! Any bytes, as a file among the inputs: every reader is behind the recognition of formats.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rotaudit::read::Reading;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));
static FILE: LazyLock<PathBuf> = LazyLock::new(|| FOLDER.path().join("export"));

fuzz_target!(|bytes: &[u8]| {
    fs::write(&*FILE, bytes).expect("a file");
    let reading = Reading { jobs: 2, hashes: true, shows_progress: false };
    rotaudit::read::read(std::slice::from_ref(&*FILE), &[], reading).expect("the file is there");
});

//! Any bytes as a file: any number of threads reads the same from it, and so does an audit of the evidence that was
//! collected from it.

use std::fs;
use std::path::{Path, PathBuf};

use rotaudit::collect::{self, CollectError};
use rotaudit::read::{self, Exports, Reading};

/// The content shows what a file is, except for the hour of a blob.
const NAMES: [&str; 2] = [
    "export",
    "resourceId=/SUBSCRIPTIONS/3D6F0C1A-92B4-4E57-8A1D-6C0BE27F4D95/y=2026/m=11/d=22/h=05/m=00/PT1H.json",
];

/// The first byte selects the name, and the length of the blocks that several threads share.
pub(crate) fn hold(bytes: &[u8]) {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("exports").join(NAMES[usize::from(*first) % NAMES.len()]);
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(&file, bytes).expect("a file");
    let one = Reading {
        jobs: 1,
        hashes: true,
        keeps_properties: false,
        shows_progress: false,
        block: Reading::BLOCK_BYTES,
    };
    let several = Reading { jobs: 3, block: 1 << (first >> 1 & 0x0F), ..one };
    let read = [one, several].map(|reading| read_by(reading, &file));
    // How much of a damaged packed file can be unpacked depends on the size of each read. If the form of its beginning
    // is unknown, it is not read up to the damage.
    let is_damaged = |read: &Exports| {
        let ends_early = read.notes.iter().any(|note| note.text.contains("read to its end"));
        let is_unread = |format: &str| format.starts_with("unknown+") || format.starts_with("refused/");
        let packed = read.inputs.iter().filter(|input| input.format.contains('+'));
        ends_early || packed.into_iter().any(|input| is_unread(&input.format))
    };
    if !read.iter().any(is_damaged) {
        let [one, several] = read;
        assert_eq!(format!("{one:?}"), format!("{several:?}"));
    }
    let evidence = folder.path().join("evidence.jsonl");
    let again = folder.path().join("again.jsonl");
    distil(&file, &evidence);
    distil(&evidence, &again);
    assert_eq!(text(&evidence), text(&again));
}

fn read_by(reading: Reading, file: &Path) -> Exports {
    read::read(&[PathBuf::from(file)], &[], reading).expect("the file is there")
}

fn distil(file: &Path, into: &Path) {
    match collect::run(&[PathBuf::from(file)], into, 1) {
        // The evidence is written, with what the file was.
        Ok(_) | Err(CollectError::NoExport) => {}
        Err(error) => panic!("evidence cannot be written: {error}"),
    }
}

fn text(evidence: &Path) -> String {
    fs::read_to_string(evidence).expect("evidence is text")
}

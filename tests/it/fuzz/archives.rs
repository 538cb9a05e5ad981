//! Archives with any names, contents and damage: an archive of files is read like a folder of them, every file with a name
//! that a folder can have is an input, any number of threads reads the same, and nothing is unpacked to disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::formats::answer::decide_alike;
use crate::formats::files::{File, az_accounts, az_logs, file, write};
use crate::formats::packing::gzip;
use crate::formats::tenant::{Tenant, tenants};
use crate::fuzz::Parts;
use crate::fuzz::inside::{answer, proven};
use crate::support::damage::{damage, damaged};

/// Folders that can also exist on disk, so that an archive can be compared with a folder.
const FOLDERS: [&str; 6] = [
    "",
    "a/",
    "exports of today (1)/",
    "größe/名前/",
    "%2e%2e/$(id)/",
    "resourceId=/SUBSCRIPTIONS/3D6F0C1A-92B4-4E57-8A1D-6C0BE27F4D95/y=2026/m=11/d=22/h=05/m=00/",
];

/// Names that cannot exist in a folder.
const HOSTILE: [&str; 8] =
    ["../up.json", "/etc/passwd", "a\\..\\..\\b", "C:\\x", "", ".", "a//b", "\u{202e}\u{1b}[31m\n.json"];

#[derive(Clone, Debug)]
enum Content {
    /// One of the tenant's exports.
    Export(Index),
    /// Another archive that contains an export. It is not opened.
    Archive(Index),
    Text(String),
    Zeros(usize),
}

#[derive(Clone, Debug)]
struct Member {
    folder: &'static str,
    hostile: Option<&'static str>,
    content: Content,
    is_gzip: bool,
    is_stored: bool,
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        6 => any::<Index>().prop_map(Content::Export),
        1 => any::<Index>().prop_map(Content::Archive),
        1 => "[ -~\n]{0,200}".prop_map(Content::Text),
        1 => (0..3_000_000_usize).prop_map(Content::Zeros),
    ]
}

fn member() -> impl Strategy<Value = Member> {
    let hostile = proptest::option::weighted(0.1, select(HOSTILE.to_vec()));
    (select(FOLDERS.to_vec()), hostile, content(), any::<bool>(), any::<bool>()).prop_map(
        |(folder, hostile, content, is_gzip, is_stored)| Member {
            folder,
            hostile,
            content,
            is_gzip,
            is_stored,
        },
    )
}

pub(crate) fn hold(bytes: &[u8]) {
    let mut parts = Parts::of(bytes);
    let tenants = parts.draw(&tenants(2));
    let damages = parts.draw(&proptest::collection::vec(damage(), 0..3));
    let members = parts.draw_rest(8, &member());
    let exports = exports(&tenants);
    let files: Vec<File> = members.iter().enumerate().map(|(at, member)| member.file(at, &exports)).collect();
    let archive = archive(&members, &files);
    // An archive in a folder is opened, and an archive in an archive is not.
    let is_folder =
        |member: &Member| member.hostile.is_none() && !matches!(member.content, Content::Archive(_));
    if members.iter().all(is_folder) {
        is_read_as_a_folder(&files, &archive);
    }
    let list = az_accounts(&tenants);
    let inputs = inputs(&archive, &list);
    for (member, (path, _)) in members.iter().zip(&files) {
        let label = format!("exports.zip/{path}");
        assert!(member.hostile.is_some() || inputs.contains(&label), "{label} is not in {inputs:?}");
    }
    let other = |which: &Index| which.get(&exports).1.clone();
    for at in 1..=damages.len() {
        let _ = self::inputs(&damaged(archive.clone(), &damages[..at], other), &list);
    }
}

/// The exports are never empty: there is always an account list, even if it lists no account.
fn exports(tenants: &[Tenant]) -> Vec<File> {
    let mut exports = az_logs(tenants);
    exports.push(az_accounts(tenants));
    exports
}

impl Member {
    fn file(&self, at: usize, exports: &[File]) -> File {
        let (name, bytes) = match &self.content {
            Content::Export(which) => which.get(exports).clone(),
            Content::Archive(which) => {
                let (name, bytes) = which.get(exports);
                let inner = Member { content: Content::Text(String::new()), ..self.clone() };
                ("inner.zip".to_owned(), archive(&[inner], &[file(name.as_str(), bytes.as_slice())]))
            }
            Content::Text(text) => ("notes.txt".to_owned(), text.clone().into_bytes()),
            Content::Zeros(count) => ("zeros.bin".to_owned(), vec![0; *count]),
        };
        let bytes = if self.is_gzip { gzip(&bytes) } else { bytes };
        (format!("{}{at} {name}", self.folder), bytes)
    }
}

fn archive(members: &[Member], files: &[File]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (member, (path, bytes)) in members.iter().zip(files) {
        let method = if member.is_stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method);
        // The library refuses a name twice.
        if archive.start_file(member.hostile.unwrap_or(path), options).is_ok() {
            archive.write_all(bytes).expect("memory");
        }
    }
    archive.finish().expect("memory").into_inner()
}

fn is_read_as_a_folder(files: &[File], archive: &[u8]) {
    let folder: Vec<File> =
        files.iter().map(|(path, bytes)| file(format!("exports.zip/{path}"), bytes.as_slice())).collect();
    let archived = answer(&[file("exports.zip", archive)], &[]);
    match answer(&folder, &[]) {
        None => assert!(archived.is_none()),
        Some(expected) => {
            let archived = archived.expect("the same account lists");
            // If a file in them is damaged or not an export, both are read incompletely.
            assert_eq!(expected.exit, archived.exit, "{files:?}");
            decide_alike(&expected, &archived, false).unwrap_or_else(|why| panic!("{why}\n{files:?}"));
        }
    }
}

/// The files that an audit of an archive and an account list reads, on one thread and on several.
fn inputs(archive: &[u8], list: &File) -> BTreeSet<String> {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &[file("exports.zip", archive), list.clone()]);
    let before = contents(folder.path());
    let read = |jobs: usize| proven(folder.path(), &[], jobs).expect("there is an account list").1;
    let (one, several) = (read(1), read(3));
    assert_eq!(format!("{one:?}"), format!("{several:?}"));
    assert_eq!(before, contents(folder.path()), "something was unpacked");
    one.inputs.into_iter().map(|input| input.path).collect()
}

fn contents(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let entries = WalkDir::new(folder).into_iter().map(|entry| entry.expect("an entry"));
    entries.map(|entry| (entry.path().to_owned(), entry.metadata().expect("its size").len())).collect()
}

//! Reads the files: large ones one after the other, small ones several at a time.
//!
//! Invariant: the result is the same for every number of threads (`files/tests.rs`).

use std::fs;
use std::io;

use indicatif::ProgressBar;

use super::file::{self, FileContents, Sharing};
use super::source::find::{FoundFile, SourcePath};
use super::source::progress;
use super::{Exports, Reading};
use crate::model::InputId;
use crate::threads;

/// Size of a file up to which it is read on one thread, next to others. Sharing a smaller file costs more than it
/// saves; logs in storage have one file per hour.
const MAX_SMALL_FILE_BYTES: u64 = 1 << 20;

/// Number of small files that are read at a time. Their contents wait in memory to be merged, so this bounds that
/// memory.
const MAX_FILES_AT_ONCE: usize = 256;

/// Reads the files into `exports`, in their order, and calls `known` with each file that is an input and the number of
/// that input.
pub(super) fn read<'f>(
    files: &'f [FoundFile],
    reading: Reading,
    exports: &mut Exports,
    mut known: impl FnMut(&'f FoundFile, InputId),
) {
    let bar = progress::bar(files, reading.shows_progress);
    let share = Sharing {
        jobs: reading.jobs,
        hashes: reading.hashes,
        keeps_properties: reading.keeps_properties,
        block: reading.block,
    };
    let mut rest = files;
    while !rest.is_empty() {
        let most = if share.jobs > 1 { MAX_FILES_AT_ONCE } else { 0 };
        let small = rest.iter().take(most).take_while(|found| is_small(found)).count();
        let (together, after) = rest.split_at(small.max(1));
        let mut all =
            if small > 1 { read_several(together, exports.inputs.len(), share, &bar) } else { Vec::new() };
        let mut all = all.drain(..);
        for found in together {
            let input = InputId(exports.inputs.len());
            // The number was predicted. A file before this one may have added no input, or several; then this one is
            // read again with its true number.
            let read = all.next().filter(|read| read.as_ref().is_ok_and(|file| file.input == input));
            let read =
                read.unwrap_or_else(|| file::read(found, input, share, &progress::of_file(&bar, found)));
            exports.add(read, found);
            if exports.inputs.get(input.0).is_some_and(|input| input.path == found.label) {
                known(found, input);
            }
        }
        rest = after;
    }
    bar.finish_and_clear();
}

fn is_small(found: &FoundFile) -> bool {
    let SourcePath::File(path) = &found.source else { return false };
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_SMALL_FILE_BYTES)
}

/// Reads the files on several threads. Each gets the input number that it has if every file before it is exactly one
/// input.
fn read_several(
    files: &[FoundFile],
    first: usize,
    share: Sharing,
    bar: &ProgressBar,
) -> Vec<io::Result<FileContents>> {
    let jobs = share.jobs;
    let share = Sharing { jobs: 1, ..share };
    let read =
        |(index, found)| file::read(found, InputId(first + index), share, &progress::of_file(bar, found));
    threads::map(jobs, files.iter().enumerate().collect(), read)
}

#[cfg(test)]
mod tests;

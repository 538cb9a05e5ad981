//! Reads one file after the other, where they are large, and several at a time, where they are small.

use std::fs;
use std::io;

use indicatif::ProgressBar;

use super::file::{self, FileContents, Sharing};
use super::source::find::{FoundFile, SourcePath};
use super::source::progress;
use super::{Exports, Reading};
use crate::model::InputId;
use crate::threads;

/// A smaller file is not worth sharing; logs come in a file an hour.
const SMALL: u64 = 1 << 20;

/// What is read of so many small files waits to be taken in.
const MOST_AT_ONCE: usize = 256;

/// Reads the files into `exports`, in their order; `known` is told which of them is which input.
pub(super) fn read<'f>(
    files: &'f [FoundFile],
    reading: Reading,
    exports: &mut Exports,
    mut known: impl FnMut(&'f FoundFile, InputId),
) {
    let bar = progress::bar(files, reading.shows_progress);
    let share = Sharing { jobs: reading.jobs, hashes: reading.hashes, block: reading.block };
    let mut rest = files;
    while !rest.is_empty() {
        let most = if share.jobs > 1 { MOST_AT_ONCE } else { 0 };
        let small = rest.iter().take(most).take_while(|found| is_small(found)).count();
        let (together, after) = rest.split_at(small.max(1));
        let mut all =
            if small > 1 { at_once(together, exports.inputs.len(), share, &bar) } else { Vec::new() };
        let mut all = all.drain(..);
        for found in together {
            let input = InputId(exports.inputs.len());
            // A file before it was none, or many, and it has another number than was thought.
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
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= SMALL)
}

/// Each of the files, as if it were the input that it is where all before it are one each.
fn at_once(
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

//! A bar on standard error while much is read, where that is a terminal.

use std::fs;

use indicatif::{ProgressBar, ProgressStyle};

use crate::read::source::find::{FoundFile, SourcePath};

/// What is read within a moment needs no bar.
const LONG: u64 = 32 << 20;

/// The bar for all files, which counts their bytes; of archives and of standard input nobody knows how many there are.
pub(in crate::read) fn bar(files: &[FoundFile], is_wanted: bool) -> ProgressBar {
    let sizes = files.iter().filter_map(|found| match &found.source {
        SourcePath::File(path) => fs::metadata(path).ok().map(|metadata| metadata.len()),
        SourcePath::Archived(..) | SourcePath::StandardInput => None,
    });
    let bytes: u64 = sizes.sum();
    if !is_wanted || bytes < LONG {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}");
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// What of the bar is for one file.
pub(in crate::read) fn of_file(bar: &ProgressBar, found: &FoundFile) -> ProgressBar {
    match found.source {
        SourcePath::File(_) => bar.clone(),
        SourcePath::Archived(..) | SourcePath::StandardInput => ProgressBar::hidden(),
    }
}

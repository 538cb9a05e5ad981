//! A progress bar on standard error, if that is a terminal and there is much to read.

use std::fs;

use indicatif::{ProgressBar, ProgressStyle};

use crate::read::source::find::{FoundFile, SourcePath};

/// Total size below which no bar is shown, because reading takes only a moment.
const MIN_BAR_BYTES: u64 = 32 << 20;

/// Returns the bar for all files, which counts their bytes. Archives and standard input do not count, because their
/// number of bytes is not known.
pub(in crate::read) fn bar(files: &[FoundFile], is_wanted: bool) -> ProgressBar {
    let sizes = files.iter().filter_map(|found| match &found.source {
        SourcePath::File(path) => fs::metadata(path).ok().map(|metadata| metadata.len()),
        SourcePath::Archived(..) | SourcePath::StandardInput => None,
    });
    let bytes: u64 = sizes.sum();
    if !is_wanted || bytes < MIN_BAR_BYTES {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}");
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Returns the part of the bar for one file: a hidden bar if its bytes do not count.
pub(in crate::read) fn of_file(bar: &ProgressBar, found: &FoundFile) -> ProgressBar {
    match found.source {
        SourcePath::File(_) => bar.clone(),
        SourcePath::Archived(..) | SourcePath::StandardInput => ProgressBar::hidden(),
    }
}

//! The lines of an evidence file, and whether all that were written are there.

use std::collections::HashSet;
use std::mem;

use crate::model::{DistilledEnd, DistilledExport};

const CUT_OFF: &str = "the evidence is cut off: its number of lines differs from the number in its last line";

/// The lines so far. Evidence files that were written one after the other into one file end with a last line each.
#[derive(Default)]
pub(super) struct EvidenceLines {
    lines: Vec<DistilledExport>,
    /// The number of lines before the latest last line; `None` before the first.
    ended: Option<usize>,
    fault: Option<String>,
}

impl EvidenceLines {
    pub(super) fn add(&mut self, line: DistilledExport) {
        self.lines.push(line);
    }

    pub(super) fn end(&mut self, end: &DistilledEnd) {
        let lines = &self.lines[self.ended.unwrap_or_default()..];
        // A line that is there twice could take the place of a line that was lost.
        let mut known = HashSet::new();
        let repeated = lines.iter().find(|line| line.part == 0 && !known.insert(&line.export.sha256));
        self.fault = self.fault.take().or_else(|| match repeated {
            Some(line) => Some(damaged(&line.export.path, "is there twice")),
            None => (lines.len() != end.lines).then(|| CUT_OFF.to_owned()),
        });
        self.ended = Some(self.lines.len());
    }

    /// Joins the lines of each export. Returns them without those that continue no other line, and what is wrong.
    pub(super) fn take_exports(&mut self) -> (Vec<DistilledExport>, Option<String>) {
        let EvidenceLines { lines, ended, mut fault } = mem::take(self);
        if ended != Some(lines.len()) {
            fault.get_or_insert_with(|| CUT_OFF.to_owned());
        }
        let mut exports: Vec<DistilledExport> = Vec::new();
        for line in lines {
            let path = line.export.path.clone();
            if line.part == 0 {
                exports.push(line);
            } else if !exports.last_mut().is_some_and(|export| export.join(line)) {
                fault.get_or_insert_with(|| damaged(&path, "does not follow the line that it continues"));
            }
        }
        (exports, fault)
    }
}

fn damaged(path: &str, how: &str) -> String {
    format!("the evidence is damaged: a line of `{path}` {how}")
}

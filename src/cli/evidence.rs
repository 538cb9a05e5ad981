//! The options that select exports, and say how they count.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use chrono::TimeDelta;
use clap::Args;

use crate::model::{DEFAULT_KINDS, Instant};
use crate::prove::{AsOf, ProofQuestion, Reading};
use crate::redact;

use super::values::{CountedUnit, Declared, parse_as_of, parse_declaration, parse_instant, whole};

/// What exports count, and for which accounts.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct QuestionArgs {
    /// Exports to read: files, folders (with all their files), or - for standard input
    #[arg(required = true, value_name = "PATH", help_heading = None::<&str>)]
    pub(super) paths: Vec<PathBuf>,

    /// Audit instant: a time, a date (midnight UTC) or `now` [default: end of evidence]
    #[arg(long, value_name = "INSTANT", value_parser = parse_as_of)]
    as_of: Option<AsOf>,

    /// Maximum age of the evidence about an account at the audit instant, in days
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = whole(CountedUnit::Days, 0..=3_650))]
    max_evidence_age: u32,

    /// Kinds of accounts to audit, in any case, separated by commas, or `all`
    #[arg(long = "kind", value_name = "KIND", default_values = DEFAULT_KINDS, value_delimiter = ',')]
    kinds: Vec<String>,

    /// State that logs are complete for a subscription id, ARM id or `*` (repeatable)
    #[arg(long = "coverage", value_name = "SCOPE=START..END", value_parser = parse_declaration)]
    coverage: Vec<Declared>,

    /// State that no log was filtered: each covers its first to its last event
    #[arg(long)]
    assume_complete: bool,

    /// Record who states --coverage or --assume-complete
    #[arg(long, value_name = "NAME")]
    declared_by: Option<String>,

    /// State when account lists without a date were exported
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    listed_at: Option<Instant>,

    /// Hours that may be missing before the evidence begins, for overdue only
    #[arg(long, alias = "coverage-tolerance", value_name = "HOURS", default_value_t = 24, value_parser = whole(CountedUnit::Hours, 0..=168))]
    tolerance: u32,

    /// Accept only stated coverage: manifests, options, hours of present blobs
    #[arg(long)]
    strict_coverage: bool,

    /// Let an old etag prove that no key was regenerated since (undocumented by Azure)
    #[arg(long)]
    etag_evidence: bool,

    /// Ignore key stamps (the creation month in each key)
    #[arg(long)]
    no_stamps: bool,

    /// Skip the SHA-256 of inputs: no report can be verified, manifests are ignored
    #[arg(long)]
    no_hash: bool,

    #[command(flatten)]
    jobs: JobsArg,

    /// Hide the progress bar
    #[arg(long)]
    no_progress: bool,
}

#[derive(Debug, Args)]
pub struct JobsArg {
    /// Number of threads [default: number of CPUs]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// It is read before the process restricts itself, since files of the system contain the limit of a container.
    #[arg(skip = std::thread::available_parallelism().map_or(1, NonZeroUsize::get))]
    processors: usize,
}

impl JobsArg {
    pub fn count(&self) -> usize {
        self.jobs.map_or(self.processors, NonZeroUsize::get)
    }
}

impl From<QuestionArgs> for ProofQuestion {
    fn from(arguments: QuestionArgs) -> ProofQuestion {
        ProofQuestion {
            paths: arguments.paths,
            as_of: arguments.as_of.unwrap_or(AsOf::EndOfEvidence),
            // Commands and reports name it, and need no fraction of a second.
            now: Instant::now().cut_to(TimeDelta::seconds(1)),
            kinds: arguments.kinds.iter().map(|kind| redact::text(kind).into_owned()).collect(),
            declarations: arguments
                .coverage
                .into_iter()
                .map(|Declared { declaration, written }| (declaration, written))
                .collect(),
            declared_by: arguments.declared_by.map(|name| redact::text(&name).into_owned()),
            assume_complete: arguments.assume_complete,
            listed_at: arguments.listed_at,
            tolerance_hours: arguments.tolerance,
            max_evidence_age_days: arguments.max_evidence_age,
            strict_coverage: arguments.strict_coverage,
            no_stamps: arguments.no_stamps,
            etag_evidence: arguments.etag_evidence,
            reading: Reading {
                jobs: arguments.jobs.count(),
                hashes: !arguments.no_hash,
                keeps_properties: false,
                shows_progress: !arguments.no_progress,
                block: Reading::BLOCK_BYTES,
            },
        }
    }
}

//! The options that tell which exports count, and what for.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use crate::model::Instant;
use crate::prove::{AsOf, Question, Reading};

use super::values::{Declared, Unit, parse_as_of, parse_declaration, parse_instant, whole};

/// What exports count, and for which accounts.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct QuestionArgs {
    /// Exports to read: files, folders (with all in them), or - for standard input
    #[arg(required = true, value_name = "PATH", help_heading = None::<&str>)]
    pub(super) paths: Vec<PathBuf>,

    /// Audit instant: RFC 3339, a date (midnight UTC), or `now` [default: the end of the evidence]
    #[arg(long, value_name = "INSTANT", value_parser = parse_as_of)]
    as_of: Option<AsOf>,

    /// How many days before the audit instant the evidence about an account may end
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = whole(Unit::Days, 0..=3_650))]
    max_evidence_age: u32,

    /// Kind of account to audit, in any case; `all` for every kind (repeatable)
    #[arg(long = "kind", value_name = "KIND", default_values = ["OpenAI", "AIServices"])]
    kinds: Vec<String>,

    /// State that the logs given hold all events of a subscription id, an ARM id or `*` in a window (repeatable)
    #[arg(long = "coverage", value_name = "SCOPE=START..END", value_parser = parse_declaration)]
    coverage: Vec<Declared>,

    /// State that the logs given are unfiltered: each covers from its first to its last event
    #[arg(long)]
    assume_complete: bool,

    /// Whose statement --coverage and --assume-complete are
    #[arg(long, value_name = "NAME")]
    declared_by: Option<String>,

    /// State when the account lists without a date were exported
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    listed_at: Option<Instant>,

    /// How many hours the first covered instant may miss of the limit, for overdue only
    #[arg(long, alias = "coverage-tolerance", value_name = "HOURS", default_value_t = 24, value_parser = whole(Unit::Hours, 0..=168))]
    tolerance: u32,

    /// Only stated coverage counts: manifests, --coverage, --assume-complete and present hours of blobs
    #[arg(long)]
    strict_coverage: bool,

    /// Let old etags prove that no key was regenerated since: undocumented, so off by default
    #[arg(long)]
    etag_evidence: bool,

    /// Leave out the months that keys carry (key stamps)
    #[arg(long)]
    no_stamps: bool,

    /// Take no SHA-256 of the inputs: faster, but no report tells what it was made from, and no manifest counts
    #[arg(long)]
    no_hash: bool,

    #[command(flatten)]
    jobs: JobsArg,

    /// No bar on standard error while much is read
    #[arg(long)]
    no_progress: bool,
}

#[derive(Debug, Args)]
pub struct JobsArg {
    /// How many threads work [default: one a processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Asked for before the process shuts itself in: files of the system tell how many a container may use.
    #[arg(skip = std::thread::available_parallelism().map_or(1, NonZeroUsize::get))]
    processors: usize,
}

impl JobsArg {
    pub fn count(&self) -> usize {
        self.jobs.map_or(self.processors, NonZeroUsize::get)
    }
}

impl From<QuestionArgs> for Question {
    fn from(arguments: QuestionArgs) -> Question {
        Question {
            paths: arguments.paths,
            as_of: arguments.as_of.unwrap_or(AsOf::EndOfEvidence),
            now: Instant::now(),
            kinds: arguments.kinds,
            declarations: arguments
                .coverage
                .into_iter()
                .map(|Declared { declaration, written }| (declaration, written))
                .collect(),
            declared_by: arguments.declared_by,
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
                shows_progress: !arguments.no_progress,
                block: Reading::BLOCK,
            },
        }
    }
}

//! The options that tell which exports count, and what for.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use crate::model::{Declaration, Instant};
use crate::prove::{Question, Reading};

use super::values::{parse_as_of, parse_declaration};

/// What exports count, and for which accounts.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct QuestionArgs {
    /// Exports to read: files, folders (with all in them), or - for standard input
    #[arg(required = true, value_name = "PATH", help_heading = None::<&str>)]
    pub(super) paths: Vec<PathBuf>,

    /// Audit instant: RFC 3339, or a date, which means midnight UTC [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = parse_as_of)]
    as_of: Option<Instant>,

    /// Kind of account to audit, in any case; `all` for every kind; repeatable
    #[arg(long = "kind", value_name = "KIND", default_values = ["OpenAI", "AIServices"])]
    kinds: Vec<String>,

    /// Declare that the logs given hold all events of a subscription id, an ARM id or `*` in a window; repeatable
    #[arg(long = "coverage", value_name = "SCOPE=START..END", value_parser = parse_declaration)]
    coverage: Vec<Declaration>,

    /// Coverage reaches this many hours further at both ends
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=8_760))]
    coverage_tolerance: u32,

    /// Only declared coverage counts
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
            is_as_of_given: arguments.as_of.is_some(),
            as_of: arguments.as_of.unwrap_or_else(Instant::now),
            kinds: arguments.kinds,
            declarations: arguments.coverage,
            coverage_tolerance_hours: arguments.coverage_tolerance,
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

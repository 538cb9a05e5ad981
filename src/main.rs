//! Parses the arguments, runs, prints a failure, and returns the exit status.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use rotaudit::audit::to_standard_error;
use rotaudit::cli::{Cli, EXIT_NOT_DONE};
use rotaudit::commands;
use rotaudit::redact::{self, Notation};

/// Reading and evaluating make many small allocations.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let status = Cli::of_process().map_or_else(
        |status| status,
        |cli| {
            commands::run(cli).unwrap_or_else(|report| {
                to_standard_error(report);
                EXIT_NOT_DONE
            })
        },
    );
    // Every text from outside must be redacted when it comes in. Builds with assertions fail if one was not.
    if cfg!(debug_assertions) && redact::has_removed_keys() {
        redact::to_standard_error("a key was about to be written; it was removed\n", Notation::Plain);
        return ExitCode::from(EXIT_NOT_DONE);
    }
    ExitCode::from(status)
}

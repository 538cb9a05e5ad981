//! Parses the arguments, runs, prints a failure, and returns the exit status.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use rotaudit::audit::to_standard_error;
use rotaudit::cli::Cli;
use rotaudit::commands::{self, EXIT_NOT_DONE};

/// Reading and evaluating make many small allocations.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match commands::run(Cli::of_process()) {
        Ok(status) => ExitCode::from(status),
        Err(report) => {
            to_standard_error(report);
            ExitCode::from(EXIT_NOT_DONE)
        }
    }
}

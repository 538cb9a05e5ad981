//! Parses the arguments, runs, prints a failure, and returns the exit status.

use std::process::ExitCode;

use clap::Parser;
use rotaudit::audit;
use rotaudit::cli::{Cli, Command};

/// The exit status of an audit that could not be done.
const NOT_DONE: u8 = 2;

fn main() -> ExitCode {
    let Command::Audit(arguments) = Cli::parse().command;
    arguments.set_up_diagnostics();
    let request = arguments.into_request().unwrap_or_else(|error| error.exit());
    match audit::run(&request) {
        Ok(status) => ExitCode::from(status as u8),
        Err(error) => {
            eprintln!("{:?}", miette::Report::new(error));
            ExitCode::from(NOT_DONE)
        }
    }
}

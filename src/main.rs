//! Parses the arguments, runs, prints a failure, and returns the exit status.

use std::process::ExitCode;

use clap::Parser;
use rotaudit::cli::{Cli, Command};
use rotaudit::{audit, collect, export_script, verify};

/// The exit status where nothing could be done.
const NOT_DONE: u8 = 2;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Audit(arguments) => {
            arguments.set_up_diagnostics();
            let request = arguments.into_request().unwrap_or_else(|error| error.exit());
            audit::run(&request).map(|status| status as u8).map_err(miette::Report::new)
        }
        Command::Collect(arguments) => collect::run(&arguments.paths, &arguments.output)
            .map(|is_whole| if is_whole { 0 } else { NOT_DONE })
            .map_err(miette::Report::new),
        Command::ExportScript(arguments) => {
            let (shell, selection) = arguments.into_selection();
            export_script::print(shell, &selection).map(|()| 0).map_err(miette::Report::msg)
        }
        Command::Verify(arguments) => {
            arguments.set_up_diagnostics();
            verify::run(&arguments.into_request())
                .map(|is_same| u8::from(!is_same))
                .map_err(miette::Report::new)
        }
    };
    match done {
        Ok(status) => ExitCode::from(status),
        Err(report) => {
            eprintln!("{report:?}");
            ExitCode::from(NOT_DONE)
        }
    }
}

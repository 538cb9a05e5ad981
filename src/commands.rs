//! Runs the command, and chooses the exit status.

use std::mem;

use miette::{Report, miette};

use crate::cli::{self, Cli, Command, EXIT_NOT_DONE, ManArgs, PolicyCommand};
use crate::model::printable;
use crate::sandbox::SandboxGap;
use crate::{audit, authoring, collect, explain, export_script, facts, sandbox, verify};

const EXIT_DONE: u8 = 0;

/// The exit status if the command found a problem.
const EXIT_FOUND: u8 = 1;

/// Runs the command; an error means that it could not be done.
pub fn run(cli: Cli) -> Result<u8, Report> {
    cli.command.set_up_diagnostics();
    end_honestly();
    shut_in(&cli);
    match cli.command {
        Command::Audit(arguments) => {
            let request = match arguments.into_request() {
                Ok(request) => request,
                Err(error) => return Ok(cli::print(&error)),
            };
            let report = match audit::run(&request) {
                Ok(report) => report,
                Err(error) => {
                    // Each refused input was already reported by name, with advice.
                    let reason = if error.follows_from_refusals() {
                        error.to_string()
                    } else {
                        audit::to_standard_error(error);
                        "the audit could not be done".to_owned()
                    };
                    audit::say(&format!("INCOMPLETE  {reason} · exit status {EXIT_NOT_DONE}"));
                    return Ok(EXIT_NOT_DONE);
                }
            };
            let status = report.outcome().exit_status();
            // The program is about to exit. For a large tenant, freeing millions of allocations takes longer than many
            // audits.
            mem::forget(report);
            Ok(status)
        }
        Command::Explain(arguments) => {
            let is_whole = explain::run(&arguments.into_request())?;
            Ok(if is_whole { EXIT_DONE } else { EXIT_NOT_DONE })
        }
        Command::Facts(arguments) => {
            let (question, about, max_age_days) = arguments.into_question();
            Ok(if facts::run(&question, about, max_age_days)? { EXIT_DONE } else { EXIT_NOT_DONE })
        }
        Command::Collect(arguments) => {
            let is_whole = collect::run(&arguments.paths, &arguments.output, arguments.jobs.count())?;
            Ok(if is_whole { EXIT_DONE } else { EXIT_NOT_DONE })
        }
        Command::ExportScript(arguments) => {
            let (shell, selection) = arguments.into_selection();
            export_script::print(shell, &selection).map_err(Report::msg)?;
            Ok(EXIT_DONE)
        }
        Command::Policy(command) => policy(command),
        Command::Verify(arguments) => {
            let is_same = verify::run(&arguments.into_request())?;
            Ok(if is_same { EXIT_DONE } else { EXIT_FOUND })
        }
        Command::Completions(arguments) => {
            audit::to_standard_output(&arguments.script())?;
            Ok(EXIT_DONE)
        }
        Command::Man(arguments) => {
            manual(&arguments)?;
            Ok(EXIT_DONE)
        }
    }
}

fn manual(arguments: &ManArgs) -> Result<(), Report> {
    match &arguments.folder {
        None => audit::to_standard_output(&cli::man_page().map_err(Report::msg)?)?,
        Some(folder) => cli::write_man_pages(folder).map_err(|error| {
            miette!(
                code = "rotaudit::manual",
                help = "name a folder that you can write to, or that can be created",
                "the manual cannot be written to {}: {error}",
                printable(&folder.to_string_lossy())
            )
        })?,
    }
    Ok(())
}

fn policy(command: PolicyCommand) -> Result<u8, Report> {
    match command {
        PolicyCommand::List(arguments) => authoring::list(&arguments.into_selection())?,
        PolicyCommand::Show(arguments) => {
            let (id, selection) = arguments.into_selection();
            authoring::show(&id, &selection)?;
        }
        PolicyCommand::Check(arguments) => {
            let is_clean = authoring::check(&arguments.into_request())?;
            return Ok(if is_clean { EXIT_DONE } else { EXIT_NOT_DONE });
        }
        PolicyCommand::Test(arguments) => {
            let is_passed = authoring::test(&arguments.into_request())?;
            return Ok(if is_passed { EXIT_DONE } else { EXIT_FOUND });
        }
        PolicyCommand::Eval(arguments) => authoring::eval(&arguments.into_evaluation())?,
        PolicyCommand::Schema(arguments) => authoring::schema(arguments.into_subject())?,
        PolicyCommand::Init(arguments) => authoring::init(&arguments.folder)?,
    }
    Ok(EXIT_DONE)
}

/// Restricts the process to the files of the command.
fn shut_in(cli: &Cli) {
    let Some(reach) = cli::reach(cli) else { return };
    let gaps = sandbox::shut_in(&reach).into_iter();
    let is_said =
        |gap: &SandboxGap| cli.command.is_verbose() || (gap.is_unexpected() && !cli.command.is_quiet());
    gaps.filter(is_said).for_each(audit::to_standard_error);
}

/// Sets the exit status of an audit that could not be done if memory runs out: the standard library then writes to
/// standard error and aborts. Also turns the signal for a file that exceeds a limit into an error of the write.
fn end_honestly() {
    #[cfg(unix)]
    {
        let always = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
        // If the signal is handled, the write fails with an error.
        drop(signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::clone(&always)));
        // If it fails, the status is that of the signal, which no gate takes for a pass either.
        drop(signal_hook::flag::register_conditional_shutdown(
            signal_hook::consts::SIGABRT,
            EXIT_NOT_DONE.into(),
            always,
        ));
    }
}

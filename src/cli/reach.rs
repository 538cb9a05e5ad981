//! The files that the arguments name, and that a command may therefore touch.

use std::path::PathBuf;
use std::slice;

use super::criteria::CriteriaArgs;
use super::{AuditArgs, Cli, Command, PolicyCommand};
use crate::audit;
use crate::missing;
use crate::policy;
use crate::sandbox::FileAccess;

/// The files that the process may touch; `None` if it is not restricted, because it reads no exports, or because it must
/// not be.
pub fn reach(cli: &Cli) -> Option<FileAccess> {
    if cli.no_sandbox { None } else { of_command(&cli.command) }
}

fn of_command(command: &Command) -> Option<FileAccess> {
    match command {
        Command::Audit(arguments) => Some(of_audit(arguments)),
        Command::Explain(arguments) => {
            Some(reading(&[&arguments.question.paths, &of_criteria(&arguments.criteria)]))
        }
        Command::Facts(arguments) => Some(reading(&[&arguments.question.paths])),
        Command::Collect(arguments) => {
            let FileAccess { write, create, .. } = audit::reach(&arguments.output);
            Some(FileAccess { write, create, ..reading(&[&arguments.paths]) })
        }
        Command::Verify(arguments) => Some(reading(&[slice::from_ref(&arguments.report), &arguments.paths])),
        Command::Policy(command) => of_policy_command(command),
        Command::ExportScript(_) | Command::Completions(_) | Command::Man(_) => None,
    }
}

fn of_audit(arguments: &AuditArgs) -> FileAccess {
    let baseline = arguments.gate.baseline.as_slice();
    let mut reach = reading(&[&arguments.question.paths, &of_criteria(&arguments.criteria), baseline]);
    for output in &arguments.outputs {
        let FileAccess { write, create, .. } = audit::reach(&output.path);
        reach.write.extend(write);
        reach.create.extend(create);
    }
    reach
}

fn of_criteria(arguments: &CriteriaArgs) -> Vec<PathBuf> {
    [arguments.params.as_slice(), arguments.waivers.as_slice(), &policy::opened(&arguments.pack.policies)]
        .concat()
}

fn of_policy_command(command: &PolicyCommand) -> Option<FileAccess> {
    let none = Vec::new();
    let policies = match command {
        PolicyCommand::List(arguments) => &arguments.pack.policies,
        PolicyCommand::Show(arguments) => &arguments.pack.policies,
        PolicyCommand::Check(arguments) => &arguments.own.paths,
        PolicyCommand::Test(arguments) => &arguments.own.paths,
        PolicyCommand::Eval(arguments) => &arguments.pack.policies,
        PolicyCommand::Schema(_) => &none,
        PolicyCommand::Init(_) => return None,
    };
    let mut reach = reading(&[&policy::opened(policies)]);
    if let PolicyCommand::Eval(arguments) = command {
        reach.read.extend(arguments.params.iter().chain([&arguments.facts]).cloned());
    }
    Some(reach)
}

/// Returns access to the files. The folder of a missing file can be listed, so that the error can suggest a name.
fn reading(files: &[&[PathBuf]]) -> FileAccess {
    let read = files.concat();
    let list = read.iter().filter_map(|path| missing::folder_of_missing(path)).collect();
    FileAccess { read, list, ..FileAccess::default() }
}

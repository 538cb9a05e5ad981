//! The files that the arguments name, and so those that a command may touch.

use std::path::PathBuf;
use std::slice;

use super::criteria::CriteriaArgs;
use super::{AuditArgs, Cli, Command, PolicyCommand};
use crate::audit;
use crate::missing;
use crate::policy;
use crate::sandbox::FileAccess;

impl Cli {
    /// The files that the process may touch; `None` if it is not restricted, because it reads no exports, or because it
    /// must not be.
    pub fn reach(&self) -> Option<FileAccess> {
        if self.no_sandbox { None } else { self.command.reach() }
    }
}

impl Command {
    fn reach(&self) -> Option<FileAccess> {
        match self {
            Command::Audit(arguments) => Some(arguments.reach()),
            Command::Explain(arguments) => {
                Some(reading(&[&arguments.question.paths, &arguments.criteria.files()]))
            }
            Command::Facts(arguments) => Some(reading(&[&arguments.question.paths])),
            Command::Collect(arguments) => {
                let FileAccess { write, create, .. } = audit::reach(&arguments.output);
                Some(FileAccess { write, create, ..reading(&[&arguments.paths]) })
            }
            Command::Verify(arguments) => {
                Some(reading(&[slice::from_ref(&arguments.report), &arguments.paths]))
            }
            Command::Policy(command) => command.reach(),
            Command::ExportScript(_) | Command::Completions(_) | Command::Man(_) => None,
        }
    }

    /// Whether the output is more detailed than usual.
    pub fn is_verbose(&self) -> bool {
        matches!(self, Command::Audit(arguments) if arguments.verbose)
    }
}

impl AuditArgs {
    fn reach(&self) -> FileAccess {
        let baseline = self.gate.baseline.as_slice();
        let mut reach = reading(&[&self.question.paths, &self.criteria.files(), baseline]);
        for output in &self.outputs {
            let FileAccess { write, create, .. } = audit::reach(&output.path);
            reach.write.extend(write);
            reach.create.extend(create);
        }
        reach
    }
}

impl CriteriaArgs {
    fn files(&self) -> Vec<PathBuf> {
        [self.params.as_slice(), self.waivers.as_slice(), &policy::files(&self.pack.policies)].concat()
    }
}

impl PolicyCommand {
    fn reach(&self) -> Option<FileAccess> {
        let policies = match self {
            PolicyCommand::List(arguments) => &arguments.pack.policies,
            PolicyCommand::Show(arguments) => &arguments.pack.policies,
            PolicyCommand::Check(arguments) => &arguments.own.paths,
            PolicyCommand::Test(arguments) => &arguments.own.paths,
            PolicyCommand::Eval(arguments) => &arguments.pack.policies,
            PolicyCommand::Init(_) => return None,
        };
        let mut reach = reading(&[&policy::files(policies)]);
        if let PolicyCommand::Eval(arguments) = self {
            reach.read.extend(arguments.params.iter().chain([&arguments.facts]).cloned());
        }
        Some(reach)
    }
}

/// The files; next to one that is missing, the names are in reach, so that the error can suggest one.
fn reading(files: &[&[PathBuf]]) -> FileAccess {
    let read = files.concat();
    let list = read.iter().filter_map(|path| missing::folder_of_missing(path)).collect();
    FileAccess { read, list, ..FileAccess::default() }
}

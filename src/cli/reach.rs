//! What the arguments name, and so what a command is to touch.

use std::path::PathBuf;

use super::criteria::{CriteriaArgs, PolicyArgs};
use super::output::parse_output;
use super::{AuditArgs, Cli, Command, PolicyCommand};
use crate::audit;
use crate::policy;
use crate::sandbox::Reach;

impl Cli {
    /// The files that the process is to reach; `None` where it needs not be shut in, since it reads nothing that others
    /// wrote, or must not be.
    pub fn reach(&self) -> Option<Reach> {
        if self.no_sandbox { None } else { self.command.reach() }
    }
}

impl Command {
    fn reach(&self) -> Option<Reach> {
        match self {
            Command::Audit(arguments) => Some(arguments.reach()),
            Command::Explain(arguments) => {
                Some(reading([arguments.question.paths.clone(), arguments.criteria.files()]))
            }
            Command::Facts(arguments) => Some(reading([arguments.question.paths.clone()])),
            Command::Collect(arguments) => {
                Some(Reach { read: arguments.paths.clone(), ..audit::reach(&arguments.output) })
            }
            Command::Verify(arguments) => {
                Some(reading([vec![arguments.report.clone()], arguments.paths.clone()]))
            }
            Command::Policy(command) => command.reach(),
            Command::ExportScript(_) | Command::Completions(_) | Command::Man(_) => None,
        }
    }

    /// Whether more is told than usual.
    pub fn is_verbose(&self) -> bool {
        matches!(self, Command::Audit(arguments) if arguments.verbose)
    }
}

impl AuditArgs {
    fn reach(&self) -> Reach {
        let baseline = self.gate.baseline.iter().cloned().collect();
        let mut reach = reading([self.question.paths.clone(), self.criteria.files(), baseline]);
        // What is no output is refused later, as such.
        for output in self.outputs.iter().filter_map(|output| parse_output(output).ok()) {
            let Reach { write, create, .. } = audit::reach(&output.path);
            reach.write.extend(write);
            reach.create.extend(create);
        }
        reach
    }
}

impl CriteriaArgs {
    fn files(&self) -> Vec<PathBuf> {
        let named = self.params.iter().chain(&self.waivers).cloned();
        named.chain(self.pack.files()).collect()
    }
}

impl PolicyArgs {
    fn files(&self) -> Vec<PathBuf> {
        policy::files(&self.policies)
    }
}

impl PolicyCommand {
    fn reach(&self) -> Option<Reach> {
        match self {
            PolicyCommand::List(arguments) => Some(reading([arguments.pack.files()])),
            PolicyCommand::Show(arguments) => Some(reading([arguments.pack.files()])),
            PolicyCommand::Check(arguments) => Some(reading([policy::files(&arguments.own.paths)])),
            PolicyCommand::Test(arguments) => Some(reading([policy::files(&arguments.own.paths)])),
            PolicyCommand::Eval(arguments) => {
                let named = arguments.params.iter().chain([&arguments.facts]).cloned().collect();
                Some(reading([named, arguments.pack.files()]))
            }
            PolicyCommand::Init(_) => None,
        }
    }
}

fn reading<const N: usize>(files: [Vec<PathBuf>; N]) -> Reach {
    Reach { read: files.concat(), ..Reach::default() }
}

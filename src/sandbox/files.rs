//! The files that the process may touch, by Landlock. Files that are already open, like standard output, stay open.

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, RestrictionStatus, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, make_bitflags,
};

use super::{FileAccess, SandboxGap};

/// The Landlock version of Linux 6.12. On an older kernel, only the restrictions that it supports apply.
const KNOWN_ABI: ABI = ABI::V6;

/// The files with the program's own size, which the watchdog of `evaluate/watch.rs` reads.
const OWN_SIZE_FILES: [&str; 2] = ["/proc/self/smaps", "/proc/self/statm"];

pub(super) fn confine(reach: &FileAccess) -> Result<(), SandboxGap> {
    match restrict(reach).map_err(|error| SandboxGap::Files(error.to_string()))?.ruleset {
        RulesetStatus::FullyEnforced => Ok(()),
        RulesetStatus::PartiallyEnforced => Err(SandboxGap::SomeUses),
        RulesetStatus::NotEnforced => {
            Err(SandboxGap::Files("this kernel has no Landlock, or it is switched off".to_owned()))
        }
    }
}

fn restrict(reach: &FileAccess) -> Result<RestrictionStatus, RulesetError> {
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(KNOWN_ABI))?
        .handle_access(AccessNet::from_all(KNOWN_ABI))?
        .scope(Scope::from_all(KNOWN_ABI))?
        .create()?;
    for path in &reach.read {
        let folder = make_bitflags!(AccessFs::{ReadFile | ReadDir});
        allow(&mut ruleset, path, if path.is_dir() { folder } else { AccessFs::ReadFile.into() });
    }
    for folder in &reach.list {
        allow(&mut ruleset, folder, AccessFs::ReadDir.into());
    }
    for path in &reach.write {
        allow(&mut ruleset, path, AccessFs::WriteFile.into());
    }
    for folder in &reach.create {
        allow(&mut ruleset, folder, make_bitflags!(AccessFs::{WriteFile | MakeReg | RemoveFile}));
    }
    for path in OWN_SIZE_FILES {
        // A rule applies only to the file that exists now. The file stays open, because procfs makes a new one when its
        // last user closes it.
        std::mem::forget(allow(&mut ruleset, Path::new(path), AccessFs::ReadFile.into()));
    }
    ruleset.restrict_self()
}

/// Adds a rule for a path, and returns the open file if it exists. A path that does not exist needs no rule: nothing can
/// be opened there.
fn allow(ruleset: &mut RulesetCreated, path: &Path, rights: BitFlags<AccessFs>) -> Option<PathFd> {
    let found = PathFd::new(path).ok()?;
    // Landlock has no rules for pipes, which are always allowed, so that an error does no harm.
    drop(ruleset.add_rule(PathBeneath::new(&found, rights)));
    Some(found)
}

//! Shuts the process in before it reads what others wrote: it opens no socket and starts no program, which seccomp sees to,
//! and touches no file but those that it was asked to read or to write, which Landlock sees to.
//!
//! Nothing here keeps the program right. It keeps whoever finds a fault in it, and words an export so that the fault is met,
//! from getting anything out of the machine that holds the evidence.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod files;

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

/// The files that a command is to touch. What is not there is no error here: whoever opens it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileAccess {
    /// Files, and folders with all that is in them.
    pub read: Vec<PathBuf>,
    /// Folders of which the names in them can be listed, for an error that suggests one.
    pub list: Vec<PathBuf>,
    /// Files that are there, and are written to as they are: devices and pipes.
    pub write: Vec<PathBuf>,
    /// Folders in which files are made, and take the place of others.
    pub create: Vec<PathBuf>,
}

/// What of it the system cannot do. The program goes on without.
#[derive(Debug, Error, Diagnostic)]
pub enum SandboxGap {
    #[error("sockets and other programs are not blocked by the kernel (seccomp): {0}")]
    #[diagnostic(code(rotaudit::sandbox), severity(Advice), help("use a kernel with seccomp"))]
    Calls(String),
    #[error("file access is not restricted by the kernel (Landlock): {0}")]
    #[diagnostic(code(rotaudit::sandbox), severity(Advice), help("use Linux 5.13 or later with Landlock"))]
    Files(String),
    #[error("file access is only partly restricted by the kernel (Landlock)")]
    #[diagnostic(code(rotaudit::sandbox), severity(Advice), help("use Linux 6.12 or later"))]
    SomeUses,
    #[error("network, other programs and file access are not restricted by the kernel")]
    #[diagnostic(code(rotaudit::sandbox), severity(Advice), help("on Linux, the kernel restricts them"))]
    System,
}

/// Shuts the process in, for good. To be called before there are other threads.
#[cfg(target_os = "linux")]
pub fn shut_in(reach: &FileAccess) -> Vec<SandboxGap> {
    [files::confine(reach), calls::forbid()].into_iter().filter_map(Result::err).collect()
}

/// Says that it cannot be done here.
#[cfg(not(target_os = "linux"))]
pub fn shut_in(_: &FileAccess) -> Vec<SandboxGap> {
    vec![SandboxGap::System]
}

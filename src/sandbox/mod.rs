//! Restricts the process before it reads exports: seccomp lets it open no socket and start no program, and Landlock
//! lets it touch only the files that the command names. `tests/it/sandbox.rs` checks both.
//!
//! This does not make the program correct. If an attacker finds a bug and writes an export that triggers it, this keeps
//! the attacker from getting anything out of the machine that holds the evidence.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod files;

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

/// The files that a command may touch. A file that does not exist is not an error here: the code that opens it reports
/// it. Each list is as long as the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileAccess {
    /// Files, and folders with all that is in them.
    pub read: Vec<PathBuf>,
    /// Folders that can be listed, so that an error can suggest a name in them.
    pub list: Vec<PathBuf>,
    /// Existing files that are written to in place: devices and pipes.
    pub write: Vec<PathBuf>,
    /// Folders in which files are created, and may replace other files.
    pub create: Vec<PathBuf>,
}

/// A restriction that the system does not support. The program continues without it.
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

impl SandboxGap {
    /// Whether usual kernels have this restriction. If it is missing, a container or a setting may have removed it.
    pub fn is_unexpected(&self) -> bool {
        matches!(self, SandboxGap::Calls(_) | SandboxGap::Files(_))
    }
}

/// Restricts the process for the rest of its life. It must be called before other threads start.
#[cfg(target_os = "linux")]
pub fn shut_in(reach: &FileAccess) -> Vec<SandboxGap> {
    [files::confine(reach), calls::forbid()].into_iter().filter_map(Result::err).collect()
}

/// Returns that this system does not support restrictions.
#[cfg(not(target_os = "linux"))]
pub fn shut_in(_: &FileAccess) -> Vec<SandboxGap> {
    vec![SandboxGap::System]
}

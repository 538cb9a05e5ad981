//! The system calls that end the process, by seccomp. Such a call is not an error to handle, but a sign that other code
//! than this program is at work.

use super::SandboxGap;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
pub(super) fn forbid() -> Result<(), SandboxGap> {
    known::forbid().map_err(|error| SandboxGap::Calls(error.to_string()))
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
pub(super) fn forbid() -> Result<(), SandboxGap> {
    Err(SandboxGap::Calls(format!("not supported on {}", std::env::consts::ARCH)))
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
mod known {
    use std::collections::BTreeMap;

    use libc::c_long;
    use seccompiler::{
        BpfProgram, Error, SeccompAction, SeccompFilter, TargetArch, apply_filter_all_threads,
    };

    /// Sockets of any family, including those that were open at the start.
    const NETWORK: [c_long; 13] = [
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_sendto,
        libc::SYS_sendmsg,
        libc::SYS_sendmmsg,
        libc::SYS_recvfrom,
        libc::SYS_recvmsg,
        libc::SYS_recvmmsg,
    ];

    /// Calls that start a program.
    const PROGRAMS: [c_long; 2] = [libc::SYS_execve, libc::SYS_execveat];

    /// Calls that let the kernel, or another process, do the same.
    const DETOURS: [c_long; 11] = [
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_bpf,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
        // The kernel can start a program to look up a key.
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_keyctl,
    ];

    pub(super) fn forbid() -> Result<(), Error> {
        let calls = [&NETWORK[..], &PROGRAMS, &DETOURS, &x32()].concat();
        let rules: BTreeMap<i64, Vec<_>> = calls.into_iter().map(|call| (call, Vec::new())).collect();
        let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
        // A call with the number that it has on another architecture ends the process as well.
        let filter =
            SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::KillProcess, architecture)?;
        apply_filter_all_threads(&BpfProgram::try_from(filter)?)
    }

    /// The numbers of these calls in the x32 ABI (short pointers), which some x86-64 kernels accept from every program:
    /// the same numbers with an additional bit, and for some calls also other numbers
    /// (`arch/x86/entry/syscalls/syscall_64.tbl`).
    #[cfg(target_arch = "x86_64")]
    fn x32() -> Vec<c_long> {
        /// Set in the number of every x32 call (`__X32_SYSCALL_BIT`).
        const X32_BIT: c_long = 0x4000_0000;
        // recvfrom, sendmsg, recvmsg, execve, ptrace, recvmmsg, sendmmsg, process_vm_readv, process_vm_writev, execveat
        const OTHERS: [c_long; 10] = [517, 518, 519, 520, 521, 537, 538, 539, 540, 545];
        [&NETWORK[..], &PROGRAMS, &DETOURS, &OTHERS].concat().into_iter().map(|call| call | X32_BIT).collect()
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn x32() -> Vec<c_long> {
        Vec::new()
    }
}

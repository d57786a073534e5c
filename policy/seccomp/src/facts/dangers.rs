//! Calls that put the node or its other tenants at risk.

/// Calls of one kind of risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Danger {
    /// The kind.
    pub group: DangerGroup,
    /// The calls.
    pub names: &'static str,
    /// Capabilities that the kernel asks for, any of them; empty: none.
    pub gate: &'static [&'static str],
    /// Arguments that make the call dangerous; empty: any.
    pub args: &'static [[u64; 2]],
}

/// What the risk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the prose is in the module of messages")]
pub enum DangerGroup {
    KernelCode,
    Boot,
    Bpf,
    Perf,
    Process,
    Mount,
    Handle,
    Fanotify,
    Chroot,
    Quota,
    Keys,
    Userfault,
    Numa,
    Ports,
    Time,
    Accounting,
    Swap,
    HostLog,
    HostName,
    Terminal,
    Personality,
    SocketFamily,
    Legacy,
    Obsolete,
}

const fn danger(group: DangerGroup, names: &'static str, gate: &'static [&'static str]) -> Danger {
    Danger { group, names, gate, args: &[] }
}

/// The table. Source: the capabilities from capabilities(7) and the manual pages of the calls; the
/// choice from Docker's documentation ("Significant syscalls blocked by the default profile") and
/// the default profiles. Values of personality from sys/personality.h: PER_LINUX, PER_LINUX32,
/// UNAME26 and -1, which only asks, are those the defaults allow.
pub const DANGERS: &[Danger] = &[
    danger(
        DangerGroup::KernelCode,
        "init_module finit_module delete_module create_module query_module get_kernel_syms",
        &["SYS_MODULE"],
    ),
    danger(DangerGroup::Boot, "kexec_load kexec_file_load reboot", &["SYS_BOOT"]),
    danger(DangerGroup::Bpf, "bpf", &["BPF", "SYS_ADMIN"]),
    danger(DangerGroup::Perf, "perf_event_open lookup_dcookie", &["PERFMON", "SYS_ADMIN"]),
    danger(
        DangerGroup::Process,
        "ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise",
        &["SYS_PTRACE"],
    ),
    danger(
        DangerGroup::Mount,
        "mount umount umount2 pivot_root fsopen fsconfig fsmount fspick move_mount open_tree \
        open_tree_attr mount_setattr setns",
        &["SYS_ADMIN"],
    ),
    danger(DangerGroup::Handle, "open_by_handle_at", &["DAC_READ_SEARCH"]),
    danger(DangerGroup::Fanotify, "fanotify_init", &["SYS_ADMIN"]),
    danger(DangerGroup::Chroot, "chroot", &["SYS_CHROOT"]),
    danger(DangerGroup::Quota, "quotactl quotactl_fd", &["SYS_ADMIN"]),
    danger(DangerGroup::Keys, "add_key request_key keyctl", &[]),
    danger(DangerGroup::Userfault, "userfaultfd", &["SYS_PTRACE"]),
    danger(
        DangerGroup::Numa,
        "mbind set_mempolicy get_mempolicy set_mempolicy_home_node move_pages migrate_pages",
        &["SYS_NICE"],
    ),
    danger(DangerGroup::Ports, "ioperm iopl", &["SYS_RAWIO"]),
    danger(DangerGroup::Time, "settimeofday stime clock_settime clock_settime64", &["SYS_TIME"]),
    danger(DangerGroup::Accounting, "acct", &["SYS_PACCT"]),
    danger(DangerGroup::Swap, "swapon swapoff", &["SYS_ADMIN"]),
    danger(DangerGroup::HostLog, "syslog", &["SYSLOG", "SYS_ADMIN"]),
    danger(DangerGroup::HostName, "sethostname setdomainname", &["SYS_ADMIN"]),
    danger(DangerGroup::Terminal, "vhangup", &["SYS_TTY_CONFIG"]),
    Danger {
        group: DangerGroup::Personality,
        names: "personality",
        gate: &[],
        // ADDR_NO_RANDOMIZE, READ_IMPLIES_EXEC.
        args: &[[0x004_0000, 0], [0x040_0000, 0]],
    },
    Danger {
        group: DangerGroup::SocketFamily,
        names: "socket",
        gate: &[],
        // AF_ALG, AF_VSOCK: SOCK_SEQPACKET, SOCK_STREAM.
        args: &[[38, 5], [40, 1]],
    },
    danger(DangerGroup::Legacy, "vm86 vm86old uselib", &[]),
    danger(
        DangerGroup::Obsolete,
        "nfsservctl sysfs _sysctl ustat afs_syscall tuxcall vserver security getpmsg putpmsg",
        &[],
    ),
];

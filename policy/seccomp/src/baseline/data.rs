//! The profiles that runtimes give a pod of type `RuntimeDefault`, as data.
//!
//! Which names, under which conditions, from which version on: facts, read from containerd's
//! `contrib/seccomp/seccomp_default.go` (tags v1.6.38, v1.7.29, v2.0.0 to v2.3.4), moby/profiles
//! `seccomp/default_linux.go` (tags seccomp/v0.1.0, v0.2.3), CRI-O v1.37.0 `internal/config/seccomp`
//! and the containers/common it is built with.

use super::Line;
use super::When::{Arches, Caps, Kernel, NotArches, NotCaps};
use crate::facts::CLONE_NAMESPACES;
use crate::op::Op;

/// containerd 1.6.
const C16: u16 = 1;
/// containerd 1.7.
const C17: u16 = 1 << 1;
/// containerd 2.0 and 2.1.
const C20: u16 = 1 << 2;
/// containerd 2.2.
const C22: u16 = 1 << 3;
/// containerd 2.3.1, 2.2.4, 2.0.9 and 1.7.32 (these two without the calls of kernel 6.13).
const C23: u16 = 1 << 4;
/// moby/profiles 0.1.
const M1: u16 = 1 << 5;
/// moby/profiles 0.2.
const M2: u16 = 1 << 6;
/// CRI-O 1.37.
const CRIO: u16 = 1 << 7;

const CONTAINERD: u16 = C16 | C17 | C20 | C22 | C23;
const MOBY: u16 = M1 | M2;
const DEFAULT: u16 = CONTAINERD | MOBY;
const ALL: u16 = DEFAULT | CRIO;

/// The names by which baselines are asked for, oldest first in each family, and their bits.
pub(super) const NAMES: [(&str, u16); 8] = [
    ("containerd-1.6", C16),
    ("containerd-1.7", C17),
    ("containerd-2.0", C20),
    ("containerd-2.2", C22),
    ("containerd-2.3", C23),
    ("moby-0.1", M1),
    ("moby-0.2", M2),
    ("cri-o-1.37", CRIO),
];

/// Whether the baseline is CRI-O's.
pub(super) fn is_crio(bit: u16) -> bool {
    bit == CRIO
}

const ENOSYS: u16 = 38;
const EINVAL: u16 = 22;
const EPERM: u16 = 1;
const AF_NETLINK: u64 = 16;
const NETLINK_AUDIT: u64 = 9;
const AF_ALG: u64 = 38;
const AF_VSOCK: u64 = 40;

/// What both families allow.
const COMMON: &str = "_llseek _newselect accept accept4 access adjtimex alarm bind brk capget capset chdir \
        chmod chown chown32 clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 \
        clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 close close_range \
        connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl \
        epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 execve \
        execveat exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate \
        fanotify_mark fchdir fchmod fchmodat fchown fchown32 fchownat fcntl fcntl64 fdatasync \
        fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs \
        fstatfs64 fsync ftruncate ftruncate64 futex futex_time64 futimesat get_robust_list \
        get_thread_area getcpu getcwd getdents getdents64 getegid getegid32 geteuid geteuid32 \
        getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid \
        getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit \
        getrusage getsid getsockname getsockopt gettid gettimeofday getuid getuid32 getxattr \
        inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy \
        io_getevents io_setup io_submit ioctl ioprio_get ioprio_set ipc kill landlock_add_rule \
        landlock_create_ruleset landlock_restrict_self lchown lchown32 lgetxattr link linkat \
        listen listxattr llistxattr lremovexattr lseek lsetxattr lstat lstat64 madvise \
        membarrier memfd_create memfd_secret mincore mkdir mkdirat mknod mknodat mlock mlock2 \
        mlockall mmap mmap2 mprotect mq_getsetattr mq_notify mq_open mq_timedreceive \
        mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink mremap msgctl msgget \
        msgrcv msgsnd msync munlock munlockall munmap name_to_handle_at nanosleep newfstatat \
        open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free \
        pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2 prlimit64 \
        process_mrelease pselect6 pselect6_time64 pwrite64 pwritev pwritev2 read readahead \
        readlink readlinkat readv recv recvfrom recvmmsg recvmmsg_time64 recvmsg \
        remap_file_pages removexattr rename renameat renameat2 restart_syscall rmdir rseq \
        rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend \
        rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max \
        sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler \
        sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr \
        sched_setparam sched_setscheduler sched_yield seccomp select semctl semget semop \
        semtimedop semtimedop_time64 send sendfile sendfile64 sendmmsg sendmsg sendto \
        set_robust_list set_thread_area set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 \
        setgid setgid32 setgroups setgroups32 setitimer setpgid setpriority setregid setregid32 \
        setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setrlimit setsid \
        setsockopt setuid setuid32 setxattr shmat shmctl shmdt shmget shutdown sigaltstack \
        signalfd signalfd4 sigprocmask sigreturn socketcall socketpair splice stat stat64 statfs \
        statfs64 statx symlink symlinkat sync sync_file_range syncfs sysinfo tee tgkill time \
        timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime \
        timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime \
        timerfd_settime64 times tkill truncate truncate64 ugetrlimit umask uname unlink unlinkat \
        utime utimensat utimensat_time64 utimes vfork wait4 waitid waitpid write writev";

/// What only containerd and moby allow.
const NOT_OF_CRIO: &str = "futex_waitv io_pgetevents io_pgetevents_time64 vmsplice";

/// What CRI-O answers with EPERM instead of its default.
const EPERM_OF_CRIO: &str = "bdflush cachestat futex_requeue futex_wait futex_waitv futex_wake io_pgetevents \
        io_pgetevents_time64 kexec_file_load kexec_load map_shadow_stack migrate_pages \
        move_pages nfsservctl nice oldfstat oldlstat oldolduname oldstat olduname \
        pciconfig_iobase pciconfig_read pciconfig_write sgetmask ssetmask swapoff swapon syscall \
        sysfs uselib userfaultfd ustat vm86 vm86old vmsplice";

/// What CRI-O allows beyond the others; `clone`, `clone3` and `unshare` it takes out.
const MORE_OF_CRIO: &str = "fanotify_init fchmodat2 fsconfig fsmount fsopen fspick get_mempolicy keyctl mbind mount \
        mount_setattr move_mount open_tree pidfd_getfd pivot_root process_vm_readv \
        process_vm_writev ptrace reboot set_mempolicy setns signal syslog umount umount2";

const S390: &[&str] = &["s390", "s390x"];

pub(super) const LINES: &[Line] = &[
    Line::allow(ALL, COMMON, &[]),
    Line::allow(DEFAULT, NOT_OF_CRIO, &[]),
    Line::errno(CRIO, EPERM_OF_CRIO, EPERM, &[]),
    Line::allow(CRIO, MORE_OF_CRIO, &[]),
    Line::allow(DEFAULT, "cachestat futex_requeue futex_wait futex_wake map_shadow_stack", &[]),
    Line::allow(DEFAULT, "fchmodat2", &[]),
    Line::allow(
        C22 | C23 | MOBY,
        "getxattrat listmount listxattrat mseal removexattrat setxattrat statmount uretprobe",
        &[],
    ),
    Line::allow(C22 | C23, "lsm_get_self_attr lsm_list_modules lsm_set_self_attr", &[]),
    Line::allow(MOBY, "riscv_hwprobe", &[]),
    Line::allow(C22 | C23, "riscv_hwprobe", &[Arches(&["riscv64"])]),
    Line::allow(C16 | C17, "io_uring_enter io_uring_register io_uring_setup", &[]),
    // Address families of sockets.
    Line::allow(C16, "socket", &[]),
    Line::allow(C17 | C20 | C22 | M1, "socket", &[]).with(&[(0, Op::Ne, AF_VSOCK, 0)]),
    Line::allow(C23 | M2, "socket", &[]).with(&[(0, Op::Lt, AF_ALG, 0)]),
    Line::allow(C23 | M2, "socket", &[]).with(&[(0, Op::Eq, AF_ALG + 1, 0)]),
    Line::allow(C23 | M2, "socket", &[]).with(&[(0, Op::Gt, AF_VSOCK, 0)]),
    Line::errno(CRIO, "socket", EPERM, &[]).with(&[(0, Op::Eq, AF_VSOCK, 0)]),
    Line::errno(CRIO, "socket", EINVAL, &[NotCaps(&["CAP_AUDIT_WRITE"])])
        .with(&[(0, Op::Eq, AF_NETLINK, 0), (2, Op::Eq, NETLINK_AUDIT, 0)]),
    Line::allow(CRIO, "socket", &[NotCaps(&["CAP_AUDIT_WRITE"])])
        .with(&[(0, Op::Eq, AF_NETLINK, 0), (2, Op::Ne, NETLINK_AUDIT, 0)]),
    Line::allow(CRIO, "socket", &[NotCaps(&["CAP_AUDIT_WRITE"])]).with(&[(
        0,
        Op::Ne,
        AF_NETLINK,
        0,
    )]),
    Line::allow(CRIO, "socket", &[Caps(&["CAP_AUDIT_WRITE"])]).with(&[(0, Op::Ne, AF_VSOCK, 0)]),
    // Execution domains.
    Line::allow(ALL, "personality", &[]).with(&[(0, Op::Eq, 0, 0)]),
    Line::allow(ALL, "personality", &[]).with(&[(0, Op::Eq, 8, 0)]),
    Line::allow(ALL, "personality", &[]).with(&[(0, Op::Eq, 0x2_0000, 0)]),
    Line::allow(ALL, "personality", &[]).with(&[(0, Op::Eq, 0x2_0008, 0)]),
    Line::allow(ALL, "personality", &[]).with(&[(0, Op::Eq, 0xffff_ffff, 0)]),
    // By architecture and kernel.
    Line::allow(C16, "ptrace", &[Kernel(4, 8)]),
    Line::allow(DEFAULT & !C16, "process_vm_readv process_vm_writev ptrace", &[Kernel(4, 8)]),
    Line::allow(ALL, "sync_file_range2 swapcontext", &[Arches(&["ppc64le"])]),
    Line::allow(
        ALL,
        "arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2",
        &[Arches(&["arm", "arm64"])],
    ),
    Line::allow(ALL, "arch_prctl", &[Arches(&["amd64", "x32"])]),
    Line::allow(ALL, "modify_ldt", &[Arches(&["amd64", "x32", "x86"])]),
    Line::allow(ALL, "s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr", &[Arches(S390)]),
    Line::allow(ALL, "riscv_flush_icache", &[Arches(&["riscv64"])]),
    // By capability.
    Line::allow(ALL, "open_by_handle_at", &[Caps(&["CAP_DAC_READ_SEARCH"])]),
    Line::allow(
        DEFAULT,
        "bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie mount \
        mount_setattr move_mount open_tree perf_event_open quotactl quotactl_fd setdomainname \
        sethostname setns syslog umount umount2 unshare",
        &[Caps(&["CAP_SYS_ADMIN"])],
    ),
    Line::allow(
        MOBY,
        "lsm_get_self_attr lsm_list_modules lsm_set_self_attr",
        &[Caps(&["CAP_SYS_ADMIN"])],
    ),
    Line::allow(
        CRIO,
        "bpf clone clone3 lookup_dcookie perf_event_open quotactl quotactl_fd setdomainname \
        sethostname setns unshare",
        &[Caps(&["CAP_SYS_ADMIN"])],
    ),
    Line::allow(DEFAULT, "clone", &[NotCaps(&["CAP_SYS_ADMIN"]), NotArches(S390)]).with(&[(
        0,
        Op::MaskedEq,
        CLONE_NAMESPACES,
        0,
    )]),
    Line::allow(DEFAULT, "clone", &[NotCaps(&["CAP_SYS_ADMIN"]), Arches(S390)]).with(&[(
        1,
        Op::MaskedEq,
        CLONE_NAMESPACES,
        0,
    )]),
    Line::allow(CRIO, "clone", &[NotArches(S390)]).with(&[(0, Op::MaskedEq, CLONE_NAMESPACES, 0)]),
    Line::allow(CRIO, "clone", &[Arches(S390)]).with(&[(1, Op::MaskedEq, CLONE_NAMESPACES, 0)]),
    Line::errno(CRIO, "clone", EPERM, &[NotCaps(&["CAP_SYS_ADMIN"]), NotArches(S390)])
        .with(&each_namespace(0)),
    Line::errno(CRIO, "clone", EPERM, &[NotCaps(&["CAP_SYS_ADMIN"]), Arches(S390)])
        .with(&each_namespace(1)),
    Line::errno(ALL, "clone3", ENOSYS, &[NotCaps(&["CAP_SYS_ADMIN"])]),
    Line::allow(DEFAULT, "reboot", &[Caps(&["CAP_SYS_BOOT"])]),
    Line::allow(ALL, "chroot", &[Caps(&["CAP_SYS_CHROOT"])]),
    Line::allow(ALL, "delete_module finit_module init_module", &[Caps(&["CAP_SYS_MODULE"])]),
    Line::allow(CRIO, "query_module", &[Caps(&["CAP_SYS_MODULE"])]),
    Line::allow(ALL, "acct", &[Caps(&["CAP_SYS_PACCT"])]),
    Line::allow(ALL, "kcmp process_madvise", &[Caps(&["CAP_SYS_PTRACE"])]),
    Line::allow(
        DEFAULT,
        "pidfd_getfd process_vm_readv process_vm_writev ptrace",
        &[Caps(&["CAP_SYS_PTRACE"])],
    ),
    Line::allow(ALL, "ioperm iopl", &[Caps(&["CAP_SYS_RAWIO"])]),
    Line::allow(
        ALL,
        "clock_settime clock_settime64 settimeofday stime",
        &[Caps(&["CAP_SYS_TIME"])],
    ),
    Line::allow(ALL, "vhangup", &[Caps(&["CAP_SYS_TTY_CONFIG"])]),
    Line::allow(
        DEFAULT,
        "get_mempolicy mbind set_mempolicy set_mempolicy_home_node",
        &[Caps(&["CAP_SYS_NICE"])],
    ),
    Line::allow(DEFAULT, "syslog", &[Caps(&["CAP_SYSLOG"])]),
    Line::allow(ALL, "bpf", &[Caps(&["CAP_BPF"])]),
    Line::allow(ALL, "perf_event_open", &[Caps(&["CAP_PERFMON"])]),
    // What CRI-O denies with another errno than its default.
    Line::errno(CRIO, "open_by_handle_at", EPERM, &[NotCaps(&["CAP_DAC_READ_SEARCH"])]),
    Line::errno(
        CRIO,
        "lookup_dcookie quotactl quotactl_fd setdomainname sethostname",
        EPERM,
        &[NotCaps(&["CAP_SYS_ADMIN"])],
    ),
    Line::errno(CRIO, "chroot", EPERM, &[NotCaps(&["CAP_SYS_CHROOT"])]),
    Line::errno(
        CRIO,
        "delete_module finit_module init_module query_module",
        EPERM,
        &[NotCaps(&["CAP_SYS_MODULE"])],
    ),
    Line::errno(CRIO, "acct", EPERM, &[NotCaps(&["CAP_SYS_PACCT"])]),
    Line::errno(CRIO, "kcmp process_madvise", EPERM, &[NotCaps(&["CAP_SYS_PTRACE"])]),
    Line::errno(CRIO, "ioperm iopl", EPERM, &[NotCaps(&["CAP_SYS_RAWIO"])]),
    Line::errno(
        CRIO,
        "clock_settime clock_settime64 settimeofday stime",
        EPERM,
        &[NotCaps(&["CAP_SYS_TIME"])],
    ),
    Line::errno(CRIO, "vhangup", EPERM, &[NotCaps(&["CAP_SYS_TTY_CONFIG"])]),
    Line::errno(CRIO, "bpf", EPERM, &[NotCaps(&["CAP_SYS_ADMIN", "CAP_BPF"])]),
    Line::errno(CRIO, "perf_event_open", EPERM, &[NotCaps(&["CAP_SYS_ADMIN", "CAP_PERFMON"])]),
];

/// One condition a namespace, all on one argument: runtimes make alternatives of them.
const fn each_namespace(arg: u8) -> [(u8, Op, u64, u64); 7] {
    const fn one(arg: u8, bit: u64) -> (u8, Op, u64, u64) {
        (arg, Op::MaskedEq, bit, bit)
    }
    [
        one(arg, 0x0002_0000),
        one(arg, 0x0400_0000),
        one(arg, 0x0800_0000),
        one(arg, 0x1000_0000),
        one(arg, 0x2000_0000),
        one(arg, 0x4000_0000),
        one(arg, 0x0200_0000),
    ]
}

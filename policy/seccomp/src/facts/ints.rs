//! Which arguments are 32 bits wide to the kernel, whatever the register holds.

/// Calls, and the numbers of their arguments of type `int`, `unsigned int`, `pid_t`, `key_t` and the
/// like. Source: the prototypes of the kernel's `SYSCALL_DEFINE`s. Not every call is here: of one
/// that is not, nothing is said.
const INTS: &[(&str, &str)] = &[
    ("socket socketpair", "012"),
    ("bind connect", "02"),
    ("listen shutdown", "01"),
    ("setsockopt", "0124"),
    ("getsockopt", "012"),
    ("personality", "0"),
    ("setns", "01"),
    ("prctl", "0"),
    ("ioctl fcntl", "01"),
    ("bpf", "02"),
    ("keyctl", "0"),
    ("kcmp", "012"),
    ("quotactl", "02"),
    ("quotactl_fd", "012"),
    ("kill tkill", "01"),
    ("tgkill", "012"),
    ("open", "12"),
    ("openat", "023"),
    ("mknod", "12"),
    ("mknodat", "023"),
    ("chmod fchmod", "1"),
    ("fchmodat", "02"),
    ("sched_setscheduler", "01"),
    ("setpriority", "012"),
    ("madvise", "2"),
    ("mlockall", "0"),
    ("mlock2", "2"),
    ("copy_file_range", "025"),
    ("pidfd_open", "01"),
    ("pidfd_send_signal", "013"),
    ("pidfd_getfd", "012"),
    ("seccomp", "01"),
    ("memfd_create", "1"),
    ("userfaultfd", "0"),
    ("perf_event_open", "123"),
    ("io_uring_setup", "0"),
    ("io_uring_enter", "0123"),
    ("io_uring_register", "013"),
    ("fsopen", "1"),
    ("open_tree", "02"),
    ("move_mount", "024"),
    ("umount2", "1"),
    ("swapon", "1"),
    ("reboot", "012"),
    ("syslog", "02"),
    ("iopl", "0"),
    ("epoll_create1 eventfd inotify_init1", "0"),
    ("eventfd2", "01"),
    ("dup3", "012"),
    ("pipe2", "1"),
    ("accept4", "03"),
    ("clock_settime clock_gettime", "0"),
    ("setuid setgid setfsuid setfsgid", "0"),
    ("setreuid setregid", "01"),
    ("setresuid setresgid", "012"),
    ("semget", "012"),
    ("shmget", "02"),
    ("msgget", "01"),
    ("futex", "1"),
];

/// The arguments of 32 bits of a call, one bit each.
pub(crate) fn int_args(name: &str) -> u8 {
    let is_it = |(names, _): &&(&str, &str)| names.split_ascii_whitespace().any(|n| n == name);
    let args = INTS.iter().find(is_it).map_or("", |(_, args)| args);
    args.bytes().fold(0, |bits, digit| bits | 1 << (digit - b'0'))
}

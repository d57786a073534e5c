//! Calls by which the same can be done.

/// Groups in which one call stands in for another: a list that denies one and forgets another denies
/// nothing. Source: the manual pages of the calls; of the 64-bit and 32-bit variants, the syscall
/// tables of the kernel.
pub(crate) const GROUPS: &[&str] = &[
    "chown chown32 lchown lchown32 fchown fchown32 fchownat",
    "chmod fchmod fchmodat fchmodat2",
    "setuid setuid32 setreuid setreuid32 setresuid setresuid32",
    "setgid setgid32 setregid setregid32 setresgid setresgid32",
    "setgroups setgroups32",
    "open openat openat2 creat open_by_handle_at",
    "execve execveat",
    "fork vfork clone clone3",
    "unshare clone clone3",
    "mount fsmount move_mount open_tree mount_setattr",
    "umount umount2",
    "ptrace process_vm_readv process_vm_writev pidfd_getfd",
    "kexec_load kexec_file_load",
    "init_module finit_module",
    "clock_settime clock_settime64 settimeofday stime clock_adjtime clock_adjtime64 adjtimex",
    "socket socketcall",
    "connect socketcall",
    "shmget shmat semget msgget ipc",
    "mmap mmap2",
    "quotactl quotactl_fd",
    "rename renameat renameat2",
    "unlink unlinkat",
    "mkdir mkdirat",
    "mknod mknodat",
    "link linkat",
    "symlink symlinkat",
    "setxattr lsetxattr fsetxattr setxattrat",
    "sethostname setdomainname",
    "io_uring_setup io_uring_enter io_uring_register",
];

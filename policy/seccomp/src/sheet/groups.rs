//! System calls by what they are for, as manual pages and people sort them.

use crate::facts::{DANGERS, Danger};
use crate::table::Syscall;

/// Calls of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// What they are for.
    pub title: &'static str,
    /// Their names.
    names: &'static str,
}

impl Group {
    /// Its calls.
    pub fn calls(&self) -> impl Iterator<Item = Syscall> {
        self.names.split_ascii_whitespace().filter_map(Syscall::from_name)
    }
}

const fn group(title: &'static str, names: &'static str) -> Group {
    Group { title, names }
}

/// The kinds, from what every program does to what none should. Every call of the table is in one.
/// Source: section 2 of the manual pages.
pub static GROUPS: &[Group] = &[
    group(
        "Reading and writing",
        "read write readv writev pread64 pwrite64 preadv preadv2 pwritev pwritev2 lseek _llseek \
         sendfile sendfile64 splice tee vmsplice copy_file_range readahead fadvise64 fadvise64_64 \
         arm_fadvise64_64 fsync fdatasync sync syncfs sync_file_range sync_file_range2 \
         arm_sync_file_range cachestat",
    ),
    group(
        "Descriptors",
        "close close_range dup dup2 dup3 fcntl fcntl64 ioctl pipe pipe2 memfd_create",
    ),
    group(
        "Files and folders",
        "open openat openat2 creat access faccessat faccessat2 stat stat64 lstat lstat64 fstat \
         fstat64 fstatat64 newfstatat statx oldstat oldlstat oldfstat readlink readlinkat getdents \
         getdents64 readdir getcwd chdir fchdir mkdir mkdirat rmdir rename renameat renameat2 link \
         linkat symlink symlinkat unlink unlinkat truncate truncate64 ftruncate ftruncate64 \
         fallocate flock umask utime utimes utimensat utimensat_time64 futimesat \
         name_to_handle_at open_by_handle_at",
    ),
    group(
        "Owners, modes and attributes of files",
        "chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 lchown lchown32 fchownat \
         getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat listxattr \
         llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat \
         file_getattr file_setattr mknod mknodat",
    ),
    group(
        "Waiting for events",
        "poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create \
         epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 epoll_ctl_old epoll_wait_old \
         eventfd eventfd2 signalfd signalfd4 inotify_init inotify_init1 inotify_add_watch \
         inotify_rm_watch fanotify_init fanotify_mark",
    ),
    group(
        "Memory",
        "brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 mlockall munlock \
         munlockall remap_file_pages memfd_secret mseal map_shadow_stack pkey_alloc pkey_free \
         pkey_mprotect membarrier userfaultfd process_madvise process_mrelease",
    ),
    group(
        "Processes and threads",
        "fork vfork clone clone3 execve execveat exit exit_group wait4 waitid waitpid getpid getppid \
         gettid getpgid getpgrp getsid setpgid setsid set_tid_address set_robust_list \
         get_robust_list rseq rseq_slice_yield restart_syscall prctl arch_prctl set_thread_area \
         get_thread_area personality pidfd_open pidfd_getfd pidfd_send_signal kcmp",
    ),
    group(
        "Signals",
        "kill tkill tgkill rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn \
         rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaction \
         sigaltstack signal sigpending sigprocmask sigreturn sigsuspend sgetmask ssetmask pause",
    ),
    group(
        "Locks between threads",
        "futex futex_time64 futex_wait futex_waitv futex_wake futex_requeue",
    ),
    group(
        "Scheduling and placement",
        "sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr \
         sched_getparam sched_setparam sched_getscheduler sched_setscheduler \
         sched_get_priority_max sched_get_priority_min sched_rr_get_interval \
         sched_rr_get_interval_time64 nice getpriority setpriority ioprio_get ioprio_set getcpu \
         mbind get_mempolicy set_mempolicy set_mempolicy_home_node move_pages migrate_pages",
    ),
    group(
        "Time and timers",
        "time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 \
         clock_nanosleep clock_nanosleep_time64 nanosleep alarm getitimer setitimer timer_create \
         timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime \
         timer_settime64 timerfd timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime \
         timerfd_settime64 times settimeofday stime clock_settime clock_settime64 clock_adjtime \
         clock_adjtime64 adjtimex",
    ),
    group(
        "Sockets",
        "socket socketpair bind listen accept accept4 connect shutdown getsockname getpeername \
         getsockopt setsockopt send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg \
         recvmmsg_time64 socketcall",
    ),
    group(
        "Messages and shared memory",
        "ipc shmget shmat shmdt shmctl semget semop semctl semtimedop semtimedop_time64 msgget \
         msgsnd msgrcv msgctl mq_open mq_unlink mq_notify mq_getsetattr mq_timedreceive \
         mq_timedreceive_time64 mq_timedsend mq_timedsend_time64",
    ),
    group(
        "Asynchronous input and output",
        "io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64 \
         io_uring_setup io_uring_enter io_uring_register",
    ),
    group(
        "Users, groups and capabilities",
        "getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid \
         getresuid32 getresgid getresgid32 getgroups getgroups32 setuid setuid32 setgid setgid32 \
         setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid setresgid32 \
         setfsuid setfsuid32 setfsgid setfsgid32 setgroups setgroups32 capget capset",
    ),
    group(
        "Limits and facts of the system",
        "getrlimit ugetrlimit setrlimit prlimit64 getrusage uname olduname oldolduname sysinfo \
         getrandom getpagesize statfs statfs64 fstatfs fstatfs64 ustat ulimit",
    ),
    group(
        "Confining oneself",
        "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self \
         lsm_get_self_attr lsm_set_self_attr lsm_list_modules",
    ),
    group(
        "Namespaces and roots",
        "unshare setns chroot pivot_root sethostname setdomainname listns",
    ),
    group(
        "Mounts",
        "mount umount umount2 mount_setattr move_mount open_tree open_tree_attr fsopen fsconfig \
         fsmount fspick statmount listmount swapon swapoff quotactl quotactl_fd",
    ),
    group("Keys of the kernel", "add_key request_key keyctl"),
    group(
        "Looking into other processes",
        "ptrace process_vm_readv process_vm_writev perf_event_open bpf lookup_dcookie uprobe \
         uretprobe prof profil",
    ),
    group(
        "The kernel and the node",
        "init_module finit_module delete_module create_module query_module get_kernel_syms \
         kexec_load kexec_file_load reboot syslog acct vhangup _sysctl sysfs ioperm iopl \
         pciconfig_iobase pciconfig_read pciconfig_write",
    ),
    group(
        "Of one architecture",
        "atomic_barrier atomic_cmpxchg_32 breakpoint cachectl cacheflush get_tls set_tls usr26 usr32 \
         modify_ldt riscv_flush_icache riscv_hwprobe rtas s390_guarded_storage \
         s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr s390_sthyi spu_create spu_run \
         subpage_prot swapcontext switch_endian sys_debug_setcontext syscall sysmips multiplexer \
         vm86 vm86old",
    ),
    group(
        "Without a use any more",
        "afs_syscall bdflush break ftime getpmsg gtty idle lock mpx nfsservctl putpmsg security stty \
         tuxcall uselib vserver",
    ),
];

/// The kind of a call.
pub fn of(call: Syscall) -> &'static Group {
    const NONE: Group = group("Of no kind", "");
    GROUPS.iter().find(|group| group.calls().any(|known| known == call)).unwrap_or(&NONE)
}

/// Why a call is dangerous, where it is.
pub fn danger(call: Syscall) -> Option<&'static Danger> {
    let has = |names: &str| names.split_ascii_whitespace().any(|name| name == call.name());
    DANGERS.iter().find(|danger| has(danger.names))
}

#[cfg(test)]
mod tests {
    use super::{GROUPS, of};
    use crate::table::{Syscall, syscalls};

    #[test]
    fn every_call_is_of_one_kind() {
        for call in syscalls() {
            let groups = GROUPS.iter().filter(|group| group.calls().any(|known| known == call));
            let titles: Vec<&str> = groups.map(|group| group.title).collect();
            assert_eq!(titles.len(), 1, "{}: {titles:?}", call.name());
        }
        for name in GROUPS.iter().flat_map(|group| group.names.split_ascii_whitespace()) {
            assert!(Syscall::from_name(name).is_some(), "{name}");
        }
        assert_eq!(Syscall::from_name("mount").map(|call| of(call).title), Some("Mounts"));
    }
}

//! What a runtime itself calls between loading the filter and running the container's program.

/// With `no_new_privs` the filter is loaded last: what is left is to start the program, and what
/// runc's own threads do meanwhile. Source: runc, `standard_init_linux.go`; the calls are those of
/// the Go runtime, and of the exec fifo.
pub(crate) const ALWAYS: &str = "close execve exit_group futex read rt_sigreturn write";

/// Without it the filter is loaded before capabilities are dropped and the user is set.
/// Source: runc, `finalizeNamespace`.
pub(crate) const BEFORE_DROPPING: &str = "capget capset chdir fcntl fstat getdents64 getpid getppid newfstatat openat prctl setgid \
    setgroups setuid";

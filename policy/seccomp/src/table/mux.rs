//! Calls that also come through `socketcall` and `ipc` on some architectures, and their numbers
//! there. Source: linux/net.h (`SYS_SOCKET` …), linux/ipc.h (`SEMOP` …).

/// The multiplexer of socket calls.
const SOCKETCALL: &str = "socketcall";
/// The multiplexer of System V IPC.
const IPC: &str = "ipc";

/// A call behind a multiplexer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Multiplexed {
    /// `socketcall` or `ipc`.
    pub by: &'static str,
    /// What its first argument is.
    pub number: u8,
}

/// How a call is multiplexed, where it is.
pub(crate) fn multiplexed(name: &str) -> Option<Multiplexed> {
    let (by, number) = match name {
        "socket" => (SOCKETCALL, 1),
        "bind" => (SOCKETCALL, 2),
        "connect" => (SOCKETCALL, 3),
        "listen" => (SOCKETCALL, 4),
        "accept" => (SOCKETCALL, 5),
        "getsockname" => (SOCKETCALL, 6),
        "getpeername" => (SOCKETCALL, 7),
        "socketpair" => (SOCKETCALL, 8),
        "send" => (SOCKETCALL, 9),
        "recv" => (SOCKETCALL, 10),
        "sendto" => (SOCKETCALL, 11),
        "recvfrom" => (SOCKETCALL, 12),
        "shutdown" => (SOCKETCALL, 13),
        "setsockopt" => (SOCKETCALL, 14),
        "getsockopt" => (SOCKETCALL, 15),
        "sendmsg" => (SOCKETCALL, 16),
        "recvmsg" => (SOCKETCALL, 17),
        "accept4" => (SOCKETCALL, 18),
        "recvmmsg" => (SOCKETCALL, 19),
        "sendmmsg" => (SOCKETCALL, 20),
        "semop" => (IPC, 1),
        "semget" => (IPC, 2),
        "semctl" => (IPC, 3),
        "semtimedop" => (IPC, 4),
        "msgsnd" => (IPC, 11),
        "msgrcv" => (IPC, 12),
        "msgget" => (IPC, 13),
        "msgctl" => (IPC, 14),
        "shmat" => (IPC, 21),
        "shmdt" => (IPC, 22),
        "shmget" => (IPC, 23),
        "shmctl" => (IPC, 24),
        _ => return None,
    };
    Some(Multiplexed { by, number })
}

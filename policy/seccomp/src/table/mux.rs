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

const SOCKET_CALLS: &str = "socket bind connect listen accept getsockname getpeername socketpair \
    send recv sendto recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg \
    sendmmsg";

const IPC_CALLS: [(&str, u8); 12] = [
    ("semop", 1),
    ("semget", 2),
    ("semctl", 3),
    ("semtimedop", 4),
    ("msgsnd", 11),
    ("msgrcv", 12),
    ("msgget", 13),
    ("msgctl", 14),
    ("shmat", 21),
    ("shmdt", 22),
    ("shmget", 23),
    ("shmctl", 24),
];

/// How a call is multiplexed, where it is.
pub(crate) fn multiplexed(name: &str) -> Option<Multiplexed> {
    let socket = SOCKET_CALLS.split_ascii_whitespace().zip(1..).find(|(call, _)| *call == name);
    if let Some((_, number)) = socket {
        return Some(Multiplexed { by: SOCKETCALL, number });
    }
    let (_, number) = IPC_CALLS.into_iter().find(|(call, _)| *call == name)?;
    Some(Multiplexed { by: IPC, number })
}

//! The combinations, by their ids.

use crate::settings::{choices, settings};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Combinations that are let pass, by their ids.
        allow: Vec<Combination> = "allow",
    }
}

choices! {
    /// Two things that are harmful together.
    pub enum Combination {
        /// The node's processes, and tracing.
        HostPidAndPtrace = "hostPidAndPtrace",
        /// The node's processes, and what enters their namespaces.
        HostPidAndSysAdmin = "hostPidAndSysAdmin",
        /// The node's processes, and files of the node.
        HostPidAndWritableHostPath = "hostPidAndWritableHostPath",
        /// The node's network, and raw packets.
        HostNetworkAndNetRaw = "hostNetworkAndNetRaw",
        /// The node's network, and its administration.
        HostNetworkAndNetAdmin = "hostNetworkAndNetAdmin",
        /// Processes of other containers, and tracing.
        SharedProcessesAndPtrace = "sharedProcessesAndPtrace",
        /// Processes of other containers, and other users.
        SharedProcessesAndUsers = "sharedProcessesAndUsers",
        /// A promise not to escalate, by who has everything.
        NoEscalationAndPrivileged = "noEscalationAndPrivileged",
        /// A promise not to escalate, by who need not.
        NoEscalationAndSysAdmin = "noEscalationAndSysAdmin",
        /// Every right, and files of the node.
        PrivilegedAndHostPath = "privilegedAndHostPath",
        /// `SYS_ADMIN`, and every system call.
        SysAdminAndUnconfined = "sysAdminAndUnconfined",
        /// The node's network, and a token.
        TokenAndHostNetwork = "tokenAndHostNetwork",
        /// Every right, and a token.
        TokenAndPrivileged = "tokenAndPrivileged",
    }
}

impl Combination {
    /// What would do, and how to mend it.
    pub(super) fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::HostPidAndPtrace => ("hostPID without SYS_PTRACE", "give up one of them"),
            Self::HostPidAndSysAdmin => ("hostPID without SYS_ADMIN", "give up one of them"),
            Self::HostPidAndWritableHostPath => {
                ("hostPID with read-only hostPath mounts", "set readOnly, or give up hostPID")
            }
            Self::HostNetworkAndNetRaw => {
                ("hostNetwork without NET_RAW", "drop ALL or NET_RAW, or give up hostNetwork")
            }
            Self::HostNetworkAndNetAdmin => {
                ("hostNetwork without NET_ADMIN", "give up one of them")
            }
            Self::SharedProcessesAndPtrace => {
                ("shareProcessNamespace without SYS_PTRACE", "give up one of them")
            }
            Self::SharedProcessesAndUsers => (
                "shareProcessNamespace with one user",
                "set one runAsUser for all containers, or give up shareProcessNamespace",
            ),
            Self::NoEscalationAndPrivileged => (
                "allowPrivilegeEscalation: false without privileged",
                "remove privileged: the API server refuses both together",
            ),
            Self::NoEscalationAndSysAdmin => (
                "allowPrivilegeEscalation: false without SYS_ADMIN",
                "remove SYS_ADMIN: what has it need not escalate",
            ),
            Self::PrivilegedAndHostPath => {
                ("privileged without hostPath volumes", "give up one of them")
            }
            Self::SysAdminAndUnconfined => (
                "SYS_ADMIN with seccomp RuntimeDefault or Localhost",
                "set a seccomp profile, or remove SYS_ADMIN",
            ),
            Self::TokenAndHostNetwork => (
                "hostNetwork without a token",
                "set automountServiceAccountToken to false and project no token",
            ),
            Self::TokenAndPrivileged => (
                "privileged without a token",
                "set automountServiceAccountToken to false and project no token",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn combinations_are_known_or_refused() {
        let text = r#"{"rules":{"toxicCombinations":{"allow":["hostPidAndPtrac","x"]}}}"#;
        let errors = Settings::decode(text).expect_err("settings with mistakes");
        let texts = errors.iter().map(|error| format!("{}: {}", error.path, error.message));
        let known = "hostPidAndPtrace, hostPidAndSysAdmin, hostPidAndWritableHostPath, \
            hostNetworkAndNetRaw, hostNetworkAndNetAdmin, sharedProcessesAndPtrace, \
            sharedProcessesAndUsers, noEscalationAndPrivileged, noEscalationAndSysAdmin, \
            privilegedAndHostPath, sysAdminAndUnconfined, tokenAndHostNetwork, tokenAndPrivileged";
        assert_eq!(
            texts.collect::<Vec<_>>(),
            [
                format!(
                    "rules.toxicCombinations.allow[0]: unknown value `hostPidAndPtrac`, did you \
                     mean `hostPidAndPtrace`?; expected {known}"
                ),
                format!("rules.toxicCombinations.allow[1]: unknown value `x`; expected {known}"),
            ]
        );
    }
}

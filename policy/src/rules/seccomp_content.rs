//! # seccompContent
//!
//! A profile of the node is as good as what it permits: one of type `Localhost` may let every call
//! through and is still a profile by its type. This rule reads profiles as the runtimes load them and
//! holds them against the profile that the runtime itself would give a container.
//!
//! ## Allowed values
//!
//! * SeccompProfiles of security-profiles-operator, and the profiles in ConfigMaps with the label
//!   `ringfence.dev/seccomp-profiles`: no weaker than `baseline`, exact to the last argument, and
//!   without a finding of the lints at `denyFrom` (`error`, unless it says otherwise). Weaker lints
//!   warn. Base profiles are looked up, or read from the operator's annotation `syscalls`, which
//!   nobody but the operator writes.
//! * ProfileBindings: such a profile, which is there.
//! * `seccompProfile.localhostProfile` of pods: `operator/NAME.json` is looked up, other paths are in
//!   `catalogue`; and the profile is judged with the container's own capabilities.
//! * Annotations by which CRI-O loads a profile from a registry: none, unless `allowUnknown` is set.
//! * With `allowOpened`: capabilities of a container open no other calls in `RuntimeDefault` than
//!   those.
//!
//! ## Parameters
//!
//! `baseline` is the newest containerd's, unless it names another; `baselineProfile` is the profile
//! that this runtime is configured with instead (Docker's `seccomp-profile`, CRI-O's
//! `seccomp_profile`). `allowSyscalls` names calls that
//! profiles may permit beyond it; `allow` and `forbid` name lints. A profile that only logs
//! (`SCMP_ACT_LOG`) permits everything: an exemption lets it pass until a day.
//!
//! `resourceVersion` is the version of the API that SeccompProfiles are asked for in.
//!
//! ## How to fix
//!
//! `ringfence seccomp lint`, `compare` and `fix` show and mend the same; [seccomp](../seccomp.md).
//!
//! A profile may change after the pod that names it was admitted; then it is judged itself.
//!
//! Source: KEP-135; security-profiles-operator's API; [the library](../../policy/seccomp/README.md).

mod content;
mod objects;
mod pods;
mod profile;
mod reference;
mod settings;

pub(crate) use self::settings::Parameters;
use crate::plain::PlainCheck;
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "seccompContent",
    title: "what seccomp profiles permit",
    family: Family::Seccomp,
    fields: &[
        "spec.securityContext.seccompProfile.localhostProfile",
        "spec.containers[*].securityContext.seccompProfile.localhostProfile",
        "spec.containers[*].securityContext.capabilities.add",
        "metadata.annotations[seccomp-profile.crio.io/*]",
        "metadata.annotations[seccomp-profile.kubernetes.cri-o.io/*]",
        "spec",
        "data",
    ],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "seccompContent",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "seccomp profiles permit no more than the runtime's own",
            check: CheckFn::Several(&[
                CheckFn::Pod(pods::check),
                CheckFn::Plain(PlainCheck::SeccompProfile(objects::profile)),
                CheckFn::Plain(PlainCheck::ProfileBinding(objects::binding)),
                CheckFn::Plain(PlainCheck::ConfigMap(objects::config_map)),
            ]),
        }],
    }],
};

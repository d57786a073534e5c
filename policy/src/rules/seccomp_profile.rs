//! # seccompProfile
//!
//! A seccomp profile is the filter between a container and the one kernel it shares with all
//! others. `Unconfined` is no filter, and at most kubelets unset means unconfined too.
//!
//! ## Allowed values
//!
//! * baseline: `seccompProfile.type` of the pod and of every container, where there is a
//!   `seccompProfile`: `RuntimeDefault`, `Localhost`. Before v1.19, instead, the annotations
//!   `seccomp.security.alpha.kubernetes.io/pod` and
//!   `container.seccomp.security.alpha.kubernetes.io/<container>` of existing containers:
//!   `runtime/default`, `docker/default`, `localhost/<profile>`.
//! * restricted, from v1.19 on: the same, and every container has a profile, its own or the pod's.
//!   From v1.25 on, pods whose `spec.os.name` is `windows` are not asked.
//!
//! A bad profile at pod level is refused also where every container overrides it. A profile by
//! annotation has had no effect since Kubernetes 1.27 and satisfies nothing.
//!
//! ## How to fix
//!
//! Set `spec.securityContext.seccompProfile: {type: RuntimeDefault}`.
//!
//! Source: Pod Security Standards, "Seccomp"; KEP-135.

use crate::pod::{Container, Pod, SECCOMP_CONTAINER, SECCOMP_POD, SeccompProfile};
use crate::report::{Place, Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{choices, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "seccompProfile",
    title: "seccomp profiles",
    family: Family::Seccomp,
    fields: &[
        "spec.securityContext.seccompProfile.type",
        "spec.containers[*].securityContext.seccompProfile.type",
        "metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]",
        "metadata.annotations[container.seccomp.security.alpha.kubernetes.io/*]",
    ],
    fills: &[],
    hardened: None,
    checks: &[
        Check {
            id: "seccompProfile_baseline",
            level: Some(Level::Baseline),
            overrides: &[],
            revisions: &[
                Revision {
                    since: Version::v1(0),
                    summary: "no annotation turns seccomp off",
                    check: CheckFn::Pod(baseline_1_0),
                },
                Revision {
                    since: Version::v1(19),
                    summary: "no field turns seccomp off; annotations are not read",
                    check: CheckFn::Pod(baseline_1_19),
                },
            ],
        },
        Check {
            id: "seccompProfile_restricted",
            level: Some(Level::Restricted),
            overrides: &["seccompProfile_baseline"],
            revisions: &[
                Revision {
                    since: Version::v1(19),
                    summary: "every container has a profile, its own or the pod's",
                    check: CheckFn::Pod(restricted_1_19),
                },
                Revision {
                    since: Version::v1(25),
                    summary: "Windows pods are not asked",
                    check: CheckFn::Pod(restricted_1_25),
                },
            ],
        },
    ],
};

choices! {
    /// Which kind of profile.
    pub enum ProfileType {
        /// The runtime's own.
        RuntimeDefault = "RuntimeDefault",
        /// One that is installed on the node.
        Localhost = "Localhost",
        /// None.
        Unconfined = "Unconfined",
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Types that may be set, instead of those of the level. An empty list: none.
        types: Option<Vec<ProfileType>> = "types",
        /// Whether containers may be left without a profile.
        allow_unset: bool = "allowUnset",
    }
}

const FIELD: &str = "securityContext.seccompProfile.type";
const ALLOWED: &str = "RuntimeDefault, Localhost";

fn baseline_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let mut judge = |key: &str| {
        let annotation = pod.annotations().iter().find(|annotation| annotation.key == key);
        let Some(value) = annotation.map(|annotation| &*annotation.value) else { return };
        let named = matches!(value, "runtime/default" | "docker/default");
        if !named && !value.starts_with("localhost/") {
            report.violation(
                pod.at_annotation(key),
                value,
                "runtime/default, docker/default, localhost/<profile>",
                "set it to runtime/default",
            );
        }
    };
    judge(SECCOMP_POD);
    for container in pod.containers() {
        judge(&[SECCOMP_CONTAINER, container.name()].concat());
    }
}

fn baseline_1_19<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    pod_profile(pod, report);
    for container in pod.containers() {
        own_profile(container, report);
    }
}

fn restricted_1_19<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    pod_profile(pod, report);
    for container in pod.containers() {
        own_profile(container, report);
        // A bad pod profile is already reported, but it covers nobody.
        let covered = container.seccomp_profile().is_some_and(is_confined);
        if container.security_context().seccomp_profile.is_none() && !covered {
            report.violation(
                container.at(FIELD),
                UNSET,
                ALLOWED,
                "set spec.securityContext.seccompProfile.type to RuntimeDefault for the whole pod",
            );
        }
    }
}

fn restricted_1_25<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if !pod.is_windows() {
        restricted_1_19(pod, report);
    }
}

fn pod_profile<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if let Some(profile) = &pod.security_context().seccomp_profile {
        confined_at(|| pod.at(FIELD), profile, report);
    }
}

fn own_profile<'p>(container: Container<'p, '_>, report: &mut Report<'p>) {
    if let Some(profile) = &container.security_context().seccomp_profile {
        confined_at(|| container.at(FIELD), profile, report);
    }
}

fn confined_at<'p>(
    place: impl Fn() -> Place<'p>,
    profile: &'p SeccompProfile<'_>,
    report: &mut Report<'p>,
) {
    if !is_confined(profile) {
        let found = if profile.type_.is_empty() { UNSET } else { &*profile.type_ };
        report.violation(place(), found, ALLOWED, "set it to RuntimeDefault");
    }
}

fn is_confined(profile: &SeccompProfile<'_>) -> bool {
    matches!(&*profile.type_, "RuntimeDefault" | "Localhost")
}

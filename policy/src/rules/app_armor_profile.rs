//! # appArmorProfile
//!
//! AppArmor confines a container's files, mounts and capabilities where the node has it. The
//! runtime applies its default profile unless the pod says otherwise.
//!
//! ## Allowed values
//!
//! * `appArmorProfile.type` of the pod and of every container: `RuntimeDefault`, `Localhost`; or no
//!   `appArmorProfile` at all.
//! * every annotation `container.apparmor.security.beta.kubernetes.io/<container>`, also one for a
//!   container that does not exist: empty, `runtime/default`, `localhost/<profile>`.
//!
//! Both are read at every version: a node may obey either.
//!
//! ## How to fix
//!
//! Remove the profile, or set it to `RuntimeDefault`.
//!
//! Source: Pod Security Standards, baseline, "AppArmor"; KEP-24.

use crate::pattern::Pattern;
use crate::pod::{APPARMOR_CONTAINER, AppArmorProfile, Pod};
use crate::report::{Place, Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{choices, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "appArmorProfile",
    title: "AppArmor profiles",
    family: Family::SecurityContext,
    fields: &[
        "spec.securityContext.appArmorProfile.type",
        "spec.containers[*].securityContext.appArmorProfile.type",
        "metadata.annotations[container.apparmor.security.beta.kubernetes.io/*]",
    ],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "appArmorProfile",
        level: Some(Level::Baseline),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "no profile but RuntimeDefault and Localhost, by field or annotation",
            check: CheckFn::Pod(check),
        }],
    }],
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
        /// Names that profiles of type `Localhost` may have. An empty list: none.
        localhost_profiles: Option<Vec<Pattern>> = "localhostProfiles",
        /// Whether every container must have a profile, its own or the pod's.
        required: bool = "required",
    }
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if let Some(profile) = &pod.security_context().app_armor_profile {
        profile_at(|field| pod.at(field), profile, report);
    }
    for container in pod.containers() {
        if let Some(profile) = &container.security_context().app_armor_profile {
            profile_at(|field| container.at(field), profile, report);
        }
    }
    for annotation in pod.annotations() {
        let value = &*annotation.value;
        let allowed = matches!(value, "" | "runtime/default") || value.starts_with("localhost/");
        if annotation.key.starts_with(APPARMOR_CONTAINER) && !allowed {
            report.violation(
                pod.at_annotation(&annotation.key),
                value,
                "runtime/default, localhost/<profile>",
                "remove the annotation",
            );
        }
    }
}

fn profile_at<'p>(
    at: impl Fn(&str) -> Place<'p>,
    profile: &'p AppArmorProfile<'_>,
    report: &mut Report<'p>,
) {
    let found = match &*profile.type_ {
        "RuntimeDefault" | "Localhost" => return,
        "" => UNSET,
        other => other,
    };
    report.violation(
        at("securityContext.appArmorProfile.type"),
        found,
        "RuntimeDefault, Localhost",
        "set it to RuntimeDefault",
    );
}

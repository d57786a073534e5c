//! # wellFormed
//!
//! Contradictions that the API server refuses, and that would make the other rules' answers mean
//! nothing. In admission they cannot occur; in manifests they can, and a manifest that cannot be
//! created should not be called good.
//!
//! ## Allowed values
//!
//! * a pod has containers;
//! * a volume sets at most one source;
//! * user and group ids are between 0 and 2147483647;
//! * `localhostProfile` is set where `type` is `Localhost`, and only there;
//! * a seccomp `localhostProfile` is a relative path without `..`.
//!
//! Custom resources that reach the policy:
//!
//! * one of a kind that `podTemplates` names has a pod template at its paths (or, without a template
//!   around it, the `spec` of a pod), and so has every item on the way to one;
//! * in the rest of it, and in one of a kind that is not named, nothing looks like a pod: no object
//!   lists `containers` with images. Kinds of groups without a dot or below `k8s.io` are Kubernetes'
//!   own and are not looked through.
//!
//! This is also asked wherever a rule is asked of pods at all, whatever the level.
//!
//! ## How to fix
//!
//! Correct the field. For a custom resource, add the setting that the finding names; `paths: []`
//! says that the kind carries no pods.
//!
//! Not one of the Pod Security Standards' checks.
//!
//! Source: validation of `k8s.io/api/core/v1` pods.

use crate::custom_resource::CustomResource;
use crate::pod::{AppArmorProfile, Pod, SeccompProfile};
use crate::report::{Place, Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "wellFormed",
    title: "contradictions the API server refuses",
    family: Family::SecurityContext,
    fields: &[
        "spec.containers",
        "spec.volumes[*]",
        "spec.securityContext.runAsUser",
        "spec.securityContext.runAsGroup",
        "spec.securityContext.fsGroup",
        "spec.securityContext.supplementalGroups",
        "spec.containers[*].securityContext.runAsUser",
        "spec.containers[*].securityContext.runAsGroup",
        "spec.securityContext.seccompProfile.localhostProfile",
        "spec.containers[*].securityContext.seccompProfile.localhostProfile",
        "spec.securityContext.appArmorProfile.localhostProfile",
        "spec.containers[*].securityContext.appArmorProfile.localhostProfile",
    ],
    fills: &[],
    hardened: None,
    checks: &[
        Check {
            id: "wellFormed",
            level: Some(Level::Baseline),
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "no contradiction that the API server refuses",
                check: CheckFn::Pod(check),
            }],
        },
        Check {
            id: "podTemplates",
            level: Some(Level::Baseline),
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "the pod templates of a custom resource are where settings say",
                check: CheckFn::CustomResource(pod_templates),
            }],
        },
    ],
};

fn pod_templates<'p>(resource: &'p CustomResource<'_>, report: &mut Report<'p>) {
    let place = |path: &String| Place::at(path.clone());
    for path in &resource.missing {
        let hint = "correct the paths of podTemplates in the settings, or the object";
        report.violation(place(path), UNSET, "a pod template", hint);
    }
    for path in &resource.ambiguous {
        let hint = "remove it, or name it in podTemplates instead of the template";
        report.violation(place(path), "containers beside a template", "one of the two", hint);
    }
    if let Some(lookalike) = resource.lookalikes.first() {
        let allowed = "a place that podTemplates names";
        let hint = ["add to the settings: ", &resource.setting].concat();
        report.violation(place(&lookalike.path), "a pod that is not judged", allowed, hint);
    }
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if !pod.has_containers() {
        report.violation(pod.at("containers"), UNSET, "a container", "add a container");
    }
    for (index, volume) in pod.volumes().iter().enumerate() {
        if volume.sources.len() > 1 {
            report.violation(
                pod.at_item("volumes", index, ""),
                volume.sources.join(", "),
                "one source",
                "keep the source that is meant",
            );
        }
    }
    let context = pod.security_context();
    let at = |field: &str| pod.at(field);
    id_at(at, "securityContext.runAsUser", context.run_as_user, report);
    id_at(at, "securityContext.runAsGroup", context.run_as_group, report);
    id_at(at, "securityContext.fsGroup", context.fs_group, report);
    for (index, group) in context.supplemental_groups.iter().enumerate() {
        let at = |field: &str| pod.at_item(field, index, "");
        id_at(at, "securityContext.supplementalGroups", Some(*group), report);
    }
    profiles_at(at, context.seccomp_profile.as_ref(), context.app_armor_profile.as_ref(), report);
    for container in pod.containers() {
        let context = container.security_context();
        let at = |field: &str| container.at(field);
        id_at(at, "securityContext.runAsUser", context.run_as_user, report);
        id_at(at, "securityContext.runAsGroup", context.run_as_group, report);
        profiles_at(
            at,
            context.seccomp_profile.as_ref(),
            context.app_armor_profile.as_ref(),
            report,
        );
    }
}

fn id_at<'p>(
    at: impl Fn(&str) -> Place<'p>,
    field: &str,
    id: Option<i64>,
    report: &mut Report<'p>,
) {
    if let Some(id) = id.filter(|id| !(0..=MAX_ID).contains(id)) {
        report.violation(at(field), id.to_string(), "0 to 2147483647", "name an id in the range");
    }
}

/// The greatest user or group id: `apimachinery/pkg/util/validation`, `IsValidUserID`.
const MAX_ID: i64 = i32::MAX as i64;

fn profiles_at<'p>(
    at: impl Fn(&str) -> Place<'p>,
    seccomp: Option<&'p SeccompProfile<'_>>,
    app_armor: Option<&'p AppArmorProfile<'_>>,
    report: &mut Report<'p>,
) {
    const SECCOMP: &str = "securityContext.seccompProfile.localhostProfile";
    const APP_ARMOR: &str = "securityContext.appArmorProfile.localhostProfile";
    if let Some(SeccompProfile { type_, localhost_profile, .. }) = seccomp {
        localhost_at(|| at(SECCOMP), type_, localhost_profile.as_deref(), report);
        if let Some(path) = localhost_profile.as_deref().filter(|path| leaves_root(path)) {
            report.violation(
                at(SECCOMP),
                path,
                "a relative path without ..",
                "name a file below the kubelet's seccomp root",
            );
        }
    }
    if let Some(AppArmorProfile { type_, localhost_profile, .. }) = app_armor {
        localhost_at(|| at(APP_ARMOR), type_, localhost_profile.as_deref(), report);
    }
}

fn localhost_at<'p>(
    place: impl Fn() -> Place<'p>,
    type_: &str,
    profile: Option<&'p str>,
    report: &mut Report<'p>,
) {
    match (type_ == "Localhost", profile) {
        (true, None | Some("")) => report.violation(
            place(),
            profile.filter(|profile| !profile.is_empty()).unwrap_or(UNSET),
            "the name of a profile",
            "name the profile, or use RuntimeDefault",
        ),
        (false, Some(profile)) => report.violation(
            place(),
            profile,
            "unset, unless type is Localhost",
            "set type to Localhost, or remove the name",
        ),
        _ => {}
    }
}

/// Whether a path is absolute or climbs: `..` as a whole component, not as a part of a name.
fn leaves_root(path: &str) -> bool {
    path.starts_with('/') || path.split('/').any(|component| component == "..")
}

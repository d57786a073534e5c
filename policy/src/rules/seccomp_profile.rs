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
//! ## Parameters
//!
//! They hold at every version: `types` judges fields also before v1.19, and annotations besides
//! where the standards read them. Windows pods cannot have a profile: from v1.25 on none is asked of
//! them, but one that is set must be of `types`. Which profiles of the node may be named is a matter
//! of `seccompLocalhost`.
//!
//! Where kubelets run with `seccompDefault`, unset means `RuntimeDefault`: `seccompDefault: true` says
//! so, and makes a warning of it; `allowUnset: true` says nothing at all. Both are only true as long
//! as every kubelet does.
//!
//! With `mutate`, a pod that must have a profile is given `RuntimeDefault`, where `types` allows it;
//! not by containers that are privileged, on which no profile has an effect, nor where an annotation
//! says otherwise.
//!
//! ## How to fix
//!
//! Set `spec.securityContext.seccompProfile: {type: RuntimeDefault}`.
//!
//! Source: Pod Security Standards, "Seccomp"; KEP-135.

use super::app_armor_profile::{ProfileType, RUNTIME_DEFAULT, judge_type};
use crate::pod::{Annotation, Container, Pod, SECCOMP_CONTAINER, SECCOMP_POD};
use crate::report::{Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{Decoder, Path, settings};
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
    fills: &["spec.securityContext.seccompProfile"],
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
        Check {
            id: "seccompProfile_parameters",
            level: None,
            overrides: &[],
            revisions: &[
                Revision {
                    since: Version::v1(0),
                    summary: "profiles of the types that the settings allow, annotations included",
                    check: CheckFn::Pod(parameters_1_0),
                },
                Revision {
                    since: Version::v1(19),
                    summary: "annotations are not read",
                    check: CheckFn::Pod(parameters_1_19),
                },
            ],
        },
    ],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by can_be_met {
        /// Types that may be set, instead of those of the level. An empty list: none.
        types: Option<Vec<ProfileType>> = "types",
        /// Whether containers may be left without a profile, their own or the pod's, instead of what
        /// the level says.
        allow_unset: Option<bool> = "allowUnset",
        /// Whether every kubelet runs with `seccompDefault`, so that unset means `RuntimeDefault`: it
        /// is warned of then, where it would be denied.
        seccomp_default: bool = "seccompDefault",
    }
}

fn can_be_met(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    if parameters.seccomp_default && parameters.allow_unset == Some(true) {
        let message = "it has no effect where `allowUnset: true` says nothing; remove one of them";
        decoder.error(&path.key("seccompDefault"), message.to_owned());
    }
    let none = parameters.types.as_deref().is_some_and(<[_]>::is_empty);
    if none && parameters.allow_unset == Some(false) {
        let message = "a profile is required and no type is allowed: name one, or allow unset";
        decoder.error(&path.key("types"), message.to_owned());
    }
}

const TYPE: &str = "securityContext.seccompProfile.type";

/// The settings' answers to the two questions; none where they leave it to the level.
struct Given<'p> {
    types: Option<&'p [ProfileType]>,
    allow_unset: Option<bool>,
}

fn given<'p>(report: &Report<'p>) -> Given<'p> {
    let parameters = report.parameters().seccomp_profile.as_deref();
    Given {
        types: parameters.and_then(|given| given.types.as_deref()),
        allow_unset: parameters.and_then(|given| given.allow_unset),
    }
}

fn baseline_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let types = given(report).types.unwrap_or(ProfileType::STANDARD);
    annotations(pod, types, report);
    parameters_1_19(pod, report);
}

fn baseline_1_19<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let given = given(report);
    let required = given.allow_unset == Some(false) && !pod.is_windows();
    fields(pod, given.types.unwrap_or(ProfileType::STANDARD), required, report);
}

fn restricted_1_19<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let given = given(report);
    let required = given.allow_unset != Some(true);
    fields(pod, given.types.unwrap_or(ProfileType::STANDARD), required, report);
}

fn restricted_1_25<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if pod.is_windows() {
        parameters_1_19(pod, report);
    } else {
        restricted_1_19(pod, report);
    }
}

fn parameters_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if let Some(types) = given(report).types {
        annotations(pod, types, report);
    }
    parameters_1_19(pod, report);
}

fn parameters_1_19<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let given = given(report);
    let required = given.allow_unset == Some(false) && !pod.is_windows();
    // A type that is none is no profile.
    if let Some(types) = given.types.or(required.then_some(ProfileType::ALL)) {
        fields(pod, types, required, report);
    }
}

fn fields<'p>(pod: Pod<'p, '_>, types: &'p [ProfileType], required: bool, report: &mut Report<'p>) {
    if let Some(profile) = &pod.security_context().seccomp_profile {
        judge_type(&|| pod.at(TYPE), &profile.type_, types, report);
    }
    for container in pod.containers() {
        if let Some(profile) = &container.security_context().seccomp_profile {
            judge_type(&|| container.at(TYPE), &profile.type_, types, report);
        } else if required {
            // A bad profile of the pod is already reported, but it covers nobody.
            let pods = container.seccomp_profile();
            if !pods.is_some_and(|profile| ProfileType::name_one(types, &profile.type_)) {
                of_none(container, types, report);
            }
        }
    }
}

fn of_none<'p>(container: Container<'p, '_>, types: &[ProfileType], report: &mut Report<'p>) {
    let pod = container.pod();
    let is_default = types.contains(&ProfileType::RuntimeDefault);
    let annotated = pod.annotations().iter().any(is_legacy);
    let hint = match (is_default, annotated) {
        (true, false) => {
            "set spec.securityContext.seccompProfile.type to RuntimeDefault for the whole pod"
        }
        (true, true) => {
            "set spec.securityContext.seccompProfile.type to RuntimeDefault: annotations have had no \
             effect since Kubernetes 1.27"
        }
        (false, _) => "set spec.securityContext.seccompProfile for the whole pod",
    };
    let allowed = ProfileType::list(types, ProfileType::name);
    let parameters = report.parameters().seccomp_profile.as_deref();
    if is_default && parameters.is_some_and(|given| given.seccomp_default) {
        report.warning(container.at(TYPE), UNSET, allowed, hint);
    } else {
        report.violation(container.at(TYPE), UNSET, allowed, hint);
    }
    // The API server has refused a field and an annotation that contradict each other.
    let contradicts = |annotation: &Annotation<'_>| {
        is_legacy(annotation) && !matches!(&*annotation.value, "runtime/default" | "docker/default")
    };
    if is_default
        && pod.security_context().seccomp_profile.is_none()
        && container.security_context().privileged != Some(true)
        && !pod.is_windows()
        && !pod.annotations().iter().any(contradicts)
    {
        report.fill(pod.at("securityContext.seccompProfile").path, RUNTIME_DEFAULT);
    }
}

fn is_legacy(annotation: &Annotation<'_>) -> bool {
    annotation.key == SECCOMP_POD || annotation.key.starts_with(SECCOMP_CONTAINER)
}

/// The annotations that kubelets obeyed: the pod's, and those of containers that exist.
pub(super) fn obeyed<'p, 'a>(
    pod: Pod<'p, 'a>,
) -> impl Iterator<Item = &'p Annotation<'a>> + use<'p, 'a> {
    let of = move |key: &str| pod.annotations().iter().find(|annotation| annotation.key == key);
    let of_containers = pod
        .containers()
        .filter_map(move |container| of(&[SECCOMP_CONTAINER, container.name()].concat()));
    of(SECCOMP_POD).into_iter().chain(of_containers)
}

fn annotations<'p>(pod: Pod<'p, '_>, types: &[ProfileType], report: &mut Report<'p>) {
    for annotation in obeyed(pod) {
        let value = &*annotation.value;
        let found = match value {
            "runtime/default" | "docker/default" => Some(ProfileType::RuntimeDefault),
            "unconfined" => Some(ProfileType::Unconfined),
            _ => value.starts_with("localhost/").then_some(ProfileType::Localhost),
        };
        if found.is_some_and(|found| types.contains(&found)) {
            continue;
        }
        let place = pod.at_annotation(&annotation.key);
        let hint = if types.contains(&ProfileType::RuntimeDefault) {
            "set it to runtime/default"
        } else {
            "remove the annotation"
        };
        report.violation(place, value, ProfileType::list(types, annotated), hint);
    }
}

fn annotated(type_: ProfileType) -> &'static str {
    match type_ {
        ProfileType::RuntimeDefault => "runtime/default, docker/default",
        other => other.annotated(),
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn parameters_that_cannot_be_met_are_refused() {
        for (parameters, expected) in [
            (
                r#"{"types":["Runtimedefault"]}"#,
                "types[0]: unknown value `Runtimedefault`, did you mean `RuntimeDefault`?",
            ),
            (
                r#"{"types":[],"allowUnset":false}"#,
                "types: a profile is required and no type is allowed",
            ),
            (r#"{"allowUnset":"yes"}"#, "allowUnset: expected true or false, found a string"),
            (r#"{"localhostProfiles":[]}"#, "localhostProfiles: unknown setting"),
        ] {
            let text = format!(r#"{{"rules":{{"seccompProfile":{parameters}}}}}"#);
            let errors = Settings::decode(&text).expect_err("settings with a mistake");
            let [error] = &errors[..] else { panic!("{parameters}: {errors:?}") };
            let found = format!("{}: {}", error.path, error.message);
            let expected = format!("rules.seccompProfile.{expected}");
            assert!(found.starts_with(&expected), "{parameters}: {found}");
        }
    }
}

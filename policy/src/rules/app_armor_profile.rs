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
//! ## Parameters
//!
//! They judge fields and annotations alike. With `required`, a profile by field or by annotation
//! does, and Windows pods, which cannot have one, are not asked. With `mutate`, the pod is given
//! `RuntimeDefault` where `types` allows it; a pod with annotations that say otherwise is not, nor
//! one whose only containers without a profile are privileged. Mind that a node without AppArmor
//! refuses pods that name a profile.
//!
//! ## How to fix
//!
//! Remove the profile, or set it to `RuntimeDefault`.
//!
//! Source: Pod Security Standards, baseline, "AppArmor"; KEP-24.

use crate::pattern::Pattern;
use crate::pod::{APPARMOR_CONTAINER, Annotation, AppArmorProfile, Container, Pod};
use crate::report::{Place, Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{Decoder, Path, settings};
use crate::version::Version;

mod profile_type;

pub(super) use profile_type::{ProfileType, RUNTIME_DEFAULT, judge_type, listed};

pub(super) static RULE: Rule = Rule {
    id: "appArmorProfile",
    title: "AppArmor profiles",
    family: Family::SecurityContext,
    fields: &[
        "spec.securityContext.appArmorProfile.type",
        "spec.securityContext.appArmorProfile.localhostProfile",
        "spec.containers[*].securityContext.appArmorProfile.type",
        "spec.containers[*].securityContext.appArmorProfile.localhostProfile",
        "metadata.annotations[container.apparmor.security.beta.kubernetes.io/*]",
    ],
    fills: &["spec.securityContext.appArmorProfile"],
    hardened: None,
    checks: &[
        Check {
            id: "appArmorProfile",
            level: Some(Level::Baseline),
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "no profile but RuntimeDefault and Localhost, by field or annotation",
                check: CheckFn::Pod(baseline),
            }],
        },
        Check {
            id: "appArmorProfile_parameters",
            level: None,
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "the profiles that the settings allow, by field or annotation",
                check: CheckFn::Pod(parameters),
            }],
        },
    ],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by can_be_met {
        /// Types that may be set, instead of those of the level. An empty list: none.
        types: Option<Vec<ProfileType>> = "types",
        /// Names that profiles of type `Localhost` may have, without `localhost/`; `*` is any run of
        /// characters. An empty list: none.
        localhost_profiles: Option<Vec<Pattern>> = "localhostProfiles",
        /// Whether every container must have a profile, its own or the pod's.
        required: bool = "required",
    }
}

fn can_be_met(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    let types = parameters.types.as_deref();
    if parameters.required && types.is_some_and(<[_]>::is_empty) {
        let message = "a profile is required and no type is allowed: name one, or drop `required`";
        decoder.error(&path.key("types"), message.to_owned());
    }
    let names = parameters.localhost_profiles.as_deref().unwrap_or_default();
    let path = path.key("localhostProfiles");
    if !names.is_empty() && types.is_some_and(|types| !types.contains(&ProfileType::Localhost)) {
        let message = "`types` does not allow `Localhost`: add it there, or drop the names";
        decoder.error(&path, message.to_owned());
    }
    for (index, name) in names.iter().enumerate() {
        if name.as_str().is_empty() {
            let message = "no profile has an empty name: write its name, or `*` for any";
            decoder.error(&path.index(index), message.to_owned());
        } else if let Some(name) = name.as_str().strip_prefix(LOCALHOST) {
            let message = ["names stand without `localhost/`: write `", name, "`"].concat();
            decoder.error(&path.index(index), message);
        }
    }
}

const TYPE: &str = "securityContext.appArmorProfile.type";
const NAME: &str = "securityContext.appArmorProfile.localhostProfile";
const LOCALHOST: &str = "localhost/";

/// What is asked; a question that is none is open.
struct Asked<'p> {
    types: Option<&'p [ProfileType]>,
    names: Option<&'p [Pattern]>,
    required: bool,
}

fn baseline<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    judge(pod, Some(ProfileType::STANDARD), report);
}

fn parameters<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    judge(pod, None, report);
}

fn judge<'p>(pod: Pod<'p, '_>, of_level: Option<&'p [ProfileType]>, report: &mut Report<'p>) {
    let parameters = report.parameters().app_armor_profile.as_deref();
    let required = parameters.is_some_and(|given| given.required) && !pod.is_windows();
    let asked = Asked {
        types: parameters
            .and_then(|given| given.types.as_deref())
            .or(of_level)
            // A type that is none is no profile.
            .or(required.then_some(ProfileType::ALL)),
        names: parameters.and_then(|given| given.localhost_profiles.as_deref()),
        required,
    };
    if let Some(profile) = &pod.security_context().app_armor_profile {
        asked.of_field(&|field| pod.at(field), profile, report);
    }
    for container in pod.containers() {
        if let Some(profile) = &container.security_context().app_armor_profile {
            asked.of_field(&|field| container.at(field), profile, report);
        } else if asked.required && !is_covered(container) {
            asked.of_none(container, report);
        }
    }
    for annotation in pod.annotations() {
        if annotation.key.starts_with(APPARMOR_CONTAINER) && !annotation.value.is_empty() {
            asked.of_annotation(pod, annotation, report);
        }
    }
}

/// Whether a container without a profile of its own gets one: from the pod, or by annotation.
fn is_covered(container: Container<'_, '_>) -> bool {
    let pod = container.pod();
    pod.security_context().app_armor_profile.is_some()
        || pod.annotations().iter().any(|annotation| {
            annotation.key.strip_prefix(APPARMOR_CONTAINER) == Some(container.name())
                && !annotation.value.is_empty()
        })
}

impl<'p> Asked<'p> {
    fn of_field(
        &self,
        at: &dyn Fn(&str) -> Place<'p>,
        profile: &'p AppArmorProfile<'_>,
        report: &mut Report<'p>,
    ) {
        if let Some(types) = self.types
            && !judge_type(&|| at(TYPE), &profile.type_, types, report)
        {
            return;
        }
        let name = profile.localhost_profile.as_deref();
        if let Some(names) = self.names
            && (name.is_some() || profile.type_ == ProfileType::Localhost.name())
            && !is_named(names, name.unwrap_or_default())
        {
            let found = name.filter(|name| !name.is_empty()).unwrap_or(UNSET);
            report.violation(at(NAME), found, listed(names, ""), "name an allowed profile");
        }
    }

    fn of_annotation(
        &self,
        pod: Pod<'p, '_>,
        annotation: &'p Annotation<'_>,
        report: &mut Report<'p>,
    ) {
        let value = &*annotation.value;
        let name = value.strip_prefix(LOCALHOST);
        let type_ = match value {
            "runtime/default" => Some(ProfileType::RuntimeDefault),
            "unconfined" => Some(ProfileType::Unconfined),
            _ => name.map(|_| ProfileType::Localhost),
        };
        let allowed = match (self.types, self.names, name) {
            (Some(types), ..) if !type_.is_some_and(|type_| types.contains(&type_)) => {
                ProfileType::list(types, ProfileType::annotated)
            }
            (_, Some(names), Some(name)) if !is_named(names, name) => listed(names, LOCALHOST),
            _ => return,
        };
        let place = pod.at_annotation(&annotation.key);
        report.violation(place, value, allowed, "remove the annotation");
    }

    fn of_none(&self, container: Container<'p, '_>, report: &mut Report<'p>) {
        let types = self.types.unwrap_or_default();
        let allowed = ProfileType::list(types, ProfileType::name);
        let hint = "set spec.securityContext.appArmorProfile for the whole pod";
        report.violation(container.at(TYPE), UNSET, allowed, hint);
        let pod = container.pod();
        // The API server refuses a field and an annotation that contradict each other.
        let contradicts = |annotation: &Annotation<'_>| {
            annotation.key.starts_with(APPARMOR_CONTAINER) && annotation.value != "runtime/default"
        };
        if types.contains(&ProfileType::RuntimeDefault)
            && container.security_context().privileged != Some(true)
            && !pod.annotations().iter().any(contradicts)
        {
            report.fill(pod.at("securityContext.appArmorProfile").path, RUNTIME_DEFAULT);
        }
    }
}

fn is_named(names: &[Pattern], name: &str) -> bool {
    !name.is_empty() && names.iter().any(|pattern| pattern.matches(name))
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn parameters_that_cannot_be_met_are_refused() {
        for (parameters, expected) in [
            (r#"{"types":["runtime/default"]}"#, "types[0]: unknown value `runtime/default`"),
            (r#"{"types":[],"required":true}"#, "types: a profile is required and no type is"),
            (
                r#"{"types":["RuntimeDefault"],"localhostProfiles":["web"]}"#,
                "localhostProfiles: `types` does not allow `Localhost`",
            ),
            (
                r#"{"localhostProfiles":["web",""]}"#,
                "localhostProfiles[1]: no profile has an empty name",
            ),
            (
                r#"{"localhostProfiles":["localhost/web-*"]}"#,
                "localhostProfiles[0]: names stand without `localhost/`: write `web-*`",
            ),
        ] {
            let text = format!(r#"{{"rules":{{"appArmorProfile":{parameters}}}}}"#);
            let errors = Settings::decode(&text).expect_err("settings with a mistake");
            let [error] = &errors[..] else { panic!("{parameters}: {errors:?}") };
            let found = format!("{}: {}", error.path, error.message);
            let expected = format!("rules.appArmorProfile.{expected}");
            assert!(found.starts_with(&expected), "{parameters}: {found}");
        }
    }

    #[test]
    fn parameters_that_can_be_met_are_accepted() {
        for parameters in [
            r#"{"types":[]}"#,
            r#"{"types":["RuntimeDefault"],"localhostProfiles":[]}"#,
            r#"{"localhostProfiles":["*","k8s-*"],"required":true}"#,
        ] {
            let text = format!(r#"{{"rules":{{"appArmorProfile":{parameters}}}}}"#);
            assert!(Settings::decode(&text).is_ok(), "{parameters}");
        }
    }
}

//! # seLinuxOptions
//!
//! SELinux keeps a container's processes from the node's files by their type label. A pod that
//! names its own type, user or role can leave that confinement.
//!
//! ## Allowed values
//!
//! `seLinuxOptions` of the pod and of every container: `type` unset, empty, `container_t`,
//! `container_init_t`, `container_kvm_t`, from v1.31 on also `container_engine_t`; `user` and
//! `role` unset or empty. `level` is free.
//!
//! ## Parameters
//!
//! Options are allowed if they fit one entry of `allow` with every label. A label that the entry does
//! not name stays what the level of the rule allows: `{level: "s0:c1,c5"}` at the baseline level
//! admits no `type` but those of containers, and at `level: privileged` any. Levels are compared by
//! what they mean: `s0:c1,c5` is `s0:c5,c1`, and `s0:c1.c3` is `s0:c1,c2,c3`.
//!
//! A label that is not set fits every entry, unless `required` is set: then each container has
//! options, its own or the pod's, that set every label its entry names. Windows pods, which cannot
//! have any, are not asked. With `mutate`, a pod without options is given those of the first entry,
//! unless a container is privileged or the pod shares the node's processes or memory, for which
//! runtimes choose other labels.
//!
//! ## How to fix
//!
//! Leave `type`, `user` and `role` to the runtime. To share files between pods set `level`.
//!
//! Source: Pod Security Standards, baseline, "SELinux"; the level and its categories: chcat(8).

use std::borrow::Cow;

use crate::pod::{Container, Pod, SeLinuxOptions};
use crate::report::{Place, Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{Decoder, Path, settings};
use crate::version::Version;

mod allowed;
mod level;

use allowed::{AllowedOptions, LABELS, NONE, OPEN};

pub(super) static RULE: Rule = Rule {
    id: "seLinuxOptions",
    title: "SELinux labels",
    family: Family::SecurityContext,
    fields: &[
        "spec.securityContext.seLinuxOptions.type",
        "spec.securityContext.seLinuxOptions.user",
        "spec.securityContext.seLinuxOptions.role",
        "spec.securityContext.seLinuxOptions.level",
        "spec.containers[*].securityContext.seLinuxOptions.type",
        "spec.containers[*].securityContext.seLinuxOptions.user",
        "spec.containers[*].securityContext.seLinuxOptions.role",
        "spec.containers[*].securityContext.seLinuxOptions.level",
    ],
    fills: &["spec.securityContext.seLinuxOptions"],
    hardened: None,
    checks: &[
        Check {
            id: "seLinuxOptions",
            level: Some(Level::Baseline),
            overrides: &[],
            revisions: &[
                Revision {
                    since: Version::v1(0),
                    summary: "container types only, and neither user nor role",
                    check: CheckFn::Pod(check_1_0),
                },
                Revision {
                    since: Version::v1(31),
                    summary: "container_engine_t is allowed",
                    check: CheckFn::Pod(check_1_31),
                },
            ],
        },
        Check {
            id: "seLinuxOptions_parameters",
            level: None,
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "labels that the settings allow",
                check: CheckFn::Pod(parameters),
            }],
        },
    ],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by can_be_met {
        /// Options of which one must fit, instead of what the level asks. An empty list: none, no
        /// label may be set.
        allow: Option<Vec<AllowedOptions>> = "allow",
        /// Whether every container must have options, its own or the pod's.
        required: bool = "required",
    }
}

fn can_be_met(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    if parameters.required && parameters.allow.as_deref().is_some_and(<[_]>::is_empty) {
        let message = "options are required and none are allowed: add some, or drop `required`";
        decoder.error(&path.key("allow"), message.to_owned());
    }
}

fn labels<'p>(options: &'p SeLinuxOptions<'_>) -> [&'p str; 4] {
    [&options.type_, &options.user, &options.role, &options.level]
}

const TYPES: [&str; 4] =
    ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

fn check_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    judge(pod, Some(TYPES.get(..3).unwrap_or_default()), report);
}

fn check_1_31<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    judge(pod, Some(&TYPES), report);
}

fn parameters<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    judge(pod, None, report);
}

struct Asked<'p> {
    /// The types that the level allows, and then neither user nor role; none where it asks nothing.
    types: Option<&'static [&'static str]>,
    /// Of which one must fit.
    entries: &'p [AllowedOptions],
}

fn judge<'p>(pod: Pod<'p, '_>, types: Option<&'static [&'static str]>, report: &mut Report<'p>) {
    let parameters = report.parameters().se_linux_options.as_deref();
    let required = parameters.is_some_and(|given| given.required) && !pod.is_windows();
    let entries = match parameters.and_then(|given| given.allow.as_deref()) {
        None => std::slice::from_ref(&OPEN),
        Some([]) => std::slice::from_ref(&NONE),
        Some(entries) => entries,
    };
    let asked = Asked { types, entries };
    let pods = pod.security_context().se_linux_options.as_ref();
    // Unset labels of the pod are nobody's as long as every container has its own.
    let pod_fits = pods.is_none_or(|pods| asked.judge(&|field| pod.at(field), pods, false, report));
    for container in pod.containers() {
        if let Some(own) = &container.security_context().se_linux_options {
            asked.judge(&|field| container.at(field), own, required, report);
        } else if required && pod_fits && !pods.is_some_and(|pods| asked.fits(pods, true)) {
            asked.missing(container, report);
        }
    }
}

impl<'p> Asked<'p> {
    /// Reports the labels that do not fit the nearest entry. Whether there are none.
    fn judge(
        &self,
        at: &dyn Fn(&str) -> Place<'p>,
        options: &'p SeLinuxOptions<'_>,
        required: bool,
        report: &mut Report<'p>,
    ) -> bool {
        if self.fits(options, required) {
            return true;
        }
        let misfits = |entry: &AllowedOptions| {
            self.misfits(options, entry, required).into_iter().filter(|misfit| *misfit).count()
        };
        let nearest = self.entries.iter().min_by_key(|entry| misfits(entry)).unwrap_or(&OPEN);
        let misfits = self.misfits(options, nearest, required);
        for (index, found) in labels(options).into_iter().enumerate() {
            if misfits.get(index) != Some(&true) {
                continue;
            }
            let key = LABELS.get(index).copied().unwrap_or_default();
            let place = at(&["securityContext.seLinuxOptions.", key].concat());
            let allowed = self.allowed(index, required);
            let is_near = |label: &&str| label.eq_ignore_ascii_case(found) && *label != found;
            let near = allowed.split(", ").find(is_near);
            let hint = match near {
                Some(label) => ["write ", label, ": labels are compared exactly"].concat().into(),
                None => Cow::from(self.hint(required)),
            };
            let found = if found.is_empty() { UNSET } else { found };
            report.violation(place, found, allowed, hint);
        }
        if !misfits.contains(&true) {
            let place = at("securityContext.seLinuxOptions");
            report.violation(place, UNSET, "a label", self.hint(required));
        }
        false
    }

    fn hint(&self, required: bool) -> &'static str {
        match (self.entries.len(), required) {
            (0 | 1, false) => "leave it to the runtime",
            (0 | 1, true) => "set it as allowed",
            _ => "set every label as one entry of the settings has it",
        }
    }

    /// Whether options fit an entry.
    fn fits(&self, options: &SeLinuxOptions<'_>, required: bool) -> bool {
        let says_nothing = required && labels(options).iter().all(|label| label.is_empty());
        !says_nothing
            && self
                .entries
                .iter()
                .any(|entry| !self.misfits(options, entry, required).contains(&true))
    }

    /// For each label, whether it does not fit an entry.
    fn misfits(
        &self,
        options: &SeLinuxOptions<'_>,
        entry: &AllowedOptions,
        required: bool,
    ) -> [bool; 4] {
        let [type_, user, role, level] = labels(options);
        let [of_type, of_user, of_role, of_level] = entry.labels();
        let differs = |found: &str, wanted: Option<&str>, by_level: bool| match wanted {
            Some(wanted) if found.is_empty() => required && !wanted.is_empty(),
            Some(wanted) => found != wanted,
            None => !found.is_empty() && !by_level,
        };
        let is_open = self.types.is_none();
        [
            differs(type_, of_type, self.types.is_none_or(|types| types.contains(&type_))),
            differs(user, of_user, is_open),
            differs(role, of_role, is_open),
            differs(level, of_level, true)
                && !of_level.is_some_and(|of_level| level::same(level, of_level)),
        ]
    }

    /// The values of a label that would do, as a finding lists them.
    fn allowed(&self, index: usize, required: bool) -> String {
        let mut allowed = Vec::new();
        if !required {
            allowed.push("unset");
        }
        for entry in self.entries {
            match entry.labels().get(index).copied().flatten() {
                Some("") => allowed.push("unset"),
                Some(wanted) => allowed.push(wanted),
                None if index == 0 => allowed.extend(self.types.unwrap_or(&["any"])),
                None if index == 3 || self.types.is_none() => allowed.push("any"),
                None => allowed.push("unset"),
            }
        }
        let mut known = Vec::new();
        allowed.retain(|value| {
            let is_new = !known.contains(value);
            known.push(*value);
            is_new
        });
        allowed.join(", ")
    }

    /// Reports a container that has no options, or none that say enough, by itself or by its pod.
    fn missing(&self, container: Container<'p, '_>, report: &mut Report<'p>) {
        let pod = container.pod();
        let pods = pod.security_context().se_linux_options.as_ref();
        let entries =
            self.entries.iter().map(AllowedOptions::written).filter(|entry| entry != "{}");
        let entries = entries.collect::<Vec<_>>();
        let allowed =
            if entries.is_empty() { "options with a label".to_owned() } else { entries.join(", ") };
        let hint = "set spec.securityContext.seLinuxOptions for the whole pod";
        report.violation(container.at("securityContext.seLinuxOptions"), UNSET, allowed, hint);
        let is_apart = !pod.host_pid()
            && !pod.host_ipc()
            && !pod.containers().any(|any| any.security_context().privileged == Some(true));
        if let Some(entry) = self.entries.first().map(AllowedOptions::written)
            && entry != "{}"
            && pods.is_none()
            && is_apart
        {
            report.fill(pod.at("securityContext.seLinuxOptions").path, entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn parameters_that_cannot_be_met_are_refused() {
        for (parameters, expected) in [
            (r#"{"allow":[],"required":true}"#, "allow: options are required and none are allowed"),
            (r#"{"allow":[{"type":"container_t"},{}]}"#, "allow[1]: it names no label"),
            (r#"{"allow":[{"type":"*"}]}"#, "allow[0].type: `*` is no SELinux label"),
            (r#"{"allow":[{"user":"system_u:r"}]}"#, "allow[0].user: `system_u:r` is no SELinux"),
            (r#"{"allow":[{"type":"t","kind":"t"}]}"#, "allow[0].kind: unknown setting `kind`"),
            (r#"{"allow":{"type":"container_t"}}"#, "allow: expected a list, found an object"),
        ] {
            let text = format!(r#"{{"rules":{{"seLinuxOptions":{parameters}}}}}"#);
            let errors = Settings::decode(&text).expect_err("settings with a mistake");
            let [error] = &errors[..] else { panic!("{parameters}: {errors:?}") };
            let found = format!("{}: {}", error.path, error.message);
            let expected = format!("rules.seLinuxOptions.{expected}");
            assert!(found.starts_with(&expected), "{parameters}: {found}");
        }
    }
}

//! # runAsUser
//!
//! User 0 in a container is user 0 of the node, held back only by capabilities and namespaces. With
//! ranges, every team or namespace can have users of its own, which cannot read each other's files
//! on shared volumes.
//!
//! ## Allowed values
//!
//! `runAsUser` of the pod and of every container: unset, or any number but `0`. From v1.35 on, pods
//! with a user namespace of their own (`hostUsers: false`) are not asked.
//!
//! With `ranges`, instead: the user of every container, its own or else the pod's, is unset or in
//! one of the ranges. The pod's is reported where a container inherits it. What parameters ask is
//! also asked of pods with a user namespace: on a volume with mapped ids a user is who it says.
//!
//! Unset is the user of the image, which no field shows: only `required` rules that out, or the rule
//! `runAsNonRoot`.
//!
//! ## How to fix
//!
//! Remove the field, or name a user of the image that is not root. Where a user is required, set
//! `spec.securityContext.runAsUser`.
//!
//! With `mutate`, a required user that is missing is filled in: the least of the first range, and
//! never 0.
//!
//! Source: Pod Security Standards, restricted, "Running as Non-root user"; KEP-127.

pub(crate) use super::ids::Parameters;
use super::ids::{self, Allowed, Asked, Field};
use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "runAsUser",
    title: "running as user 0",
    family: Family::SecurityContext,
    fields: &["spec.securityContext.runAsUser", "spec.containers[*].securityContext.runAsUser"],
    fills: &["spec.containers[*].securityContext.runAsUser"],
    hardened: None,
    checks: &[
        Check {
            id: "runAsUser",
            level: Some(Level::Restricted),
            overrides: &[],
            revisions: &[
                Revision {
                    since: Version::v1(23),
                    summary: "neither the pod nor a container sets user 0",
                    check: CheckFn::Pod(check_1_23),
                },
                Revision {
                    since: Version::v1(35),
                    summary: "pods with a user namespace of their own are not asked",
                    check: CheckFn::Pod(check_1_35),
                },
            ],
        },
        Check {
            id: "runAsUser_parameters",
            level: None,
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "users are in the ranges of the parameters",
                check: CheckFn::Pod(parameters),
            }],
        },
    ],
};

static FIELD: Field = Field {
    path: "securityContext.runAsUser",
    own: |context| context.run_as_user,
    of_pod: |context| context.run_as_user,
    effective: |container| container.run_as_user(),
    hint: "name a user that is not root",
};

fn check_1_23<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, Allowed::NotZero, report);
}

fn check_1_35<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, if pod.has_user_namespace() { Allowed::Any } else { Allowed::NotZero }, report);
}

fn parameters<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, Allowed::Any, report);
}

fn check<'p>(pod: Pod<'p, '_>, otherwise: Allowed<'static>, report: &mut Report<'p>) {
    let parameters = report.parameters().run_as_user.as_deref();
    ids::in_containers(pod, &FIELD, Asked::new(parameters, otherwise, pod), report);
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    fn mistakes(parameters: &str) -> Vec<String> {
        let text = format!(r#"{{"rules":{{"runAsUser":{parameters}}}}}"#);
        let errors = Settings::decode(&text).err().unwrap_or_default();
        errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
    }

    #[test]
    fn what_cannot_be_met_is_a_mistake() {
        assert_eq!(
            mistakes(r#"{"ranges":[],"required":true}"#),
            [
                "rules.runAsUser.ranges: an id is required, and the list allows none; add a range, or \
              leave out `required`"
            ]
        );
        for sound in [
            r#"{"ranges":[]}"#,
            r#"{"required":true}"#,
            r#"{"ranges":[{"min":0,"max":0}],"required":true}"#,
        ] {
            assert!(mistakes(sound).is_empty(), "{sound}");
        }
    }

    #[test]
    fn ranges_are_of_ids_and_ascend() {
        assert_eq!(
            mistakes(
                r#"{"range":[],"ranges":[{"min":2,"max":1},{"min":0},{"min":0,"max":2147483648}]}"#
            ),
            [
                "rules.runAsUser.range: unknown setting `range`, did you mean `ranges`?",
                "rules.runAsUser.ranges[0]: min 2 is greater than max 1: no value is in it",
                "rules.runAsUser.ranges[1].max: it is missing",
                "rules.runAsUser.ranges[2].max: expected a whole number from 0 to 2147483647, \
                 found 2147483648",
            ]
        );
    }
}

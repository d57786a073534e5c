//! # secretsAccess
//!
//! A Secret that a container gets in its environment is in every crash dump, in `/proc` of every
//! process of the container's user, and in the output of `env`; one that it may take by name is
//! any Secret of the namespace. And a token of a service account that stands in a Secret is valid
//! until somebody remembers it.
//!
//! ## Allowed values
//!
//! * `env[*].valueFrom.secretKeyRef` and `envFrom[*].secretRef` of containers: not there, unless
//!   `allowEnv` is set.
//! * Secrets that a pod takes, in its environment and in volumes (`secret`, and sources of
//!   `projected`): any, or what `allow` fits and `forbid` does not.
//! * Secrets of type `kubernetes.io/service-account-token`: not created, unless `allowTokenSecrets`
//!   is set.
//!
//! ## Parameters
//!
//! Patterns are compared with the Secret's name; one with a slash, with `namespace/name`. Secrets
//! for pulling images and those of storage drivers are not given to containers, and not judged.
//!
//! ## How to fix
//!
//! Mount the Secret as a file; ask for a token of limited time with a projected volume, or with
//! `kubectl create token`.
//!
//! Source: Kubernetes documentation, "Good practices for Kubernetes Secrets", "Managing Service
//! Accounts".

use std::borrow::Cow;

use crate::json::{Raw, record};
use crate::judge::describe;
use crate::pattern::{self, Pattern};
use crate::plain::PlainCheck;
use crate::pod::{Admission, Container, Pod};
use crate::report::{Place, Report};
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::secret::Secret;
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "secretsAccess",
    title: "Secrets in pods, and tokens in Secrets",
    family: Family::Namespaces,
    fields: &[
        "spec.containers[*].env",
        "spec.containers[*].envFrom",
        "spec.volumes[*].secret",
        "spec.volumes[*].projected.sources[*].secret",
        "type",
    ],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "secretsAccess",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "Secrets reach containers as files, and those that are meant for them",
            check: CheckFn::Several(&[
                CheckFn::Pod(check),
                CheckFn::Plain(PlainCheck::Secret(token)),
            ]),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Whether containers may have Secrets in their environment.
        allow_env: bool = "allowEnv",
        /// Whether Secrets with the token of a service account may be created.
        allow_token_secrets: bool = "allowTokenSecrets",
        /// Names of the Secrets that pods may take. An empty list: none.
        allow: Option<Vec<Pattern>> = "allow",
        /// Names of those that they may not, though `allow` fits them.
        forbid: Vec<Pattern> = "forbid",
    }
}

record! {
    /// One of `env`.
    struct EnvVar<'a> {
        value_from: EnvVarSource<'a> = "valueFrom",
    }

    /// Where a variable's value is.
    struct EnvVarSource<'a> {
        secret_key_ref: Option<SecretReference<'a>> = "secretKeyRef",
    }

    /// One of `envFrom`.
    struct EnvFromSource<'a> {
        secret_ref: Option<SecretReference<'a>> = "secretRef",
    }

    /// A Secret by its name.
    struct SecretReference<'a> {
        name: Cow<'a, str> = "name",
    }
}

/// The type of Secrets that the control plane puts a token into.
const TOKEN: &str = "kubernetes.io/service-account-token";

fn token<'p>(secret: &'p Secret<'_>, _: &'p Admission<'p>, report: &mut Report<'p>) {
    let given = report.parameters().secrets_access.as_deref();
    if secret.type_ == TOKEN && !given.is_some_and(|given| given.allow_token_secrets) {
        let place = Place::at("type");
        let hint = "ask for a token of limited time instead: `kubectl create token`";
        report.violation(place, TOKEN, "another type", hint);
    }
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let given = report.parameters().secrets_access.as_deref();
    for (index, volume) in pod.volumes().iter().enumerate() {
        if let Some(secret) = &volume.secret {
            let place = || pod.at_item("volumes", index, "secret.secretName");
            named(&secret.secret_name, pod, given, place, report);
        }
        let sources = volume.projected.iter().flat_map(|projected| &projected.sources);
        for (source, projection) in sources.enumerate() {
            let Some(secret) = &projection.secret else { continue };
            let source = crate::json::decimal(source);
            let field = ["projected.sources[", &source, "].secret.name"].concat();
            named(&secret.name, pod, given, || pod.at_item("volumes", index, &field), report);
        }
    }
    for container in pod.containers() {
        environment(container, given, report);
    }
}

fn environment<'p>(
    container: Container<'p, '_>,
    given: Option<&'p Parameters>,
    report: &mut Report<'p>,
) {
    // Most have many variables, and no Secret among them: `secretKeyRef` has a `tK`.
    let variables = container.env();
    let is_worth_reading = variables.may_have(b't', b'K') || !variables.0.starts_with('[');
    let variables = if is_worth_reading { variables } else { Raw::default() };
    match variables.read::<Vec<EnvVar<'_>>>() {
        Ok(variables) => {
            for (index, variable) in variables.iter().enumerate() {
                if let Some(secret) = &variable.value_from.secret_key_ref {
                    let place = || container.at_item("env", index, "valueFrom.secretKeyRef.name");
                    in_environment(&secret.name, container, given, place, report);
                }
            }
        }
        Err(error) => unreadable(container.at("env"), &describe(&error), report),
    }
    match container.env_from().read::<Vec<EnvFromSource<'_>>>() {
        Ok(sources) => {
            for (index, source) in sources.iter().enumerate() {
                if let Some(secret) = &source.secret_ref {
                    let place = || container.at_item("envFrom", index, "secretRef.name");
                    in_environment(&secret.name, container, given, place, report);
                }
            }
        }
        Err(error) => unreadable(container.at("envFrom"), &describe(&error), report),
    }
}

fn unreadable<'p>(place: Place<'p>, error: &str, report: &mut Report<'p>) {
    report.violation(place, error.to_owned(), "a list of variables", "write what the API takes");
}

fn in_environment<'p>(
    name: &str,
    container: Container<'p, '_>,
    given: Option<&'p Parameters>,
    place: impl Fn() -> Place<'p>,
    report: &mut Report<'p>,
) {
    if !given.is_some_and(|given| given.allow_env) {
        let hint = "mount the Secret as a file, and read it from there";
        report.violation(place(), name.to_owned(), "no Secret in the environment", hint);
    }
    named(name, container.pod(), given, place, report);
}

/// Asks whether a pod may take the Secret of that name.
fn named<'p>(
    name: &str,
    pod: Pod<'p, '_>,
    given: Option<&'p Parameters>,
    place: impl Fn() -> Place<'p>,
    report: &mut Report<'p>,
) {
    let Some(given) = given else { return };
    let namespace = pod.admission().namespace;
    let fits = |pattern: &Pattern| pattern.matches_in(namespace, name);
    let hint = "take a Secret that is meant for the workload";
    if given.forbid.iter().any(fits) {
        let allowed = ["any but ", &pattern::list(&given.forbid)].concat();
        report.violation(place(), name.to_owned(), allowed, hint);
    } else if let Some(allow) = &given.allow
        && !allow.iter().any(fits)
    {
        report.violation(place(), name.to_owned(), pattern::list(allow), hint);
    }
}

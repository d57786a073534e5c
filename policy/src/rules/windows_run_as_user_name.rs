//! # windowsRunAsUserName
//!
//! The user that the processes of a Windows container run as. `ContainerAdministrator` is to a
//! Windows container what user 0 is to one of Linux, and a process of the host runs as any account
//! of the host that it names. The standards look at neither.
//!
//! ## Allowed values
//!
//! `windowsOptions.runAsUserName` of every container, its own or else the pod's: unset, or any
//! account but administrators and those that Windows keeps for itself: `ContainerAdministrator`,
//! `Administrator`, `Administrators`, `SYSTEM`, `LocalSystem`, `LOCAL SERVICE`, `NETWORK SERVICE`,
//! and what is in the domains `NT AUTHORITY`, `NT SERVICE` and `BUILTIN`; in any case of letters, in
//! any domain. The pod's is reported where a container inherits it.
//!
//! With `allow`, instead: the whole name, domain included, is one of the list, in any case of
//! letters. The accounts above have other names in other languages, and a list has none of them.
//!
//! With `required`, every container of a Windows pod must have one. That is a pod whose
//! `spec.os.name` is `windows`, or whose `nodeSelector` or required node affinity asks for nodes of
//! Windows by the label `kubernetes.io/os`.
//!
//! ## How to fix
//!
//! Set `spec.securityContext.windowsOptions.runAsUserName: ContainerUser`. Unset is the user of the
//! image, which many base images leave at `ContainerAdministrator`.
//!
//! With `mutate`, a required user that is missing is filled in: the first of `allow`, unless that is
//! one of the accounts above, or the container is a process of the host.
//!
//! Source: Kubernetes documentation, "Configure RunAsUserName for Windows pods and containers" and
//! "Create a Windows HostProcess Pod".

use std::borrow::Cow;

use crate::json::Writer;
use crate::pod::{Container, Pod};
use crate::report::{Place, Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{Decoder, Path, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "windowsRunAsUserName",
    title: "users of Windows containers",
    family: Family::SecurityContext,
    fields: &[
        "spec.securityContext.windowsOptions.runAsUserName",
        "spec.containers[*].securityContext.windowsOptions.runAsUserName",
    ],
    fills: &["spec.containers[*].securityContext.windowsOptions.runAsUserName"],
    hardened: Some("the standards keep Linux from root and leave Windows its administrator"),
    checks: &[Check {
        id: "windowsRunAsUserName",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "no Windows container runs as an administrator, or as a user that is not listed",
            check: CheckFn::Pod(check),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by can_be_met {
        /// Users that may be set, in any case of letters, with their domain where they have one. An
        /// empty list: none.
        allow: Option<Vec<String>> = "allow",
        /// Whether every container of a Windows pod must have a user.
        required: bool = "required",
    }
}

fn can_be_met(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    let allow = parameters.allow.as_deref();
    for (index, user) in allow.unwrap_or_default().iter().enumerate() {
        if user.trim().is_empty() || user.trim() != user || user.matches('\\').count() > 1 {
            let message = "expected a user, as in `ContainerUser` or `DOMAIN\\user`";
            decoder.error(&path.key("allow").index(index), message.to_owned());
        }
    }
    if parameters.required && allow.is_some_and(<[String]>::is_empty) {
        let message =
            "a user is required, and the list allows none; add a user, or leave out `required`";
        decoder.error(&path.key("allow"), message.to_owned());
    }
}

const FIELD: &str = "securityContext.windowsOptions.runAsUserName";

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let parameters = report.parameters().windows_run_as_user_name.as_deref();
    let allow = parameters.and_then(|given| given.allow.as_deref());
    let required = parameters.is_some_and(|given| given.required) && pod.is_for_windows();
    let of_pod = pod.security_context().windows_options.run_as_user_name.as_deref();
    let own = |container: Container<'p, '_>| {
        container.security_context().windows_options.run_as_user_name.as_deref()
    };
    if let Some(user) = of_pod.filter(|user| !allows(allow, user))
        && pod.containers().any(|container| own(container).is_none())
    {
        refuse(pod.at(FIELD), user, allow, required, report);
    }
    for container in pod.containers() {
        if let Some(user) = own(container).filter(|user| !allows(allow, user)) {
            refuse(container.at(FIELD), user, allow, required, report);
        } else if required && container.run_as_user_name().is_none() {
            report.violation(
                container.at(FIELD),
                UNSET,
                text(allow, required),
                "set it in spec.securityContext.windowsOptions for the whole pod",
            );
            let default = allow.and_then(<[String]>::first).filter(|user| !is_powerful(user));
            if let (Some(user), false) = (default, container.is_host_process())
                && report.is_filling()
            {
                let mut json = Writer::default();
                json.string(user);
                report.fill(container.at(FIELD).path, json.finish());
            }
        }
    }
}

fn refuse<'p>(
    place: Place<'p>,
    user: &'p str,
    allow: Option<&[String]>,
    required: bool,
    report: &mut Report<'p>,
) {
    let is_near = |name: &&String| account(name).1.eq_ignore_ascii_case(account(user).1);
    let near = allow.unwrap_or_default().iter().find(is_near);
    let hint = match (near, allow) {
        (Some(near), _) => ["write ", near, ": the domain is part of the name"].concat().into(),
        (_, Some([])) => "remove it".into(),
        _ => Cow::from("name a user that is no administrator, as ContainerUser"),
    };
    let found = if user.is_empty() { "\"\"" } else { user };
    report.violation(place, found, text(allow, required), hint);
}

/// The users that would do, as text.
fn text(allow: Option<&[String]>, required: bool) -> String {
    let unset = if required { "" } else { "unset" };
    let users = match allow {
        Some(users) => users.join(", "),
        None => "any but administrators and accounts of Windows".to_owned(),
    };
    let separator = if unset.is_empty() || users.is_empty() { "" } else { ", " };
    [unset, separator, &users].concat()
}

fn allows(allow: Option<&[String]>, user: &str) -> bool {
    match allow {
        Some(users) => users.iter().any(|name| name.eq_ignore_ascii_case(user)),
        None => !user.is_empty() && !is_powerful(user),
    }
}

/// Whether a user is an administrator, or an account that Windows keeps for itself.
fn is_powerful(user: &str) -> bool {
    const DOMAINS: &[&str] = &["NT AUTHORITY", "NT SERVICE", "BUILTIN"];
    const ACCOUNTS: &[&str] = &[
        "ContainerAdministrator",
        "Administrator",
        "Administrators",
        "SYSTEM",
        "LocalSystem",
        "LOCAL SERVICE",
        "LocalService",
        "NETWORK SERVICE",
        "NetworkService",
    ];
    let (domain, name) = account(user);
    DOMAINS.iter().any(|known| may_be(domain, known))
        || ACCOUNTS.iter().any(|known| may_be(name, known))
}

/// The domain, empty where none is named, and the account in it.
fn account(user: &str) -> (&str, &str) {
    user.rsplit_once('\\').unwrap_or(("", user))
}

/// Whether Windows may take one text for the other: in any case of letters. A letter beyond ASCII
/// may stand for any, because it is Windows that decides what it folds to.
fn may_be(text: &str, known: &str) -> bool {
    let mut letters = text.trim().chars();
    let is_same =
        |letter: char, known: char| !letter.is_ascii() || letter.eq_ignore_ascii_case(&known);
    known.chars().all(|known| letters.next().is_some_and(|letter| is_same(letter, known)))
        && letters.next().is_none()
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    fn mistakes(parameters: &str) -> Vec<String> {
        let text = format!(r#"{{"rules":{{"windowsRunAsUserName":{parameters}}}}}"#);
        let errors = Settings::decode(&text).err().unwrap_or_default();
        errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
    }

    #[test]
    fn users_have_names() {
        let message = "expected a user, as in `ContainerUser` or `DOMAIN\\user`";
        assert_eq!(
            mistakes(r#"{"allow":["ContainerUser","SHOP\\web",""," web","a\\b\\c"]}"#),
            [2, 3, 4].map(|index| format!("rules.windowsRunAsUserName.allow[{index}]: {message}"))
        );
    }

    #[test]
    fn what_cannot_be_met_is_a_mistake() {
        assert_eq!(
            mistakes(r#"{"allow":[],"required":true}"#),
            [
                "rules.windowsRunAsUserName.allow: a user is required, and the list allows none; add a \
              user, or leave out `required`"
            ]
        );
        assert!(mistakes(r#"{"allow":[]}"#).is_empty());
    }
}

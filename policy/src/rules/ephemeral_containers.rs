//! # ephemeralContainers
//!
//! `kubectl debug` puts a container into a pod that runs: with an image, a user and capabilities of
//! the debugger's choice, beside the pod's processes, volumes and tokens. Whoever may update
//! `pods/ephemeralcontainers` may do so, and the container stays as long as the pod.
//!
//! ## Allowed values
//!
//! Without parameters, `spec.ephemeralContainers` holds none but those that were there before. With
//! them, what a request adds is judged: who adds it, its image, its capabilities. A requester has to
//! fit one of `users` or be in one of `groups`, where either is given; one whose name is not known
//! fits none, nor does one who only sends a pod that is stored, as audits do.
//!
//! The other rules judge the container as any other, from a webhook that is called for
//! `pods/ephemeralcontainers`. To let debuggers do more than the pod, write an exemption for
//! `containerLists: [ephemeralContainers]`.
//!
//! ## How to fix
//!
//! Debug a copy of the pod (`kubectl debug --copy-to`), which is judged as a pod, or ask those who
//! may. What was added cannot be removed: delete the pod.
//!
//! Source: KEP-277; Kubernetes documentation, "Ephemeral Containers".

use super::capabilities::gives;
use crate::exemptions::ImagePattern;
use crate::pattern::Pattern;
use crate::pod::{Container, ContainerList, Pod};
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::settings::{Decoder, Path, settings, shown};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "ephemeralContainers",
    title: "ephemeral containers",
    family: Family::Isolation,
    fields: &["spec.ephemeralContainers[*]"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "ephemeralContainers",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "ephemeral containers are added by whom, and with what, the settings say",
            check: CheckFn::Pod(check),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by is_sound {
        /// Users who may add ephemeral containers; absent beside `groups`: none but their members.
        users: Option<Vec<Pattern>> = "users",
        /// Groups whose members may add ephemeral containers.
        groups: Option<Vec<String>> = "groups",
        /// Images that ephemeral containers may have: `[registry/]repository[:tag][@digest]`, or
        /// every repository below one, `registry/repository/*`. An empty list: none.
        images: Option<Vec<ImagePattern>> = "images",
        /// Capabilities that ephemeral containers may add, written exactly; `*` is every one, and
        /// without it they may not be privileged either. An empty list: none. What the rule
        /// `capabilities` refuses stays refused.
        allow_add: Option<Vec<String>> = "allowAdd",
    }
}

fn is_sound(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    let users = parameters.users.iter().flatten().map(Pattern::as_str);
    let groups = parameters.groups.iter().flatten().map(String::as_str);
    for (index, _) in users.enumerate().filter(|(_, user)| user.is_empty()) {
        let message = "nobody has an empty name; name a user, or remove the item".to_owned();
        decoder.error(&path.key("users").index(index), message);
    }
    for (index, _) in groups.enumerate().filter(|(_, group)| group.is_empty()) {
        let message = "no group has an empty name; name a group, or remove the item".to_owned();
        decoder.error(&path.key("groups").index(index), message);
    }
    for (index, name) in parameters.allow_add.iter().flatten().enumerate() {
        if name != "*" && !is_exact(name) {
            let message = format!(
                "`{}` is not how capabilities are written; expected a name such as `NET_ADMIN`, \
                 in upper case and without `CAP_`, or `*`",
                shown(name)
            );
            decoder.error(&path.key("allowAdd").index(index), message);
        }
    }
}

/// Whether it is a name as the kernel's documentation writes it, without `CAP_`.
fn is_exact(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        && !name.starts_with("CAP_")
        && name != "ALL"
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let parameters = report.parameters().ephemeral_containers.as_deref();
    let is_added = |it: &Container<'p, '_>| it.list() == ContainerList::Ephemeral && it.is_new();
    for container in pod.containers().filter(is_added) {
        let Some(parameters) = parameters else {
            let hint = "debug a copy of the pod";
            report.violation(container.at(""), "added", "none", hint);
            continue;
        };
        requester(container, parameters, report);
        image(container, parameters, report);
        if let Some(allow) = &parameters.allow_add {
            capabilities(container, allow, report);
        }
    }
}

/// Asks who adds the container.
fn requester<'p>(
    container: Container<'p, '_>,
    parameters: &'p Parameters,
    report: &mut Report<'p>,
) {
    if parameters.users.is_none() && parameters.groups.is_none() {
        return;
    }
    let pod = container.pod();
    let request = pod.admission();
    // Of a pod that is stored, the request does not say who added what.
    let is_known = !request.username.is_empty() && (request.old.is_some() || !pod.is_stored());
    let users = || parameters.users.iter().flatten();
    let groups = || parameters.groups.iter().flatten();
    let may = users().any(|user| user.matches(request.username))
        || groups().any(|group| request.groups.iter().any(|own| own == group));
    if is_known && may {
        return;
    }
    let users = users().map(Pattern::as_str).map(|name| ["user ", name].concat());
    let groups = groups().map(|name| ["group ", name].concat());
    let allowed = users.chain(groups).collect::<Vec<_>>().join(", ");
    let allowed = if allowed.is_empty() { "none".to_owned() } else { allowed };
    let (found, hint) = if is_known {
        (["added by ", request.username].concat(), "ask one of them, or debug a copy of the pod")
    } else {
        ("added by somebody unknown".to_owned(), "the request does not say who added it")
    };
    report.violation(container.at(""), found, allowed, hint);
}

fn image<'p>(container: Container<'p, '_>, parameters: &Parameters, report: &mut Report<'p>) {
    let Some(allow) = &parameters.images else {
        return;
    };
    if allow.iter().any(|image| image.matches(container.image())) {
        return;
    }
    let allowed = if allow.is_empty() { "none" } else { "images that the settings name" };
    report.violation(container.at("image"), container.image(), allowed, "take another image");
}

/// Asks what capabilities the container adds, be it by being privileged.
fn capabilities<'p>(container: Container<'p, '_>, allow: &[String], report: &mut Report<'p>) {
    let context = container.security_context();
    let any = allow.iter().any(|name| name == "*");
    let allowed = || if allow.is_empty() { "none".to_owned() } else { allow.join(", ") };
    for (index, name) in context.capabilities.add.iter().enumerate() {
        if any || allow.iter().any(|known| known == name) {
            continue;
        }
        // What gives every capability is no spelling of one.
        let near = allow.iter().find(|known| gives(name, known) && !gives(name, ""));
        let hint = match near {
            Some(near) => ["write ", near, ": names are compared exactly"].concat(),
            None => "remove it from the list".to_owned(),
        };
        let place = container.at_item("securityContext.capabilities.add", index, "");
        report.violation(place, &**name, allowed(), hint);
    }
    if context.privileged == Some(true) && !any {
        let hint = "remove it: a privileged container has every capability";
        report.violation(container.at("securityContext.privileged"), "true", "unset, false", hint);
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn names_that_fit_nobody_or_nothing_are_refused() {
        let text = r#"{"rules":{"ephemeralContainers":{"users":["ann",""],"groups":["","sre"],
            "allowAdd":["NET_RAW","*","ALL","cap_kill","CAP_KILL",""]}}}"#;
        let errors = Settings::decode(text).expect_err("settings with mistakes");
        let errors = errors.iter().map(|error| {
            let (what, _) = error.message.split_once(';').expect("a mistake; how to mend it");
            (error.path.trim_start_matches("rules.ephemeralContainers."), what)
        });
        assert_eq!(
            errors.collect::<Vec<_>>(),
            [
                ("users[1]", "nobody has an empty name"),
                ("groups[0]", "no group has an empty name"),
                ("allowAdd[2]", "`ALL` is not how capabilities are written"),
                ("allowAdd[3]", "`cap_kill` is not how capabilities are written"),
                ("allowAdd[4]", "`CAP_KILL` is not how capabilities are written"),
                ("allowAdd[5]", "`` is not how capabilities are written"),
            ]
        );
    }

    #[test]
    fn images_are_patterns_of_references() {
        let text = r#"{"rules":{"ephemeralContainers":{"images":["busybox*"]}}}"#;
        let errors = Settings::decode(text).expect_err("settings with a mistake");
        assert_eq!(errors[0].path, "rules.ephemeralContainers.images[0]");
    }
}

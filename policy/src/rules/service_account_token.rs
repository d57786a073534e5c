//! # serviceAccountToken
//!
//! Unless a pod or its service account says no, every container gets a token with which it may call
//! the API server as that service account. Most workloads never do, and whoever breaks into one
//! takes the token along. A token that a pod asks for itself, in a projected volume, can be for
//! another audience and live as long as it has to.
//!
//! ## Allowed values
//!
//! * `spec.automountServiceAccountToken`: `false`. Unset leaves it to the service account, which a
//!   pod does not show, and which is asked with `lookUp`. Nor may a volume stand in the pod that is the token the API server mounts
//!   of itself: that token is there, whatever the field says.
//! * `spec.volumes[*].projected.sources[*].serviceAccountToken`: any, unless `audiences` and
//!   `maxExpirationSeconds` say which. Without `expirationSeconds` a token lives an hour.
//!
//! ## Parameters
//!
//! The pattern `""` of `audiences` stands for a token without an audience, which is for the API
//! server; `*` covers it too.
//!
//! Both parameters judge the tokens that pods ask for. The one that the API server mounts, known by
//! its shape, is `allowAutomount`'s: API servers make a year of the 3607 seconds it asks for, unless
//! told otherwise. So `maxExpirationSeconds` takes 3607 for a year.
//!
//! ## How to fix
//!
//! Set `automountServiceAccountToken: false`. Where the API server is needed, or another service
//! that trusts its tokens, project a token with an `audience` and `expirationSeconds`. `mutate`
//! fills in `false` where no token is mounted yet: the API server mounts it before it asks
//! webhooks, so that templates are filled, and pods whose service account says no.
//!
//! A token that somebody has put into a Secret is not seen here.
//!
//! Source: Kubernetes documentation, "Managing Service Accounts"; KEP-1205, KEP-542;
//! `plugin/pkg/admission/serviceaccount`, `pkg/registry/core/serviceaccount/storage`.

use crate::cluster::SERVICE_ACCOUNT;
use crate::json::{decimal, record};
use crate::pattern::Pattern;
use crate::pod::{Pod, Projected, TokenProjection, Volume};
use crate::report::{Place, Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{Decoder, Path, Whole, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "serviceAccountToken",
    title: "tokens of service accounts",
    family: Family::Isolation,
    fields: &[
        "spec.automountServiceAccountToken",
        "spec.volumes[*].projected",
        "spec.volumes[*].projected.sources[*].serviceAccountToken.audience",
        "spec.volumes[*].projected.sources[*].serviceAccountToken.expirationSeconds",
    ],
    fills: &["spec.automountServiceAccountToken"],
    hardened: Some("most workloads never call the API server, and no token is none to steal"),
    checks: &[Check {
        id: "serviceAccountToken",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "no token is mounted unasked, and others are as the settings want them",
            check: CheckFn::Pod(check),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by is_consistent {
        /// Whether the token of the API server may be mounted unasked.
        allow_automount: bool = "allowAutomount",
        /// Whether a pod may leave it to its service account: `automountServiceAccountToken` may
        /// be unset where no token is mounted. Templates and manifests never show one.
        allow_unset: bool = "allowUnset",
        /// Whether the ServiceAccount is asked for what a pod leaves to it: with `false` there,
        /// `automountServiceAccountToken` may be unset. Nothing else is asked of it.
        look_up: bool = "lookUp",
        /// Audiences that projected tokens may have; `""` is the API server. An empty list: none.
        audiences: Option<Vec<Pattern>> = "audiences",
        /// The longest time a projected token may be valid, in seconds.
        max_expiration_seconds: Option<Whole<600, 4_294_967_296>> = "maxExpirationSeconds",
    }
}

/// What the API server asks for where it mounts the token itself, and what it then makes of it
/// (`WarnOnlyBoundTokenExpirationSeconds`, `ExpirationExtensionSeconds` of `pkg/serviceaccount`).
const EXTENDED: (i64, i64) = (3607, 365 * 24 * 3600);
/// What it asks for where a projection does not say.
const DEFAULT: i64 = 3600;

fn is_consistent(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    if parameters.look_up && (parameters.allow_automount || parameters.allow_unset) {
        let message = "it is never asked where a pod may leave the field unset; remove one of them";
        decoder.error(&path.key("lookUp"), message.to_owned());
    }
    if parameters.allow_automount && parameters.allow_unset {
        let message = "it adds nothing to `allowAutomount: true`; remove one of them";
        decoder.error(&path.key("allowUnset"), message.to_owned());
    }
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let parameters = report.parameters().service_account_token.as_deref();
    if !parameters.is_some_and(|may| may.allow_automount) {
        automount(pod, parameters, report);
    }
    if let Some(parameters) = parameters {
        projected(pod, parameters, report);
    }
}

/// Asks that the API server's token is not mounted.
fn automount<'p>(pod: Pod<'p, '_>, given: Option<&Parameters>, report: &mut Report<'p>) {
    let setting = pod.automount_service_account_token();
    if setting == Some(false) {
        for (index, volume) in pod.volumes().iter().enumerate() {
            if is_injected(volume) {
                let place = pod.at_item("volumes", index, "projected");
                let hint = "remove the volume: the token is mounted all the same";
                report.violation(place, "serviceAccountToken", "no token", hint);
            }
        }
        return;
    }
    let is_mounted = pod.volumes().iter().any(is_injected) || mounts_token_folder(pod);
    if setting.is_none() && !is_mounted {
        if given.is_some_and(|may| may.allow_unset) {
            return;
        }
        if given.is_some_and(|may| may.look_up) {
            return account(pod, report);
        }
    }
    let found = if setting.is_some() { "true" } else { UNSET };
    let hint = if is_mounted {
        "set it to false where the pod comes from: here the token is mounted already"
    } else {
        "set it to false"
    };
    let place = pod.at("automountServiceAccountToken");
    let path =
        (report.is_filling() && setting.is_none() && !is_mounted).then(|| place.path.clone());
    report.violation(place, found, "false", hint);
    if let Some(path) = path {
        report.fill(path, "false");
    }
}

/// Asks the service account what it says for pods that say nothing.
fn account<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let place = || pod.at("automountServiceAccountToken");
    let (name, namespace) = (pod.service_account_name(), pod.admission().namespace);
    let cluster = report.cluster();
    match cluster.get::<ServiceAccount<'_>>(SERVICE_ACCOUNT, Some(namespace), name) {
        Ok(Some(account)) if account.automount_service_account_token == Some(false) => {}
        Ok(account) => {
            let says = match account.map(|account| account.automount_service_account_token) {
                Some(Some(_)) => "true in service account ",
                Some(None) => "unset in service account ",
                None => "there is no service account ",
            };
            let found = [UNSET, ", and ", says, name].concat();
            report.violation(place(), found, "false", "set it to false in the pod or the account");
        }
        Err(unknown) => report.unknown(place(), &unknown, "false"),
    }
}

record! {
    /// `v1` ServiceAccount, as far as the rule reads it.
    struct ServiceAccount<'a> {
        automount_service_account_token: Option<bool> = "automountServiceAccountToken",
    }
}

/// Whether a volume is the token that the API server mounts of itself. Its name does not matter:
/// anybody may call a volume so.
fn is_injected(volume: &Volume<'_>) -> bool {
    let Some(Projected { sources, .. }) = &volume.projected else {
        return false;
    };
    let mut tokens = sources.iter().filter_map(|source| source.service_account_token.as_ref());
    let is_token = |token: &TokenProjection<'_>| {
        token.path == "token"
            && token.audience.is_empty()
            && token.expiration_seconds == Some(EXTENDED.0)
    };
    let roots = |name: &str| name == "kube-root-ca.crt";
    tokens.next().is_some_and(is_token)
        && tokens.next().is_none()
        && sources.iter().flat_map(|source| &source.config_map).any(|map| roots(&map.name))
        && sources.iter().any(|source| source.downward_api.is_some())
}

/// Whether a container mounts what it would find the token in.
fn mounts_token_folder(pod: Pod<'_, '_>) -> bool {
    const FOLDER: [&str; 4] = ["run", "secrets", "kubernetes.io", "serviceaccount"];
    let is_folder = |path: &str| {
        let mut parts = path.split('/').filter(|part| !matches!(*part, "" | ".")).peekable();
        parts.next_if_eq(&"var");
        parts.eq(FOLDER)
    };
    let mut containers = pod.containers();
    containers.any(|each| each.volume_mounts().iter().any(|mount| is_folder(&mount.mount_path)))
}

/// Asks of the tokens that the pod projects itself what the settings want of them.
fn projected<'p>(pod: Pod<'p, '_>, parameters: &'p Parameters, report: &mut Report<'p>) {
    for (index, volume) in pod.volumes().iter().enumerate() {
        let Some(Projected { sources, .. }) =
            volume.projected.as_ref().filter(|_| !is_injected(volume))
        else {
            continue;
        };
        for (source, projection) in sources.iter().enumerate() {
            let Some(token) = &projection.service_account_token else {
                continue;
            };
            let place = |field: &str| {
                let source = decimal(source);
                let path = ["projected.sources[", &source, "].serviceAccountToken.", field];
                pod.at_item("volumes", index, &path.concat())
            };
            if let Some(allow) = &parameters.audiences
                && !allow.iter().any(|audience| audience.matches(&token.audience))
            {
                let is_set = !token.audience.is_empty();
                let found = if is_set { &*token.audience } else { UNSET };
                let hint = if is_set {
                    "ask for a token for one of them"
                } else {
                    "ask for a token for one of them: without an audience it is the API server's"
                };
                report.violation(place("audience"), found, names(allow), hint);
            }
            if let Some(Whole(max)) = parameters.max_expiration_seconds {
                expiration(token, max, || place("expirationSeconds"), report);
            }
        }
    }
}

fn names(patterns: &[Pattern]) -> String {
    let quoted = |pattern: &Pattern| match pattern.as_str() {
        "" => "unset".to_owned(),
        text => text.to_owned(),
    };
    let names = patterns.iter().map(quoted).collect::<Vec<_>>();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn expiration<'p>(
    token: &TokenProjection<'_>,
    max: i64,
    place: impl Fn() -> Place<'p>,
    report: &mut Report<'p>,
) {
    let asked = token.expiration_seconds.unwrap_or(DEFAULT);
    let is_extended = asked == EXTENDED.0;
    let lifetime = if is_extended { EXTENDED.1 } else { asked };
    if lifetime <= max {
        return;
    }
    let found = token.expiration_seconds.map_or_else(|| UNSET.to_owned(), |it| it.to_string());
    let hint = match token.expiration_seconds {
        None => "set it: without it a token is valid for 3600 seconds",
        Some(_) if is_extended => "take another number: API servers make a year of this one",
        Some(_) => "set it to less",
    };
    report.violation(place(), found, format!("at most {max}"), hint);
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    fn errors(rule: &str) -> Vec<String> {
        let text = [r#"{"rules":{"serviceAccountToken":"#, rule, "}}"].concat();
        let errors = Settings::decode(&text).expect_err("settings with a mistake");
        errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
    }

    #[test]
    fn an_expiration_is_one_that_api_servers_know() {
        assert_eq!(
            errors(r#"{"maxExpirationSeconds":599}"#),
            [
                "rules.serviceAccountToken.maxExpirationSeconds: expected a whole number from 600 to \
              4294967296, found 599"
            ]
        );
    }

    #[test]
    fn what_adds_nothing_is_refused() {
        assert_eq!(
            errors(r#"{"allowAutomount":true,"allowUnset":true}"#),
            ["rules.serviceAccountToken.allowUnset: it adds nothing to `allowAutomount: true`; \
              remove one of them"]
        );
    }
}

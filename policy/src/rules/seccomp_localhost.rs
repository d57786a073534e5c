//! # seccompLocalhost
//!
//! A profile of type `Localhost` is a file below the kubelet's seccomp root
//! (`/var/lib/kubelet/seccomp`). The standards take any: one that permits everything, one that was
//! made for another tenant, one that is not there.
//!
//! ## Allowed values
//!
//! `seccompProfile.localhostProfile` of the pod and of every container: a relative path as plain as
//! it can be written, without empty parts, `.` and `..`. `my..profile.json` is such a path. Before
//! v1.19 the annotations `seccomp.security.alpha.kubernetes.io/pod` and
//! `container.seccomp.security.alpha.kubernetes.io/<container>` are read too, as far as they say
//! `localhost/<profile>`.
//!
//! ## Parameters
//!
//! A profile must fit a pattern of `allow` and be in `inventory`, where they are given. Both compare
//! whole paths: `strict.json` is not `profiles/strict.json`.
//!
//! `{namespace}` in a pattern is the namespace of the pod, letter for letter; where that is not
//! known, the pattern fits nothing. A `*` may not stand beside it, nor be parted from it by letters
//! that a namespace may have: `{namespace}-*.json` would let `shop` use the profiles of `shop-admin`.
//! Write `{namespace}/*.json` or `{namespace}.*.json`.
//!
//! What a folder below the seccomp root holds, its owner decides: keep pods from writing there with
//! `hostPathVolumes`.
//!
//! ## How to fix
//!
//! Name an allowed profile as its path is, or use `RuntimeDefault`.
//!
//! Source: KEP-135; kubernetes.io, "Restrict a Container's Syscalls with seccomp".

use super::app_armor_profile::{ProfileType, listed};
use super::seccomp_profile::obeyed;
use crate::pattern::Pattern;
use crate::pod::{Pod, SeccompProfile};
use crate::report::{Place, Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{Decoder, Path, settings, shown};
use crate::text::{cut, has, parts};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "seccompLocalhost",
    title: "seccomp profiles of the node",
    family: Family::Seccomp,
    fields: &[
        "spec.securityContext.seccompProfile.localhostProfile",
        "spec.containers[*].securityContext.seccompProfile.localhostProfile",
        "metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]",
        "metadata.annotations[container.seccomp.security.alpha.kubernetes.io/*]",
    ],
    fills: &[],
    hardened: Some("a profile is only as good as the folder its name leads to"),
    checks: &[Check {
        id: "seccompLocalhost",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[
            Revision {
                since: Version::v1(0),
                summary: "profiles of the node are named plainly, annotations included",
                check: CheckFn::Pod(check_1_0),
            },
            Revision {
                since: Version::v1(19),
                summary: "annotations are not read",
                check: CheckFn::Pod(check_1_19),
            },
        ],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by are_paths {
        /// Profiles that may be named: patterns in which `{namespace}` is the pod's namespace and `*`
        /// any run of characters but `/`. An empty list: none.
        allow: Option<Vec<Pattern>> = "allow",
        /// The paths of the profiles that are installed on the nodes; any other one is refused.
        inventory: Option<Vec<String>> = "inventory",
    }
}

const NAMESPACE: &str = "{namespace}";

fn are_paths(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    const NO_PATH: &str =
        "` is no path below the seccomp root: write it relative, without empty parts, `.` and `..`";
    const NO_PLACEHOLDER: &str = "` holds another brace than those of `{namespace}`: remove it";
    const AMBIGUOUS: &str =
        "` fits profiles of other namespaces: part `{namespace}` and `*` by `/` or `.`";
    const NO_PATTERN: &str = "` is a pattern: write whole paths here, and patterns in `allow`";
    let mut note = |key: &str, index: usize, text: &str, what: &str| {
        decoder.error(&path.key(key).index(index), ["`", &shown(text), what].concat());
    };
    for (index, pattern) in parameters.allow.iter().flatten().enumerate() {
        let text = pattern.as_str();
        if !is_plain(text) {
            note("allow", index, text, NO_PATH);
        } else if has_other_brace(text) {
            note("allow", index, text, NO_PLACEHOLDER);
        } else if parts(text, b'/').any(is_ambiguous) {
            note("allow", index, text, AMBIGUOUS);
        }
    }
    for (index, text) in parameters.inventory.iter().flatten().enumerate() {
        if !is_plain(text) {
            note("inventory", index, text, NO_PATH);
        } else if text.bytes().any(|byte| matches!(byte, b'*' | b'{' | b'}')) {
            note("inventory", index, text, NO_PATTERN);
        }
    }
}

/// Whether a pattern holds a brace that is not one of `{namespace}`.
fn has_other_brace(mut text: &str) -> bool {
    while let Some((before, rest)) = cut(text, b'{') {
        let Some(rest) = rest.strip_prefix("namespace}").filter(|_| !has(before, b'}')) else {
            return true;
        };
        text = rest;
    }
    has(text, b'}')
}

/// Whether a component of a pattern, made for one namespace, fits what is made for another whose
/// name begins or ends with it.
fn is_ambiguous(component: &str) -> bool {
    if !(has(component, b'{') && has(component, b'*')) {
        return false;
    }
    let pieces = component.split(NAMESPACE).collect::<Vec<_>>();
    let behind = pieces.iter().skip(1).filter_map(|piece| piece.split_once('*'));
    let before = pieces.iter().rev().skip(1).filter_map(|piece| piece.rsplit_once('*'));
    let mut between = behind.map(|(text, _)| text).chain(before.map(|(_, text)| text));
    between.any(|text| text.bytes().all(is_of_namespaces))
}

/// Whether names of namespaces may hold the letter (RFC 1123, a label).
fn is_of_namespaces(letter: u8) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-'
}

/// Whether there is no plainer way to write the path, and it leads below where it starts.
fn is_plain(path: &str) -> bool {
    let is_plain = |part: &str| !matches!(part, "" | "." | "..");
    !path.bytes().any(|byte| byte.is_ascii_control()) && parts(path, b'/').all(is_plain)
}

const NAME: &str = "securityContext.seccompProfile.localhostProfile";

fn check_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    const PREFIX: &str = "localhost/";
    let asked = Asked::new(pod, report);
    for annotation in obeyed(pod) {
        if let Some(path) = annotation.value.strip_prefix(PREFIX) {
            let found = Found { path, text: &annotation.value, prefix: PREFIX };
            asked.judge(&|| pod.at_annotation(&annotation.key), &found, report);
        }
    }
    check_1_19(pod, report);
}

fn check_1_19<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let asked = Asked::new(pod, report);
    if let Some(profile) = &pod.security_context().seccomp_profile {
        asked.judge_field(&|| pod.at(NAME), profile, report);
    }
    for container in pod.containers() {
        if let Some(profile) = &container.security_context().seccomp_profile {
            asked.judge_field(&|| container.at(NAME), profile, report);
        }
    }
}

/// A path that was found, and how it was written.
struct Found<'p> {
    path: &'p str,
    text: &'p str,
    prefix: &'static str,
}

struct Asked<'p> {
    allow: Option<&'p [Pattern]>,
    inventory: Option<&'p [String]>,
    /// The pod's namespace; none where it is not known, or no name of one.
    namespace: Option<&'p str>,
}

impl<'p> Asked<'p> {
    fn new(pod: Pod<'p, '_>, report: &Report<'p>) -> Self {
        let parameters = report.parameters().seccomp_localhost.as_deref();
        let namespace = Some(pod.admission().namespace);
        Self {
            allow: parameters.and_then(|given| given.allow.as_deref()),
            inventory: parameters.and_then(|given| given.inventory.as_deref()),
            namespace: namespace
                .filter(|name| !name.is_empty() && name.bytes().all(is_of_namespaces)),
        }
    }

    fn judge_field(
        &self,
        place: &dyn Fn() -> Place<'p>,
        profile: &'p SeccompProfile<'_>,
        report: &mut Report<'p>,
    ) {
        let path = profile.localhost_profile.as_deref();
        // A name beside another type is refused by `wellFormed`, and judged here in case it is not.
        if path.is_some() || profile.type_ == ProfileType::Localhost.name() {
            let path = path.unwrap_or_default();
            let text = if path.is_empty() { UNSET } else { path };
            self.judge(place, &Found { path, text, prefix: "" }, report);
        }
    }

    fn judge(&self, place: &dyn Fn() -> Place<'p>, found: &Found<'p>, report: &mut Report<'p>) {
        let (allowed, hint) = if !is_plain(found.path) {
            let allowed = "a relative path without empty parts, . and ..";
            (allowed.to_owned(), "name a file below the kubelet's seccomp root".to_owned())
        } else if let Some(allow) = self.allow.filter(|allow| !self.fits(allow, found.path)) {
            let unknown = self.namespace.is_none() && allow.iter().any(is_of_namespace);
            let hint = if unknown {
                "set metadata.namespace: the settings allow profiles by namespace"
            } else {
                "name an allowed profile, by its whole path"
            };
            (listed(allow, found.prefix), hint.to_owned())
        } else if self.inventory.is_some_and(|paths| !paths.iter().any(|path| path == found.path)) {
            ("a profile of the inventory".to_owned(), "install it on the nodes first".to_owned())
        } else {
            return;
        };
        let hint = self.plainer(found).unwrap_or(hint);
        report.violation(place(), found.text, allowed, hint);
    }

    /// What to write instead of a path that is not written plainly, where that would do.
    fn plainer(&self, found: &Found<'_>) -> Option<String> {
        let parts = found.path.split('/').filter(|part| !matches!(*part, "" | "."));
        let plain = parts.collect::<Vec<_>>().join("/");
        let would_do = plain != found.path
            && !found.path.starts_with('/')
            && is_plain(&plain)
            && self.allow.is_none_or(|allow| self.fits(allow, &plain));
        would_do.then(|| ["write ", found.prefix, &plain, ": paths are compared exactly"].concat())
    }

    fn fits(&self, allow: &[Pattern], path: &str) -> bool {
        allow.iter().any(|pattern| {
            if !is_of_namespace(pattern) {
                return pattern.matches_path(path);
            }
            self.namespace.is_some_and(|name| {
                Pattern::new(pattern.as_str().replace(NAMESPACE, name)).matches_path(path)
            })
        })
    }
}

fn is_of_namespace(pattern: &Pattern) -> bool {
    pattern.as_str().contains(NAMESPACE)
}

#[cfg(test)]
mod tests {
    use super::{is_ambiguous, is_plain};
    use crate::settings::Settings;

    #[test]
    fn a_plain_path_has_no_other_spelling() {
        for path in ["a", "a/b.json", "my..profile.json", "a/...", "..a/b..", "a b"] {
            assert!(is_plain(path), "{path}");
        }
        for path in ["", "/", "/a", "a/", "a//b", "./a", "a/.", "a/..", "../a", "..", "a\n", "a\0"]
        {
            assert!(!is_plain(path), "{path:?}");
        }
    }

    #[test]
    fn a_star_near_the_namespace_fits_others() {
        for component in ["{namespace}*", "{namespace}-*.json", "*{namespace}", "*-a{namespace}.x"]
        {
            assert!(is_ambiguous(component), "{component}");
        }
        for component in
            ["{namespace}", "{namespace}.*.json", "*.{namespace}", "team-{namespace}", "*-a"]
        {
            assert!(!is_ambiguous(component), "{component}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for (parameters, expected) in [
            (r#"{"allow":["/profiles/*"]}"#, "allow[0]: `/profiles/*` is no path below"),
            (r#"{"allow":["a.json","profiles/"]}"#, "allow[1]: `profiles/` is no path below"),
            (r#"{"allow":[""]}"#, "allow[0]: `` is no path below"),
            (r#"{"allow":["{{namespace}}/*"]}"#, "allow[0]: `{{namespace}}/*` holds another brace"),
            (r#"{"allow":["{Namespace}/*"]}"#, "allow[0]: `{Namespace}/*` holds another brace"),
            (r#"{"allow":["{namespace}-*"]}"#, "allow[0]: `{namespace}-*` fits profiles of other"),
            (r#"{"inventory":["../a"]}"#, "inventory[0]: `../a` is no path below"),
            (r#"{"inventory":["profiles/*"]}"#, "inventory[0]: `profiles/*` is a pattern"),
        ] {
            let text = format!(r#"{{"rules":{{"seccompLocalhost":{parameters}}}}}"#);
            let errors = Settings::decode(&text).expect_err("settings with a mistake");
            let [error] = &errors[..] else { panic!("{parameters}: {errors:?}") };
            let found = format!("{}: {}", error.path, error.message);
            let expected = format!("rules.seccompLocalhost.{expected}");
            assert!(found.starts_with(&expected), "{parameters}: {found}");
        }
    }
}

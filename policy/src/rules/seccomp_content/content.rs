//! What a profile permits, held against the baseline.

use ringfence_seccomp::{
    Arch, CapSet, Context, Finding, Loader, Order, Place as Where, Profile, Runtime, Severities,
    Severity, Syscall, Weaker, compare, lint, lint_resource, message, parse, resolve,
};

use super::reference::Reference;
use super::settings::{LintSeverity, NodeArch, OciRuntime, Parameters};
use crate::json::decimal;

/// For whom a profile is judged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Holder {
    /// The container's bounding set; the runtime's own, where nobody is known.
    pub caps: Option<CapSet>,
    /// Whether the container may gain privileges.
    pub may_escalate: bool,
}

impl Holder {
    /// Whoever will name the profile.
    pub(super) const ANYBODY: Self = Self { caps: None, may_escalate: false };
}

/// Something found in a profile.
pub(super) struct Found {
    /// Where in the profile: `syscalls[3].args[0]`; empty for the whole.
    pub path: String,
    /// What it is.
    pub what: String,
    /// What would do.
    pub allowed: String,
    /// How to mend it.
    pub mend: &'static str,
    /// Whether it is denied.
    pub is_denied: bool,
    /// Which lint it is, of which call and where.
    key: Option<(&'static str, Option<Syscall>, Where)>,
}

/// The nodes that a profile may be loaded on, for its holder.
pub(super) fn contexts(
    given: Option<&Parameters>,
    loader: Loader,
    holder: Holder,
) -> impl Iterator<Item = Context> {
    const USUAL: &[NodeArch] = &[NodeArch::X86_64, NodeArch::Aarch64];
    let arches = given.and_then(|given| given.architectures.as_deref()).unwrap_or(USUAL);
    let runtime = given.and_then(|given| given.runtime).map(OciRuntime::runtime);
    arches.iter().map(move |arch| context(arch.arch(), loader, runtime, holder))
}

fn context(arch: Arch, loader: Loader, runtime: Option<Runtime>, holder: Holder) -> Context {
    let mut context = Context::new(loader, arch);
    context.runtime = runtime.unwrap_or(context.runtime);
    context.caps = holder.caps.unwrap_or(context.caps);
    context.may_escalate = holder.may_escalate;
    context
}

/// Everything that is found in a profile, on any of the nodes.
pub(super) fn judge(
    profile: &Profile<'_>,
    resource: Option<&parse::Resource<'_>>,
    loader: Loader,
    holder: Holder,
    given: Option<&Parameters>,
) -> Vec<Found> {
    let mut found = Vec::new();
    if let Some(what) = too_long(profile) {
        let (allowed, mend) = ("a profile that can be judged", "name calls once, in few rules");
        found.push(Found {
            path: String::new(),
            what,
            allowed: allowed.into(),
            mend,
            is_denied: true,
            key: None,
        });
        return found;
    }
    let severities = Severities::new();
    if let Some(resource) = resource {
        for finding in lint_resource(resource, &severities) {
            add_lint(&finding, given, &mut found);
        }
    }
    let Some(reference) = Reference::of(given) else { return found };
    let mut more = Vec::new();
    let mut undecided = None;
    for context in contexts(given, loader, holder) {
        let resolved = resolve(profile, &context);
        for finding in lint(profile, &resolved, &context, &severities) {
            add_lint(&finding, given, &mut found);
        }
        let comparison = compare(&resolved, &reference.resolve(&context), Order::Effect);
        more.extend(comparison.weaker.into_iter().filter(|weaker| !is_allowed(weaker, given)));
        undecided = undecided.or(comparison.undecided.first().copied());
    }
    if let Some(what) = weaker(&more) {
        add_weaker(what, reference.name(), &mut found);
    }
    if let Some((arch, number)) = undecided {
        let number = decimal(number as usize);
        let what = ["call ", &number, " on ", arch.name(), " has too many conditions"].concat();
        add_weaker(what, reference.name(), &mut found);
    }
    found
}

/// What profiles of runtimes have far less of: some ten conditions, and five hundred names. A host lets a policy run for a second, and
/// who sends a megabyte of conditions is not waited for.
const MOST_CONDITIONS: usize = 256;
const MOST_NAMES: usize = 1024;

/// Why a profile takes too long to judge.
fn too_long(profile: &Profile<'_>) -> Option<String> {
    let conditions = profile.rules.iter().filter(|rule| !rule.args.is_empty()).count();
    let names = profile.rules.iter().map(|rule| rule.all_names().count()).sum::<usize>();
    if conditions > MOST_CONDITIONS {
        return Some([&decimal(conditions), " rules with conditions"].concat());
    }
    (names > MOST_NAMES).then(|| [&decimal(names), " names of calls"].concat())
}

fn is_allowed(weaker: &Weaker, given: Option<&Parameters>) -> bool {
    let mut allowed = given.into_iter().flat_map(|given| &given.allow_syscalls);
    weaker.call.is_some_and(|call| allowed.any(|name| name.0 == call))
}

/// The first of them in words, and how many others there are: a call counts once, on however many
/// architectures.
pub(super) fn weaker(all: &[Weaker]) -> Option<String> {
    let (first, others) = all.split_first()?;
    let mut text = message::weaker(first);
    let mut calls = vec![first.call];
    for weaker in others {
        if !calls.contains(&weaker.call) {
            calls.push(weaker.call);
        }
    }
    if calls.len() > 1 {
        text.push_str(&["; and ", &decimal(calls.len() - 1), " more"].concat());
    }
    Some(text)
}

fn add_weaker(what: String, reference: &str, found: &mut Vec<Found>) {
    let allowed = ["no weaker than ", reference].concat();
    let mend = "take the calls out, or allow them in the settings";
    found.push(Found { path: String::new(), what, allowed, mend, is_denied: true, key: None });
}

fn add_lint(finding: &Finding, given: Option<&Parameters>, found: &mut Vec<Found>) {
    let is_one =
        |list: &[super::settings::LintId]| list.iter().any(|named| named.0.id == finding.lint.id);
    let deny_from = given.and_then(|given| given.deny_from).map(LintSeverity::severity);
    let is_forbidden = given.is_some_and(|given| is_one(&given.forbid));
    let is_compared = COMPARED.contains(&finding.lint.id);
    let is_denied =
        is_forbidden || (!is_compared && finding.severity >= deny_from.unwrap_or(Severity::Error));
    let is_allowed = given.is_some_and(|given| is_one(&given.allow));
    let is_told = !is_compared && finding.severity > Severity::Info;
    if !is_forbidden && (is_allowed || (!is_denied && !is_told)) {
        return;
    }
    let allowed = ["nothing of ", finding.lint.id].concat();
    let mend = finding.lint.documentation().mend;
    // Said of one architecture, it is not said of the next one again.
    let key = (finding.lint.id, finding.call, finding.place);
    if found.iter().any(|known| known.key == Some(key)) {
        return;
    }
    let (path, what) = (finding.place.path(), message::finding(finding));
    found.push(Found { path, what, allowed, mend, is_denied, key: Some(key) });
}

/// Lints of single calls, which the baseline is asked about in any case.
const COMPARED: &[&str] = &["SC-CLONE-NS", "SC-DANGER", "SC-UNSHARE"];

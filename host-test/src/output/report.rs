//! What is told of a run, in whichever form.

use crate::answer::{Verdict, Violation, Waived};
use crate::judge::{Judged, Summary};
use crate::manifest::{Sources, Unread};
use crate::yaml::Place;
use ringfence_policy::find_rule;

/// All there is to tell of a run.
#[derive(Clone, Copy, Debug)]
pub struct Report<'r> {
    /// The resources, in the order of their files.
    pub judged: &'r [Judged],
    /// What could not be read.
    pub unread: &'r [Unread],
    /// The rules that the settings ignore.
    pub ignored: &'r [&'static str],
    /// The lines that findings are about.
    pub sources: &'r Sources,
    /// Whether lines and columns mean anything to people: they do in files, not in a cluster.
    pub has_places: bool,
}

/// One thing to tell of a resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'r> {
    pub(super) judged: &'r Judged,
    pub(super) what: What<'r>,
}

/// What it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum What<'r> {
    /// A violation.
    Found(&'r Violation, Place),
    /// One that an exemption lets pass.
    Waived(&'r Waived, Place),
    /// Denied, with the policy's words, which name no violation.
    Denied(&'r str),
    /// Violations that the answer counts and does not list.
    Unlisted(usize),
    /// No answer, and why.
    NotJudged(&'r str),
}

impl<'r> Report<'r> {
    pub(super) fn summary(&self) -> Summary {
        Summary::of(self.judged, self.unread.len())
    }

    /// Everything that is told of the resources, in their order.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry<'r>> {
        self.judged.iter().flat_map(entries)
    }
}

/// Everything that is told of a resource.
pub(super) fn entries(judged: &Judged) -> impl Iterator<Item = Entry<'_>> {
    let message = judged.message.as_deref().unwrap_or("the policy does not say why");
    let alone = match judged.verdict {
        Verdict::Error => Some(What::NotJudged(message)),
        Verdict::Denied if judged.violations.is_empty() => Some(What::Denied(message)),
        _ => None,
    };
    let found = judged.violations.iter().map(|(found, place)| What::Found(found, *place));
    let unlisted = (judged.unlisted > 0).then_some(What::Unlisted(judged.unlisted));
    let waived = judged.waived.iter().map(|(waived, place)| What::Waived(waived, *place));
    let all = alone.into_iter().chain(found).chain(unlisted).chain(waived);
    all.map(move |what| Entry { judged, what })
}

/// `Deployment shop/web`.
pub(super) fn title(judged: &Judged) -> String {
    let name = judged.resource.name.as_deref().unwrap_or("(no name)");
    match &judged.namespace {
        Some(namespace) if judged.resource.kind != "Namespace" => {
            format!("{} {namespace}/{name}", judged.resource.kind)
        }
        _ => format!("{} {name}", judged.resource.kind),
    }
}

/// A violation in one line, without where it is.
pub(super) fn sentence(found: &Violation) -> String {
    let container = found.container.as_ref();
    let container = container.map(|it| format!(" (container {}, image {})", it.name, it.image));
    let hint = if found.hint.is_empty() { String::new() } else { format!("; {}", found.hint) };
    format!(
        "{}{}: found {}, allowed {}{hint}",
        found.path,
        container.unwrap_or_default(),
        found.found,
        found.allowed
    )
}

/// Where a rule of this policy is documented; none for one of another policy.
pub fn documentation(rule: &str) -> Option<String> {
    let (repository, version) = (env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"));
    let rule = find_rule(rule)?;
    Some(format!("{repository}/blob/v{version}/docs/rules/{}.md", rule.id))
}

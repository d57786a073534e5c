//! What is wrong with a profile, or worth knowing of it.
//!
//! The resolver already knows what has no effect and what would keep a container from starting; the
//! rest is asked of the resolved tables, so that a finding is about what happens, not about words.

mod calls;
mod catalogue;
mod denylist;
mod dropped;
mod resource;
mod top;
mod values;

pub use catalogue::LINTS;
pub use resource::lint_resource;

use crate::action::{Action, ActionName, Effect};
use crate::arch::Arch;
use crate::context::{Context, Version};
use crate::facts::DangerGroup;
use crate::profile::{KeyKind, Place, Profile};
use crate::resolve::{DropReason, FatalReason, Resolved};
use crate::simulate::Call;
use crate::table::Syscall;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Likely a mistake.
    Warning,
    /// A hole, or a profile that does not work.
    Error,
}

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lint {
    /// How settings and suppressions name it.
    pub id: &'static str,
    /// How much it matters where nobody says otherwise.
    pub severity: Severity,
}

/// What is to be said of a lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Documentation {
    /// The lint's id.
    pub id: &'static str,
    /// What is found.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub mend: &'static str,
}

impl Lint {
    /// The lint of that id.
    pub fn from_id(id: &str) -> Option<&'static Self> {
        LINTS.iter().find(|lint| lint.id == id)
    }
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub lint: &'static Lint,
    /// How much it matters.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// The call it is about.
    pub call: Option<Syscall>,
    /// The architecture, where it is not about all.
    pub arch: Option<Arch>,
    /// What else is known.
    pub fact: Fact,
}

/// What a finding knows beside its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Nothing.
    None,
    /// A word of the profile.
    Text(String),
    /// An action.
    Action(Action),
    /// An action by its name.
    Name(ActionName),
    /// A name that no call has, and the nearest that one has.
    Typo(String, Option<Syscall>),
    /// The libseccomp that learned the name.
    Since(Version),
    /// A key.
    Key(String, KeyKind),
    /// Why a container does not start.
    Fatal(FatalReason),
    /// Why something has no effect.
    Dropped(DropReason),
    /// A call that shows it, and what happens to it.
    Shown(Call, Action),
    /// A dangerous call that is executed, with these arguments; capabilities the kernel asks for, and
    /// whether the container has one of them.
    Danger(DangerGroup, Call, &'static [&'static str], bool),
    /// A call that is denied, and those by which the same can be done.
    Instead(Syscall, Vec<Syscall>),
    /// Calls.
    Calls(Vec<Syscall>),
    /// An argument of several conditions.
    Arg(u64),
    /// A number that is too large.
    Size(usize),
}

/// Severities by id, or by id and call; what is not named keeps its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Severities(Vec<Set>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Set {
    id: &'static str,
    call: Option<Syscall>,
    severity: Option<Severity>,
}

impl Severities {
    /// Those of the catalogue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets one: of a lint (`SC-DANGER`), or of a lint and a call (`SC-DANGER:mount`), which precedes.
    /// `None` leaves the findings out.
    ///
    /// # Errors
    /// The id, where no lint or no call has it.
    pub fn set(&mut self, id: &str, severity: Option<Severity>) -> Result<(), String> {
        let (name, call) = match id.split_once(':') {
            Some((name, call)) => {
                (name, Some(Syscall::from_name(call).ok_or_else(|| id.to_owned())?))
            }
            None => (id, None),
        };
        let id = Lint::from_id(name).ok_or_else(|| id.to_owned())?.id;
        self.0.retain(|set| set.id != id || set.call != call);
        self.0.push(Set { id, call, severity });
        Ok(())
    }

    fn of(&self, lint: &Lint, call: Option<Syscall>, usual: Severity) -> Option<Severity> {
        let set = |call| self.0.iter().find(|set| set.id == lint.id && set.call == call);
        let by_call = call.and_then(|call| set(Some(call)));
        by_call.or_else(|| set(None)).map_or(Some(usual), |set| set.severity)
    }
}

/// What is being looked at, and what was found.
struct Linter<'l, 'a> {
    profile: &'l Profile<'a>,
    resolved: &'l Resolved,
    context: &'l Context,
    severities: &'l Severities,
    findings: Vec<Finding>,
    /// Names so far that no call has.
    typos: usize,
}

/// Looks for everything in the catalogue that is about a profile.
///
/// `resolved` is `profile` resolved for `context`. Findings come in the order of the catalogue's
/// groups, within a rule in document order.
pub fn lint(
    profile: &Profile<'_>,
    resolved: &Resolved,
    context: &Context,
    severities: &Severities,
) -> Vec<Finding> {
    let findings = Vec::new();
    let mut linter = Linter { profile, resolved, context, severities, findings, typos: 0 };
    top::check(&mut linter);
    dropped::check(&mut linter);
    if !resolved.is_void {
        values::check(&mut linter);
        denylist::check(&mut linter);
        calls::check(&mut linter);
    }
    linter.findings
}

impl Linter<'_, '_> {
    /// Reports a finding about the profile.
    fn top(&mut self, id: &str, at: usize, fact: Fact) {
        self.add(id, None, Place { at, ..Place::default() }, None, None, fact);
    }

    /// Reports a finding about a rule.
    fn rule(&mut self, id: &str, place: Place, call: Option<Syscall>, fact: Fact) {
        self.add(id, None, place, call, None, fact);
    }

    /// Reports a finding about a call, on the first architecture that shows it.
    fn call(&mut self, id: &str, call: Syscall, arch: Arch, fact: Fact) {
        let is_it = |old: &Finding| old.lint.id == id && old.call == Some(call);
        if self.findings.iter().any(is_it) {
            return;
        }
        self.add(id, None, self.place_of(call, arch), Some(call), Some(arch), fact);
    }

    /// Reports a finding, at another severity than its usual one where one is given.
    fn add(
        &mut self,
        id: &str,
        severity: Option<Severity>,
        place: Place,
        call: Option<Syscall>,
        arch: Option<Arch>,
        fact: Fact,
    ) {
        let Some(lint) = Lint::from_id(id) else {
            return;
        };
        let usual = severity.unwrap_or(lint.severity);
        let is_new = |old: &Finding| {
            old.lint.id != lint.id || old.place != place || old.call != call || old.fact != fact
        };
        if let Some(severity) = self.severities.of(lint, call, usual)
            && self.findings.iter().all(is_new)
        {
            self.findings.push(Finding { lint, severity, place, call, arch, fact });
        }
    }

    /// The rule that decides about a call, where one does.
    fn place_of(&self, call: Syscall, arch: Arch) -> Place {
        use crate::resolve::Decision;
        let decision = self.resolved.filter(arch).and_then(|filter| filter.entry_of(call));
        match decision {
            Some(Decision::Always { rule, .. }) => self.profile.place(*rule),
            Some(Decision::If(cases)) => {
                cases.first().map_or_else(Place::default, |case| self.profile.place(case.rule))
            }
            None => Place::default(),
        }
    }

    /// Whether what is not named is executed.
    fn is_deny_list(&self) -> bool {
        !self.resolved.is_void && self.resolved.default.effect() == Effect::Executed
    }

    /// The first architecture, that of the node before others, on which a call is executed with some
    /// arguments, and these.
    fn executed(&self, call: Syscall) -> Option<Call> {
        self.resolved.filters.iter().find_map(|filter| {
            let number = call.number(filter.arch)?;
            let args = crate::compare::may_execute(self.resolved, filter.arch, number)?;
            Some(Call { arch: filter.arch, number, args })
        })
    }

    /// The first architecture on which a call is executed with these arguments.
    fn executed_with(&self, call: Syscall, args: [u64; 6]) -> Option<Call> {
        self.resolved.filters.iter().find_map(|filter| {
            let number = call.number(filter.arch)?;
            let verdict = filter.decide(number, &args);
            let is_executed = verdict.action.effect() == Effect::Executed;
            is_executed.then_some(Call { arch: filter.arch, number, args })
        })
    }
}

#[cfg(test)]
mod tests;

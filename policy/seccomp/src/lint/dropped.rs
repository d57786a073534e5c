//! What the resolver found: what has no effect, and what keeps a container from starting.

use super::{Fact, Linter, Severity};
use crate::action::{Action, ActionName};
use crate::profile::{Place, Rule};
use crate::resolve::{Decision, DropReason, Dropped, FatalReason};
use crate::table::Syscall;

pub(super) fn check(linter: &mut Linter<'_, '_>) {
    for fatal in &linter.resolved.fatal {
        let id = match fatal.reason {
            FatalReason::Exists(_) => "SC-EEXIST",
            FatalReason::ErrnoRange => "SC-ERRNO-RANGE",
            FatalReason::ArgIndex => "SC-ARGINDEX",
            FatalReason::Arch | FatalReason::BothArchitectures => "SC-BADARCH",
            FatalReason::Flag => "SC-FLAG",
            FatalReason::NoListener => "SC-LISTENER",
            FatalReason::ErrnoUnused => "SC-ERRNO-UNUSED",
            // The lint about defaults says it.
            FatalReason::NotifyDefault => continue,
            _ => "SC-INVALID",
        };
        let severity = Some(Severity::Error);
        linter.add(id, severity, fatal.place, None, None, Fact::Fatal(fatal.reason));
    }
    for dropped in &linter.resolved.dropped {
        without_effect(linter, dropped);
    }
    for (index, rule) in linter.profile.rules.iter().enumerate() {
        words(linter, rule, linter.profile.place(index));
    }
}

/// Mistakes that a rule's own words show.
fn words(linter: &mut Linter<'_, '_>, rule: &Rule<'_>, place: Place) {
    let action = rule.action.as_ref().and_then(|action| action.value);
    if action == Some(ActionName::Errno) && rule.errno_ret == Some(0) {
        linter.rule("SC-ERRNO0", place, None, Fact::Action(Action::Errno(0)));
    }
    if let Some(name) = action.filter(|name| !name.has_errno() && rule.errno_ret.is_some()) {
        linter.rule("SC-ERRNO-UNUSED", place, None, Fact::Name(name));
    }
    if matches!(action, Some(ActionName::Kill | ActionName::KillThread)) {
        linter.rule("SC-KILLTHREAD", place, None, Fact::None);
    }
    for (at, arg) in rule.args.iter().enumerate() {
        let before = rule.args.iter().take(at).filter(|before| before.index == arg.index);
        // The first one too many tells it.
        if before.count() == 1 {
            let place = Place { arg: Some(at), at: arg.at, ..place };
            linter.rule("SC-DUPARG", place, None, Fact::Arg(arg.index));
        }
    }
}

fn without_effect(linter: &mut Linter<'_, '_>, dropped: &Dropped) {
    let fact = Fact::Dropped(dropped.reason);
    let mine = rank(linter, dropped.place.rule);
    match dropped.reason {
        DropReason::UnknownName => unknown(linter, dropped.place),
        DropReason::Beyond6 => linter.rule("SC-ARGCOUNT", dropped.place, None, fact),
        DropReason::SameAsDefault => {
            let is_lost = dropped.call.is_some_and(|call| permits_more(linter, call));
            let severity = if is_lost { Severity::Error } else { Severity::Warning };
            let (place, call) = (dropped.place, dropped.call);
            linter.add("SC-NOOP-DEFAULT", Some(severity), place, call, None, fact);
        }
        DropReason::Shadowed(by) | DropReason::Overridden(by) | DropReason::Covered(by) => {
            let severity =
                if mine < rank(linter, Some(by)) { Severity::Error } else { Severity::Warning };
            let mut place = dropped.place;
            if place.at == 0 {
                place.at = place.rule.map_or(0, |rule| linter.profile.place(rule).at);
            }
            linter.add("SC-SHADOW", Some(severity), place, dropped.call, dropped.arch, fact);
        }
        _ => {}
    }
}

/// How permissive a rule is.
fn rank(linter: &Linter<'_, '_>, rule: Option<usize>) -> u8 {
    let rule = rule.and_then(|rule| linter.profile.rules.get(rule));
    let name = rule.and_then(|rule| rule.action.as_ref()).and_then(|action| action.value);
    name.map_or(0, |name| name.with(1).rank())
}

/// Whether another rule lets more of a call through than the default would.
fn permits_more(linter: &Linter<'_, '_>, call: Syscall) -> bool {
    let default = linter.resolved.default.rank();
    linter.resolved.filters.iter().any(|filter| match filter.entry_of(call) {
        Some(Decision::Always { action, .. }) => action.rank() > default,
        Some(Decision::If(cases)) => cases.iter().any(|case| case.action.rank() > default),
        None => false,
    })
}

/// Names for which the nearest call is looked for: the distance to each of some five hundred.
const SUGGESTED: usize = 20;

fn unknown(linter: &mut Linter<'_, '_>, place: Place) {
    let rule = place.rule.and_then(|rule| linter.profile.rules.get(rule));
    let Some(rule) = rule else {
        return;
    };
    let name = match place.name {
        Some(at) => rule.names.get(at),
        None => rule.name.as_ref(),
    };
    let Some(name) = name else {
        return;
    };
    let call = Syscall::from_name(&name.text);
    let fact = match call {
        Some(call) => Fact::Since(call.since()),
        None => {
            let is_looked_for = linter.typos < SUGGESTED;
            linter.typos += 1;
            let nearest = is_looked_for.then(|| Syscall::nearest(&name.text)).flatten();
            Fact::Typo(name.text.clone().into_owned(), nearest)
        }
    };
    let severity = linter.is_deny_list().then_some(Severity::Error);
    linter.add("SC-UNKNOWN-NAME", severity, place, call, None, fact);
}

//! A profile as a picture: every call of an architecture by kind, allowed, conditional or denied, and
//! how that differs from a baseline.

mod conditions;
pub mod groups;
#[cfg(test)]
mod tests;

use crate::action::{Action, Effect};
use crate::arch::Arch;
use crate::compare::{Change, Comparison, Order, Weaker, compare, diff};
use crate::message;
use crate::resolve::{ArchFilter, Case, Decision, Resolved};
use crate::table::Syscall;
use groups::GROUPS;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Executed whatever its arguments.
    Allowed,
    /// As its arguments are, or as a supervisor or tracer decides.
    Conditional,
    /// Not executed.
    Denied,
}

/// How a call differs from the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It permits more.
    Opened,
    /// It permits less.
    Closed,
    /// More with some arguments and less with others.
    Both,
}

/// A call on the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its name.
    pub name: &'static str,
    /// What becomes of it.
    pub state: State,
    /// The same in words: actions, and conditions where there are some.
    pub detail: String,
    /// The same in the baseline, where that differs.
    pub baseline: Option<String>,
    /// How it differs from the baseline.
    pub difference: Option<Difference>,
    /// Why it is dangerous; only where it may be executed.
    pub danger: Option<&'static str>,
}

/// Calls of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What they are for.
    pub title: &'static str,
    /// The calls that the architecture has.
    pub cells: Vec<Cell>,
}

impl State {
    /// All of them, in the order of the sheet.
    pub const ALL: [Self; 3] = [Self::Allowed, Self::Conditional, Self::Denied];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Conditional => "conditional",
            Self::Denied => "denied",
        }
    }

    /// Its sign: colours are not seen by everybody.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Allowed => "✓",
            Self::Conditional => "◐",
            Self::Denied => "✕",
        }
    }
}

impl Difference {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Opened, Self::Closed, Self::Both];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Closed => "closed",
            Self::Both => "changed",
        }
    }

    /// Its sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Opened => "▲",
            Self::Closed => "▼",
            Self::Both => "◆",
        }
    }

    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Opened => "permits more than the baseline",
            Self::Closed => "permits less than the baseline",
            Self::Both => "permits more with some arguments and less with others",
        }
    }
}

/// What two profiles treat differently, told by what comes of it: of two ways to deny a call neither
/// permits more.
pub fn between(left: &Resolved, right: &Resolved) -> Vec<Change> {
    let (more, less) = (compare(left, right, Order::Effect), compare(right, left, Order::Effect));
    let has = |comparison: &Comparison, change: &Change| {
        // Of the numbers that no call has, each comparison tells the first that shows it.
        let is_it = |weaker: &Weaker| weaker.arch == change.arch && weaker.call == change.call;
        comparison.weaker.iter().any(is_it)
            || comparison.undecided.contains(&(change.arch, change.number))
    };
    let tell = |change: Change| Change {
        left_is_weaker: change.left_is_weaker && has(&more, &change),
        right_is_weaker: change.right_is_weaker && has(&less, &change),
        ..change
    };
    diff(left, right).into_iter().map(tell).collect()
}

/// Fills in what becomes of every call of an architecture, and the differences to a baseline that is
/// resolved for the same node and container.
pub fn sections(resolved: &Resolved, arch: Arch, baseline: Option<&Resolved>) -> Vec<Section> {
    let changes = baseline.map(|baseline| between(resolved, baseline)).unwrap_or_default();
    let difference = |call: Syscall| {
        let is_it = |change: &&Change| change.arch == arch && change.call == Some(call);
        changes.iter().find(is_it).and_then(|change| {
            match (change.left_is_weaker, change.right_is_weaker) {
                (true, false) => Some(Difference::Opened),
                (false, true) => Some(Difference::Closed),
                (true, true) => Some(Difference::Both),
                // Another errno permits nothing else.
                (false, false) => None,
            }
        })
    };
    let cell = |call: Syscall| {
        let (state, detail) = outcome(resolved, arch, call)?;
        let danger = (state != State::Denied).then(|| groups::danger(call)).flatten();
        let difference = difference(call);
        let there = baseline.filter(|_| difference.is_some());
        let baseline = there.and_then(|there| outcome(there, arch, call)).map(|(_, detail)| detail);
        let danger = danger.map(|danger| message::danger(danger.group));
        Some(Cell { name: call.name(), state, detail, baseline, difference, danger })
    };
    let section = |group: &groups::Group| {
        let mut cells: Vec<Cell> = group.calls().filter_map(cell).collect();
        cells.sort_by_key(|cell| (cell.state, cell.name));
        Section { title: group.title, cells }
    };
    GROUPS.iter().map(section).filter(|section| !section.cells.is_empty()).collect()
}

/// What becomes of a call, and in words; `None` where the architecture has not got it.
fn outcome(resolved: &Resolved, arch: Arch, call: Syscall) -> Option<(State, String)> {
    let number = call.number(arch)?;
    let plain = |action: Action, detail: String| {
        let state = match action.effect() {
            Effect::Executed => State::Allowed,
            Effect::Denied => State::Denied,
            Effect::Supervised | Effect::Traced => State::Conditional,
        };
        Some((state, detail))
    };
    match resolved.filter(arch) {
        Some(filter) if !resolved.is_void && !filter.is_no_such_call(number) => {
            match filter.entry(number) {
                Some(Decision::If(cases)) => Some(conditional(filter, cases)),
                _ => {
                    let verdict = filter.decide(number, &[0; 6]);
                    plain(verdict.action, message::verdict(&verdict))
                }
            }
        }
        _ => {
            let verdict = resolved.decide(arch, number, &[0; 6]);
            plain(verdict.action, message::verdict(&verdict))
        }
    }
}

/// A call that conditions are about: they may all come to the same.
fn conditional(filter: &ArchFilter, cases: &[Case]) -> (State, String) {
    let effects = cases.iter().map(|case| case.action.effect()).chain([filter.default.effect()]);
    let is_all = |effect: Effect| effects.clone().all(|other| other == effect);
    let state = if is_all(Effect::Executed) {
        State::Allowed
    } else if is_all(Effect::Denied) {
        State::Denied
    } else {
        State::Conditional
    };
    let tell =
        |case: &Case| format!("{} if {}", message::action(case.action), conditions::case(case));
    let mut told: Vec<String> = cases.iter().map(tell).collect();
    told.push(format!("else {}", message::action(filter.default)));
    (state, told.join("; "))
}

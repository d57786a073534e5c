//! The table of an architecture, and what it says of a call.

use super::test::{Test, ones};
use crate::action::Action;
use crate::arch::Arch;
use crate::errno::ENOSYS;
use crate::op::Op;
use crate::table::Syscall;

/// What the filter does with calls of one architecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchFilter {
    /// The architecture.
    pub arch: Arch,
    /// What happens to a call that no rule matches.
    pub default: Action,
    /// runc: calls of higher numbers answer ENOSYS, before any rule.
    pub enosys_above: Option<u32>,
    /// Whether rules are about calls that the architecture has not got, and libseccomp keeps them
    /// in its list all the same.
    pub has_phantoms: bool,
    /// The calls that rules are about, by number; x32's numbers have bit 30.
    pub entries: Vec<(u32, Decision)>,
}

/// What the rules say of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The same whatever its arguments.
    Always {
        /// What happens.
        action: Action,
        /// By which rule.
        rule: usize,
    },
    /// As its arguments are; the default where none of the cases is.
    If(Vec<Case>),
}

/// A rule's conditions: all must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// By argument, no two on one.
    pub conds: Vec<Cond>,
    /// What happens then.
    pub action: Action,
    /// By which rule.
    pub rule: usize,
}

/// A condition as libseccomp keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cond {
    /// Which argument, from 0 to 5.
    pub arg: u8,
    /// The comparison, as written: libseccomp tells `> 4` from `>= 5`.
    pub op: Op,
    /// The bits that are compared.
    pub mask: u64,
    /// What they are compared with.
    pub datum: u64,
}

impl Cond {
    /// The values it lets pass.
    pub fn test(&self, width: u32) -> Test {
        Test::new(self.op, self.mask, self.datum, width)
    }
}

impl Case {
    /// Whether the arguments fit.
    pub fn matches(&self, args: &[u64; 6], width: u32) -> bool {
        self.conds.iter().all(|cond| {
            let value = args.get(usize::from(cond.arg)).copied().unwrap_or_default();
            cond.test(width).passes(value & ones(width))
        })
    }
}

/// What happens to a call, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What happens; where rules are ambiguous, the most permissive of what they say.
    pub action: Action,
    /// Why.
    pub why: Why,
}

/// Why something happens to a call. Numbers are those of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// There is no filter.
    NoFilter,
    /// The filter has not got the architecture.
    NotInFilter,
    /// The number is above every one the profile names: runc answers before the rules.
    NoSuchCall,
    /// No rule is about the call.
    NotNamed,
    /// Rules are about the call, and none fits its arguments.
    NoneFits(Vec<usize>),
    /// A rule without conditions.
    Rule(usize),
    /// Rules whose conditions hold.
    Conditions(Vec<usize>),
    /// Rules whose conditions hold and that say different things: what libseccomp makes of them
    /// depends on its version.
    Ambiguous(Vec<(usize, Action)>),
}

impl ArchFilter {
    /// What the rules say of a call.
    pub fn entry(&self, number: u32) -> Option<&Decision> {
        let at = self.entries.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.entries.get(at).map(|(_, decision)| decision)
    }

    /// What the rules say of a call by name.
    pub fn entry_of(&self, call: Syscall) -> Option<&Decision> {
        call.number(self.arch).and_then(|number| self.entry(number))
    }

    /// Whether runc answers ENOSYS before any rule. Its stub compares numbers, and `setup`, number 0
    /// of s390, stands for every number too large for the instruction there.
    pub fn is_no_such_call(&self, number: u32) -> bool {
        let is_setup = self.arch.is_big_endian() && number == 0;
        self.enosys_above.is_some_and(|highest| number > highest || is_setup)
    }

    /// What happens to a call.
    pub fn decide(&self, number: u32, args: &[u64; 6]) -> Verdict {
        if self.is_no_such_call(number) {
            return Verdict { action: Action::Errno(ENOSYS), why: Why::NoSuchCall };
        }
        match self.entry(number) {
            None => Verdict { action: self.default, why: Why::NotNamed },
            Some(Decision::Always { action, rule }) => {
                Verdict { action: *action, why: Why::Rule(*rule) }
            }
            Some(Decision::If(cases)) => self.choose(cases, args),
        }
    }

    fn choose(&self, cases: &[Case], args: &[u64; 6]) -> Verdict {
        let fits = |case: &&Case| case.matches(args, self.arch.width());
        let found = cases.iter().filter(fits).collect::<Vec<_>>();
        let Some(first) = found.first() else {
            let rules = cases.iter().map(|case| case.rule).collect();
            return Verdict { action: self.default, why: Why::NoneFits(rules) };
        };
        if found.iter().all(|case| case.action == first.action) {
            let rules = found.iter().map(|case| case.rule).collect();
            return Verdict { action: first.action, why: Why::Conditions(rules) };
        }
        let action = found.iter().fold(first.action, |action, case| action.weaker(case.action));
        let rules = found.iter().map(|case| (case.rule, case.action)).collect();
        Verdict { action, why: Why::Ambiguous(rules) }
    }
}

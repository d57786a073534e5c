//! Which of several rules about one call counts: libseccomp's rule database.
//!
//! It is neither "the first match wins" nor "the most specific wins". A rule without conditions
//! beats those with some wherever it stands; of several without, the first holds; the same
//! conditions with another action are refused; otherwise cases stand beside each other.
//! Source: libseccomp, `db.c`: `db_rule_add`, `_db_tree_add`, `_db_tree_prune`; `syscalls.c`:
//! `abi_rule_add`.

use super::filter::{ArchFilter, Case, Cond, Decision};
use super::test::ones;
use crate::action::Action;
use crate::arch::Arch;
use crate::op::Op;
use crate::table::Multiplexed;

/// A condition as a profile writes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    /// From 0 to 5.
    pub arg: u8,
    pub op: Op,
    pub value: u64,
    pub two: u64,
}

/// A rule to be added to a table.
pub(super) struct Draft(Case);

impl Draft {
    /// The conditions in the architecture's width. Through a multiplexer the first argument is the
    /// number of the call, whatever the rule asks of it.
    pub(super) fn new(
        conds: &[Written],
        by: Option<Multiplexed>,
        arch: Arch,
        action: Action,
        rule: usize,
    ) -> Self {
        let all = ones(arch.width());
        let mut list = Vec::with_capacity(conds.len() + 1);
        if let Some(by) = by {
            list.push(Cond { arg: 0, op: Op::Eq, mask: all, datum: by.number.into() });
        }
        for Written { arg, op, value, two } in conds {
            if by.is_some() && *arg == 0 {
                continue;
            }
            let (mask, datum) = match op {
                Op::MaskedEq => (value & all, two & value & all),
                _ => (all, value & all),
            };
            // A mask of nothing asks nothing: libseccomp leaves it out.
            if mask != 0 {
                list.push(Cond { arg: *arg, op: *op, mask, datum });
            }
        }
        Self(Case { conds: list, action, rule })
    }
}

/// What became of a rule. Numbers are those of other rules.
pub(super) enum Added {
    Yes,
    /// It took the place of cases.
    InPlaceOf(Vec<usize>),
    Shadowed(usize),
    Covered(usize),
    Repeated(usize),
    /// libseccomp refuses it.
    Exists(usize),
}

pub(super) fn add(filter: &mut ArchFilter, number: u32, draft: Draft) -> Added {
    let Draft(case) = draft;
    let found = filter.entries.binary_search_by_key(&number, |(number, _)| *number);
    let decision = match found {
        Ok(at) => filter.entries.get_mut(at).map(|(_, decision)| decision),
        Err(at) => {
            let decision = if case.conds.is_empty() {
                Decision::Always { action: case.action, rule: case.rule }
            } else {
                Decision::If(vec![case])
            };
            filter.entries.insert(at, (number, decision));
            return Added::Yes;
        }
    };
    match decision {
        None => Added::Yes,
        Some(Decision::Always { action, rule }) => {
            if *action == case.action {
                Added::Repeated(*rule)
            } else {
                Added::Shadowed(*rule)
            }
        }
        Some(decision @ Decision::If(_)) if case.conds.is_empty() => {
            let always = Decision::Always { action: case.action, rule: case.rule };
            let Decision::If(cases) = std::mem::replace(decision, always) else {
                return Added::Yes;
            };
            let others = cases.iter().filter(|old| old.action != case.action);
            Added::InPlaceOf(others.map(|old| old.rule).collect())
        }
        Some(Decision::If(cases)) => beside(cases, case),
    }
}

/// Adds a case to others.
fn beside(cases: &mut Vec<Case>, case: Case) -> Added {
    for old in cases.iter() {
        let is_same = old.action == case.action;
        if old.conds == case.conds {
            return if is_same { Added::Repeated(old.rule) } else { Added::Exists(old.rule) };
        }
        if case.conds.starts_with(&old.conds) {
            return if is_same { Added::Repeated(old.rule) } else { Added::Covered(old.rule) };
        }
        if !is_same && old.conds.starts_with(&case.conds) {
            return Added::Exists(old.rule);
        }
    }
    cases.push(case);
    Added::Yes
}

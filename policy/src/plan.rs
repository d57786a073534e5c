//! Which revision of which check is asked, and what follows from it: settings, resolved.

use crate::json::{FEW, same};
use crate::rule::{Check, CheckFn, Level, Revision, Rule};
use crate::rules::{ONLY, RULES};
use crate::settings::{Action, Settings};
use crate::standards::Standard;
use crate::text::is_one_of;

/// One check to be asked.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub rule: &'static Rule,
    pub check: &'static Check,
    pub revision: &'static Revision,
    pub action: Action,
    /// Whether the settings give the rule parameters.
    has_parameters: bool,
}

/// The checks that the settings ask for, in registry order: of each rule those of its level and of
/// the ones below it, less those that a stronger check replaces.
pub(crate) fn steps(settings: &Settings) -> Vec<Step> {
    steps_at(settings, settings.standard())
}

/// The same, with another profile and version than those of the settings.
pub(crate) fn steps_at(settings: &Settings, standard: Standard) -> Vec<Step> {
    let mut steps = Vec::with_capacity(2 * RULES.len());
    // The places of steps that replace others; there are few.
    let mut replacing = Vec::with_capacity(FEW);
    for (index, rule) in RULES.iter().enumerate() {
        add(settings, standard, index, rule, &mut steps, &mut replacing);
    }
    let mut is_any_replaced = false;
    for at in replacing {
        let Some(one) = steps.get(at).copied() else { continue };
        for id in one.check.overrides.iter().filter(|id| !one.rule.has_check(id)) {
            let other = steps.iter_mut().find(|step| same(id.as_bytes(), step.check.id));
            if let Some(other) = other.filter(|other| replaces(&one, other)) {
                other.action = Action::Ignore;
                is_any_replaced = true;
            }
        }
    }
    if is_any_replaced {
        steps.retain(|step| step.action != Action::Ignore);
    }
    steps
}

/// The check of custom resources themselves, of what is missing from them. It is asked at its
/// level, and wherever a check of pods is: what that is asked of must be found first.
pub(crate) fn step_of_custom_resources(steps: &[Step], settings: &Settings) -> Option<Step> {
    let is_it = |revision: &Revision| matches!(revision.check, CheckFn::CustomResource(_));
    if let Some(step) = steps.iter().find(|step| is_it(step.revision)) {
        return Some(*step);
    }
    let is_of_pods = |step: &&Step| step.revision.check.each().iter().any(CheckFn::is_of_pods);
    steps.iter().find(is_of_pods)?;
    RULES.iter().enumerate().find_map(|(index, rule)| {
        let action = settings.action_of(index);
        let checks = rule.checks.iter().filter(|_| action != Action::Ignore);
        checks.flat_map(|check| check.revisions.iter().map(move |it| (check, it))).find_map(
            |(check, revision)| {
                let step = Step { rule, check, revision, action, has_parameters: false };
                is_it(revision).then_some(step)
            },
        )
    })
}

/// Whether one rule's check answers what another rule's asks, which it overrides.
///
/// A check of a rule whose action is weaker replaces nothing: to be warned of volume types is not
/// to be admitted with a folder of the node. Nor does one replace another where either rule has
/// parameters: they no longer ask the same.
fn replaces(one: &Step, other: &Step) -> bool {
    one.action >= other.action && !one.has_parameters && !other.has_parameters
}

fn add(
    settings: &Settings,
    standard: Standard,
    index: usize,
    rule: &'static Rule,
    steps: &mut Vec<Step>,
    replacing: &mut Vec<usize>,
) {
    let asked = settings.rule(index);
    if !asked.named
        && let Some(Some((check, revision))) = ONLY.get(index)
        && check.overrides.is_empty()
    {
        // Most rules: who asks the rule asks the check, and it replaces nothing.
        let is_asked = settings.action != Action::Ignore
            && check.level.is_some_and(|at| at <= standard.level)
            && revision.since <= standard.version;
        if is_asked {
            let action = settings.action;
            steps.push(Step { rule, check, revision, action, has_parameters: false });
        }
        return;
    }
    let action = asked.action.unwrap_or(settings.action);
    if action == Action::Ignore {
        return;
    }
    let Some(level) = asked.level.or_else(|| level(rule, standard.level, asked.named)) else {
        return;
    };
    let version = standard.version;
    let has_parameters = asked.has_parameters;
    let before = steps.len();
    for check in rule.checks {
        let is_asked = match check.level {
            Some(at) => at <= level,
            // What parameters ask, they ask also where the standards ask nothing; and a rule that
            // is asked only by name has no other check.
            None => steps.len() == before && (asked.has_parameters || rule.checks.len() == 1),
        };
        if !is_asked {
            continue;
        }
        let Some(revision) = check.revision(version) else { continue };
        // Of one rule, the stronger check stands for the weaker.
        if let Some(weaker) = steps.get(before)
            && is_one_of(weaker.check.id, check.overrides)
        {
            steps.pop();
        }
        if !check.overrides.is_empty() {
            replacing.push(steps.len());
        }
        steps.push(Step { rule, check, revision, action, has_parameters });
    }
}

/// The level a rule is asked at where the settings do not say: the profile's if that asks it, and
/// its own lowest if the settings name it. A rule of no level is asked at the lowest of all.
fn level(rule: &Rule, profile: Level, named: bool) -> Option<Level> {
    let lowest = rule.checks.first().and_then(|check| check.level);
    match lowest {
        Some(lowest) if lowest <= profile => Some(profile),
        _ if named => Some(lowest.unwrap_or(Level::Privileged)),
        _ => None,
    }
}

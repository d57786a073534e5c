//! Which revision of which check is asked, and what follows from it: settings, resolved.

use crate::rule::{Check, Level, Revision, Rule};
use crate::rules::RULES;
use crate::settings::{Action, Settings};
use crate::version::Version;

/// One check to be asked.
pub(crate) struct Step {
    pub rule: &'static Rule,
    pub check: &'static Check,
    pub revision: &'static Revision,
    pub action: Action,
}

/// The checks that the settings ask for, in registry order.
pub(crate) fn steps(settings: &Settings) -> impl Iterator<Item = Step> {
    let action = |rule| settings.action_of(rule);
    checks(settings.profile, settings.version, action).filter_map(
        move |(index, check, revision)| {
            let action = settings.action_of(index);
            let rule = RULES.get(index)?;
            (action != Action::Ignore).then_some(Step { rule, check, revision, action })
        },
    )
}

/// The checks of a level at a version, with the place of their rules in the registry: those of the
/// level and of the ones below it, less those that a stronger check of the same version replaces.
///
/// A check of a rule whose action is weaker replaces nothing: to be warned of volume types is not
/// to be admitted with a folder of the node.
pub(crate) fn checks(
    level: Level,
    version: Version,
    action: impl Fn(usize) -> Action,
) -> impl Iterator<Item = (usize, &'static Check, &'static Revision)> {
    let all = || {
        let rules = RULES.iter().enumerate();
        rules.flat_map(|(index, rule)| rule.checks.iter().map(move |check| (index, check)))
    };
    let asked = move |check: &'static Check| {
        if check.level > level { None } else { check.revision(version) }
    };
    let replaced = all()
        .filter(|(_, check)| !check.overrides.is_empty() && asked(check).is_some())
        .flat_map(|(index, check)| check.overrides.iter().map(move |id| (index, *id)))
        .collect::<Vec<_>>();
    all().filter_map(move |(index, check)| {
        let revision = asked(check)?;
        let is_replaced =
            replaced.iter().any(|(by, id)| *id == check.id && action(*by) >= action(index));
        (!is_replaced).then_some((index, check, revision))
    })
}

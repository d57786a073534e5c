//! The conditions of a rule, as a runtime hands them to libseccomp.

use super::database::Written;
use super::loader::Loaded;
use super::{DropReason, Fatal, FatalReason, Resolved};
use crate::context::{Context, Runtime};
use crate::profile::Place;

/// What a rule's conditions come to.
pub(super) enum Conditions {
    /// Any of the groups may hold, each of them in all its parts.
    Groups(Vec<Vec<Written>>),
    /// libseccomp refuses them, once it is asked.
    Refused(Vec<Fatal>),
}

/// Reads them. Two on one argument make every condition a group of its own, since libseccomp takes
/// one an argument. A comparison that is none is refused at once, whatever becomes of the rule.
pub(super) fn read(
    loaded: &Loaded<'_, '_>,
    place: Place,
    context: &Context,
    resolved: &mut Resolved,
) -> Conditions {
    let mut args = loaded.rule.args.as_slice();
    if let Some((read, more)) =
        args.split_at_checked(6).filter(|_| context.runtime == Runtime::Crun)
    {
        if !more.is_empty() {
            resolved.drop(place, None, None, DropReason::Beyond6);
        }
        args = read;
    }
    let mut conds = Vec::with_capacity(args.len());
    let mut refused = Vec::new();
    for (index, arg) in args.iter().enumerate() {
        let place = Place { arg: Some(index), at: arg.at, ..place };
        let number = u8::try_from(arg.index).ok().filter(|index| *index < 6);
        match (number, arg.op.as_ref().and_then(|op| op.value)) {
            (_, None) => resolved.fail(place, FatalReason::Op),
            (None, _) => refused.push(Fatal { place, reason: FatalReason::ArgIndex }),
            (Some(number), Some(op)) => {
                conds.push(Written { arg: number, op, value: arg.value, two: arg.value_two });
            }
        }
    }
    if conds.len() < args.len() {
        return Conditions::Refused(refused);
    }
    let is_twice = conds.iter().enumerate().any(|(at, cond): (_, &Written)| {
        conds.iter().take(at).any(|before| before.arg == cond.arg)
    });
    if !is_twice {
        conds.sort_by_key(|cond| cond.arg);
        return Conditions::Groups(vec![conds]);
    }
    if context.runtime == Runtime::Plain {
        return Conditions::Refused(vec![Fatal { place, reason: FatalReason::ArgTwice }]);
    }
    Conditions::Groups(conds.into_iter().map(|cond| vec![cond]).collect())
}

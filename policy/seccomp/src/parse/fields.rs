//! The objects of a profile, one function each.

use ringfence_json::{Error, Scanner};

use super::keys::{Keys, list, string};
use crate::action::ActionName;
use crate::arch::ArchName;
use crate::context::Kernel;
use crate::op::Op;
use crate::profile::{ArchMap, Arg, Filter, Flag, Name, Profile, Rule, Spelled};

/// Reads a word that may stand for something.
fn spelled<'a, T>(
    scanner: &mut Scanner<'a>,
    meaning: impl FnOnce(&str) -> Option<T>,
) -> Result<Spelled<'a, T>, Error> {
    scanner.next_type()?;
    let at = scanner.offset();
    let text = string(scanner)?;
    let value = meaning(&text);
    Ok(Spelled { text, at, value })
}

fn name<'a>(scanner: &mut Scanner<'a>) -> Result<Name<'a>, Error> {
    scanner.next_type()?;
    let at = scanner.offset();
    Ok(Name { text: string(scanner)?, at })
}

/// Reads a profile; the cursor stands before its object.
pub(super) fn profile<'a>(
    scanner: &mut Scanner<'a>,
    is_resource: bool,
) -> Result<Profile<'a>, Error> {
    const KNOWN: [&str; 13] = [
        "defaultAction",
        "defaultErrnoRet",
        "architectures",
        "flags",
        "listenerPath",
        "listenerMetadata",
        "syscalls",
        "archMap",
        "defaultErrno",
        "baseProfileName",
        "state",
        // What people write for people and editors.
        "comment",
        "$schema",
    ];
    let mut profile = Profile { is_resource, ..Profile::default() };
    let mut keys = Keys { exact: is_resource, rule: None, problems: Vec::new() };
    keys.object(scanner, &KNOWN, &mut |keys, scanner, at| {
        match at {
            0 => profile.default_action = Some(spelled(scanner, ActionName::from_token)?),
            1 => profile.default_errno_ret = Some(scanner.unsigned()?),
            2 => {
                let items = profile.architectures.insert(Vec::new());
                list(scanner, items, &mut |scanner, _| spelled(scanner, ArchName::from_token))?;
            }
            3 => {
                let items = profile.flags.insert(Vec::new());
                list(scanner, items, &mut |scanner, _| spelled(scanner, Flag::from_token))?;
            }
            4 => profile.listener.path = Some(spelled(scanner, |_| Some(()))?),
            5 => profile.listener.metadata = Some(spelled(scanner, |_| Some(()))?),
            6 => {
                let rules = &mut profile.rules;
                list(scanner, rules, &mut |scanner, index| {
                    keys.rule = Some(index);
                    rule(keys, scanner)
                })?;
                keys.rule = None;
            }
            7 => list(scanner, &mut profile.arch_map, &mut |scanner, _| arch_map(keys, scanner))?,
            8 => profile.default_errno = Some(string(scanner)?),
            9 => profile.base = Some(spelled(scanner, |_| Some(()))?),
            10 => profile.state = Some(string(scanner)?),
            _ => scanner.skip()?,
        }
        Ok(())
    })?;
    profile.key_problems = keys.problems;
    Ok(profile)
}

/// Reads a list of rules; the cursor stands before it.
pub(super) fn rules<'a>(scanner: &mut Scanner<'a>) -> Result<Vec<Rule<'a>>, Error> {
    let mut keys = Keys { exact: true, rule: None, problems: Vec::new() };
    let mut rules = Vec::new();
    list(scanner, &mut rules, &mut |scanner, _| rule(&mut keys, scanner))?;
    Ok(rules)
}

fn rule<'a>(keys: &mut Keys, scanner: &mut Scanner<'a>) -> Result<Rule<'a>, Error> {
    const KNOWN: [&str; 9] =
        ["names", "name", "action", "errnoRet", "errno", "args", "includes", "excludes", "comment"];
    scanner.next_type()?;
    let mut rule = Rule { at: scanner.offset(), ..Rule::default() };
    keys.object(scanner, &KNOWN, &mut |keys, scanner, at| {
        match at {
            0 => list(scanner, &mut rule.names, &mut |scanner, _| name(scanner))?,
            1 => rule.name = Some(name(scanner)?).filter(|name| !name.text.is_empty()),
            2 => rule.action = Some(spelled(scanner, ActionName::from_token)?),
            3 => rule.errno_ret = Some(scanner.unsigned()?),
            4 => rule.errno = Some(string(scanner)?).filter(|errno| !errno.is_empty()),
            5 => list(scanner, &mut rule.args, &mut |scanner, _| arg(keys, scanner))?,
            6 => filter(keys, scanner, &mut rule.includes)?,
            7 => filter(keys, scanner, &mut rule.excludes)?,
            _ => rule.comment = Some(string(scanner)?),
        }
        Ok(())
    })?;
    Ok(rule)
}

fn arg<'a>(keys: &mut Keys, scanner: &mut Scanner<'a>) -> Result<Arg<'a>, Error> {
    scanner.next_type()?;
    let mut arg = Arg { at: scanner.offset(), index: 0, value: 0, value_two: 0, op: None };
    keys.object(scanner, &["index", "value", "valueTwo", "op"], &mut |_, scanner, at| {
        match at {
            0 => arg.index = scanner.unsigned()?,
            1 => arg.value = scanner.unsigned()?,
            2 => arg.value_two = scanner.unsigned()?,
            _ => arg.op = Some(spelled(scanner, Op::from_token)?),
        }
        Ok(())
    })?;
    Ok(arg)
}

fn filter<'a>(
    keys: &mut Keys,
    scanner: &mut Scanner<'a>,
    filter: &mut Filter<'a>,
) -> Result<(), Error> {
    keys.object(scanner, &["caps", "arches", "minKernel"], &mut |_, scanner, at| {
        match at {
            0 => list(scanner, &mut filter.caps, &mut |scanner, _| string(scanner))?,
            1 => list(scanner, &mut filter.arches, &mut |scanner, _| string(scanner))?,
            _ => {
                let kernel = spelled(scanner, Kernel::parse)?;
                filter.min_kernel = Some(kernel).filter(|kernel| !kernel.text.is_empty());
            }
        }
        Ok(())
    })
}

fn arch_map<'a>(keys: &mut Keys, scanner: &mut Scanner<'a>) -> Result<ArchMap<'a>, Error> {
    let mut entry = ArchMap::default();
    keys.object(scanner, &["architecture", "subArchitectures"], &mut |_, scanner, at| {
        if at == 0 {
            entry.architecture = Some(spelled(scanner, ArchName::from_token)?);
            return Ok(());
        }
        list(scanner, &mut entry.sub, &mut |scanner, _| spelled(scanner, ArchName::from_token))
    })?;
    Ok(entry)
}

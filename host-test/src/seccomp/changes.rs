//! Calls that two profiles treat differently, each told once for all architectures that agree.

use super::columns::Columns;
use anstyle::Style;
use ringfence_seccomp::{Arch, Call, Syscall, Verdict, message};
use serde_json::{Value, json};

pub use ringfence_seccomp::sheet::between;

/// A call with the arguments that show the difference.
#[derive(Clone, Debug)]
pub struct Shown {
    /// On which architectures.
    pub arches: Vec<Arch>,
    /// Its name; `None` where the table has none.
    pub call: Option<Syscall>,
    /// Its number on the first of them.
    pub number: u32,
    /// The arguments.
    pub args: [u64; 6],
    /// What happens in the one profile.
    pub left: Verdict,
    /// What happens in the other.
    pub right: Verdict,
}

/// Adds a call, or its architecture to the same call with the same outcome.
pub fn add(list: &mut Vec<Shown>, arch: Arch, new: Shown) {
    let is_same = |known: &&mut Shown| {
        known.call == new.call
            && (new.call.is_some() || known.number == new.number)
            && known.args == new.args
            && known.left == new.left
            && known.right == new.right
    };
    match list.iter_mut().find(is_same) {
        Some(known) if known.arches.contains(&arch) => {}
        Some(known) => known.arches.push(arch),
        None => list.push(new),
    }
}

/// `clone(0x10000000)`.
pub fn name(shown: &Shown) -> String {
    let Some(arch) = shown.arches.first() else { return String::new() };
    let call = message::call(&Call { arch: *arch, number: shown.number, args: shown.args });
    // The architectures stand in a column of their own.
    call.rsplit_once(" on ").map_or(call.clone(), |(call, _)| call.to_owned())
}

/// For people, with these heads over the outcomes; at most `limit` rows.
pub fn render(list: &[Shown], heads: [&str; 2], limit: usize) -> String {
    let mut columns = Columns::new(&["CALL", "ON", heads[0], heads[1]]);
    for shown in list.iter().take(limit) {
        let arches: Vec<&str> = shown.arches.iter().map(|arch| arch.name()).collect();
        columns.row([
            (Style::new().bold(), name(shown)),
            (Style::new(), arches.join(" ")),
            (Style::new(), message::verdict(&shown.left)),
            (Style::new(), message::verdict(&shown.right)),
        ]);
    }
    let mut out = columns.render();
    if list.len() > limit {
        out.push_str(&format!("  … and {} more; --all tells them\n", list.len() - limit));
    }
    out
}

/// For programs, with these keys for the outcomes.
pub fn to_json(list: &[Shown], keys: [&str; 2]) -> Value {
    let one = |shown: &Shown| {
        let mut value = json!({
            "call": shown.call.map(Syscall::name),
            "number": shown.number,
            "arches": shown.arches.iter().map(|arch| arch.name()).collect::<Vec<_>>(),
            "args": shown.args,
        });
        value[keys[0]] = verdict(&shown.left);
        value[keys[1]] = verdict(&shown.right);
        value
    };
    list.iter().map(one).collect()
}

/// What happens, for programs.
pub fn verdict(verdict: &Verdict) -> Value {
    json!({
        "action": verdict.action.name().token(),
        "errno": verdict.action.errno(),
        "effect": message::effect(verdict.action.effect()),
        "why": message::why(&verdict.why),
    })
}

//! One call: what happens to it, by which rule, and what happens to its like.

use crate::arch::Arch;
use crate::facts::{GROUPS, calls, int_args};
use crate::resolve::{Dropped, Resolved, Verdict};
use crate::table::Syscall;

/// A call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Its architecture.
    pub arch: Arch,
    /// Its number; x32's have bit 30.
    pub number: u32,
    /// Its arguments, as the registers hold them.
    pub args: [u64; 6],
}

impl Call {
    /// A call by name or number; `None` where the architecture has none of that name.
    pub fn new(arch: Arch, name_or_number: &str, args: [u64; 6]) -> Option<Self> {
        let by_name = Syscall::from_name(name_or_number).and_then(|call| call.number(arch));
        let number = by_name.or_else(|| name_or_number.parse().ok())?;
        Some(Self { arch, number, args })
    }
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// The call.
    pub call: Call,
    /// Its name, where the table has one.
    pub name: Option<&'static str>,
    /// What happens, and why.
    pub verdict: Verdict,
    /// The same call on the other architectures of the node.
    pub siblings: Vec<(Arch, Verdict)>,
    /// Calls of the same architecture by which the same can be done, with arguments of 0.
    pub aliases: Vec<(Syscall, Verdict)>,
    /// Arguments whose upper half the kernel cuts off after the filter has seen it.
    pub cut: Vec<u8>,
    /// What the profile says of the call to no effect.
    pub dropped: Vec<Dropped>,
}

/// Simulates a call.
pub fn simulate(resolved: &Resolved, call: Call) -> Simulation {
    let known = Syscall::from_number(call.arch, call.number);
    let decide = |arch, other: Syscall, args: &[u64; 6]| {
        Some(resolved.decide(arch, other.number(arch)?, args))
    };
    let native = resolved.filters.first().map_or(call.arch, |filter| filter.arch);
    let around = [native].into_iter().chain(native.siblings().iter().copied());
    let siblings = around
        .filter(|arch| *arch != call.arch)
        .filter_map(|arch| Some((arch, decide(arch, known?, &call.args)?)));
    let mut aliases = Vec::new();
    for group in GROUPS.iter().filter(|group| calls(group).any(|one| Some(one) == known)) {
        for other in calls(group).filter(|other| Some(*other) != known) {
            if aliases.iter().all(|(seen, _)| *seen != other) {
                aliases.extend(decide(call.arch, other, &[0; 6]).map(|verdict| (other, verdict)));
            }
        }
    }
    let ints =
        if call.arch.width() == 64 { known.map_or(0, |known| int_args(known.name())) } else { 0 };
    let is_cut = |(arg, value): &(u8, u64)| ints >> arg & 1 == 1 && value >> 32 != 0;
    Simulation {
        name: known.map(Syscall::name),
        verdict: resolved.decide(call.arch, call.number, &call.args),
        siblings: siblings.collect(),
        aliases,
        cut: (0..).zip(call.args).filter(is_cut).map(|(arg, _)| arg).collect(),
        dropped: resolved
            .dropped
            .iter()
            .filter(|d| d.call.is_some() && d.call == known)
            .copied()
            .collect(),
        call,
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, simulate};
    use crate::action::Effect;
    use crate::arch::Arch;
    use crate::context::{Context, Loader};
    use crate::parse;
    use crate::resolve::{DropReason, Why, resolve};

    #[test]
    fn siblings_aliases_and_cut_arguments_stand_beside_a_call() {
        let text = r#"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"],"syscalls":[
            {"names":["umount2"],"action":"SCMP_ACT_ERRNO"},
            {"names":["umount2"],"action":"SCMP_ACT_TRAP"},
            {"names":["socket"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":38,"op":"SCMP_CMP_EQ"}]}]}"#;
        let profile = parse::profile(text).unwrap();
        let resolved = resolve(&profile, &Context::new(Loader::Containerd, Arch::X86_64));
        let call = Call::new(Arch::X86, "umount2", [0; 6]).unwrap();
        let found = simulate(&resolved, call);
        assert_eq!(found.verdict.why, Why::Rule(0));
        let siblings = found.siblings.iter().map(|(arch, v)| (*arch, v.action.effect()));
        // x32 is not in the filter: its calls kill.
        let expected = [(Arch::X86_64, Effect::Denied), (Arch::X32, Effect::Denied)];
        assert_eq!(siblings.collect::<Vec<_>>(), expected);
        let aliases = found.aliases.iter().map(|(call, v)| (call.name(), v.action.effect()));
        assert_eq!(aliases.collect::<Vec<_>>(), [("umount", Effect::Executed)]);
        assert!(found.dropped.iter().all(|dropped| dropped.reason == DropReason::Shadowed(0)));
        assert_eq!(found.dropped.len(), 2);
        let high = Call::new(Arch::X86_64, "socket", [38 | 1 << 32, 5, 0, 0, 0, 0]).unwrap();
        let found = simulate(&resolved, high);
        assert_eq!((found.verdict.action.effect(), &found.cut[..]), (Effect::Executed, &[0][..]));
        assert_eq!(Call::new(Arch::X86_64, "41", [0; 6]).map(|call| call.number), Some(41));
        assert_eq!(Call::new(Arch::Aarch64, "open", [0; 6]), None);
    }
}

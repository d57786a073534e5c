//! What a pod's own capabilities open in the profile that its runtime gives it.

use crate::caps::{Cap, CapSet};
use crate::compare::{Order, Weaker, compare};
use crate::context::{Context, Loader};
use crate::profile::Profile;
use crate::resolve::resolve;

/// A call that capabilities open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The call, with the smallest arguments that show it; what happens with the pod's capabilities,
    /// and (as the reference) without those it adds.
    pub call: Weaker,
    /// Which of the capabilities open it; empty where only several together do.
    pub caps: Vec<Cap>,
}

/// The calls that a container's capabilities ([`Context::caps`]) open in a profile, a
/// [`Baseline`](crate::Baseline) or another one with conditions, beyond what it lets a container with
/// the default capabilities of the context's loader do.
pub fn opened(profile: &Profile<'_>, context: &Context) -> Vec<Opened> {
    let usual = if context.loader == Loader::Crio { CapSet::CRIO } else { CapSet::CONTAINERD };
    let of = |caps: CapSet| resolve(profile, &Context { caps, ..*context });
    let before = of(usual);
    let weaker = compare(&of(context.caps), &before, Order::Effect).weaker;
    let added = context.caps.iter().filter(|cap| !usual.has(*cap));
    let alone = added.map(|cap| (cap, of(usual.with(cap)))).collect::<Vec<_>>();
    let open = |call: Weaker| {
        let opens = alone.iter().filter(|(_, resolved)| {
            resolved.decide(call.arch, call.number, &call.args).action == call.found.action
        });
        let caps = opens.map(|(cap, _)| *cap).collect();
        Opened { call, caps }
    };
    weaker.into_iter().map(open).collect()
}

#[cfg(test)]
mod tests {
    use super::opened;
    use crate::arch::Arch;
    use crate::baseline::Baseline;
    use crate::caps::{Cap, CapSet};
    use crate::context::Context;

    #[test]
    fn a_capability_opens_what_it_gates() {
        let baseline = Baseline::from_name("containerd-2.2").unwrap();
        let context = Context::new(baseline.loader(), Arch::X86_64);
        let baseline = &baseline.profile();
        assert_eq!(opened(baseline, &context), []);
        let caps = CapSet::CONTAINERD.adjusted(["SYS_PTRACE", "SYS_TIME"], []);
        let found = opened(baseline, &Context { caps, ..context });
        let native = found.iter().filter(|opened| opened.call.arch == Arch::X86_64);
        let names = native.map(|o| (o.call.call.unwrap().name(), o.caps[0].name()));
        let expected = [
            ("settimeofday", "SYS_TIME"),
            ("clock_settime", "SYS_TIME"),
            ("kcmp", "SYS_PTRACE"),
            ("pidfd_getfd", "SYS_PTRACE"),
            ("process_madvise", "SYS_PTRACE"),
        ];
        assert_eq!(names.collect::<Vec<_>>(), expected);
        let admin = CapSet::CONTAINERD.with(Cap::from_name("SYS_ADMIN").unwrap());
        let found = opened(baseline, &Context { caps: admin, ..context });
        let clone = found.iter().find(|o| o.call.call.unwrap().name() == "clone").unwrap();
        assert_ne!(clone.call.args[0] & 0x7e02_0000, 0);
    }
}

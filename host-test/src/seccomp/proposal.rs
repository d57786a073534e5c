//! What a log of denied calls asks for, and what of it is to be looked at first.

use ringfence_seccomp::{
    Arch, Context, Denial, Fact, Lint, Profile, Severities, Syscall, allow, lint, message, parse,
    resolve,
};

/// A call, and why it is to be looked at before it is let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dangerous {
    /// The call.
    pub call: Syscall,
    /// Why.
    pub why: String,
}

/// What is proposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Calls to let through.
    pub calls: Vec<Syscall>,
    /// Calls that are proposed only where somebody has looked.
    pub dangerous: Vec<Dangerous>,
    /// Records of calls that the table does not know.
    pub unknown: usize,
}

/// The findings that make a call dangerous.
const DANGERS: [&str; 3] = ["SC-DANGER", "SC-CLONE-NS", "SC-UNSHARE"];

/// Calls that are dangerous beside others, and the lint that tells of it: the log need not show those
/// others, since a program that is denied the first does not come to them.
const TOGETHER: [(&str, &str); 4] = [
    ("clone3", "SC-CLONE3"),
    ("io_uring_setup", "SC-IOURING"),
    ("io_uring_enter", "SC-IOURING"),
    ("io_uring_register", "SC-IOURING"),
];

/// What records ask for, in a context; the architectures are those of the records.
pub fn of(denials: &[Denial], context: &Context) -> Proposal {
    let mut calls: Vec<Syscall> = denials.iter().filter_map(|denial| denial.call).collect();
    calls.sort();
    calls.dedup();
    let mut arches: Vec<Arch> = denials.iter().filter_map(|denial| denial.arch).collect();
    arches.sort();
    arches.dedup();
    let unknown = denials.iter().filter(|denial| denial.call.is_none()).map(|denial| denial.count);
    let unknown = unknown.sum();
    let mut dangerous = Vec::new();
    for arch in arches {
        for found in dangers(&calls, &Context { arch, ..*context }) {
            if dangerous.iter().all(|known: &Dangerous| known.call != found.call) {
                dangerous.push(found);
            }
        }
    }
    dangerous.sort_by_key(|found| found.call);
    calls.retain(|call| dangerous.iter().all(|found| found.call != *call));
    Proposal { calls, dangerous, unknown }
}

/// Those of the calls that are dangerous where they are let through whatever their arguments.
pub fn dangers(calls: &[Syscall], context: &Context) -> Vec<Dangerous> {
    const NOTHING: &str = r#"{"defaultAction":"SCMP_ACT_ERRNO"}"#;
    let nothing = parse::profile(NOTHING).unwrap_or_else(|_| Profile::default());
    let profile = allow(&nothing, calls.iter().copied());
    let resolved = resolve(&profile, context);
    let findings = lint(&profile, &resolved, context, &Severities::new());
    let findings = findings.iter().filter(|finding| DANGERS.contains(&finding.lint.id));
    let alone = findings.filter_map(|finding| {
        let call = finding.call.filter(|call| calls.contains(call))?;
        let why = match &finding.fact {
            Fact::Danger(group, ..) => message::danger(*group).to_owned(),
            _ => finding.lint.documentation().title.to_owned(),
        };
        Some(Dangerous { call, why })
    });
    let together = TOGETHER.iter().filter_map(|(name, id)| {
        let call = Syscall::from_name(name).filter(|call| calls.contains(call))?;
        let why = Lint::from_id(id)?.documentation().title.to_owned();
        Some(Dangerous { call, why })
    });
    alone.chain(together).collect()
}

#[cfg(test)]
mod tests {
    use super::of;
    use ringfence_seccomp::{Arch, Context, Loader, Syscall, denials};

    #[test]
    fn dangerous_calls_are_told_apart() {
        let line = |number: u32| {
            format!(
                "type=1326 pid=1 comm=\"a\" exe=\"/a\" arch=c000003e syscall={number} code=0x0\n"
            )
        };
        let log: String = [1, 165, 56, 425, 9999, 9999].map(line).concat();
        let context = Context::new(Loader::Containerd, Arch::X86_64);
        let proposal = of(&denials(&log), &context);
        assert_eq!(proposal.calls.iter().map(|call| call.name()).collect::<Vec<_>>(), ["write"]);
        let dangerous: Vec<&str> =
            proposal.dangerous.iter().map(|found| found.call.name()).collect();
        assert_eq!(dangerous, ["clone", "io_uring_setup", "mount"]);
        assert!(proposal.dangerous[2].why.contains("mounts"), "{proposal:?}");
        assert_eq!(proposal.unknown, 2);
        assert!(Syscall::from_number(Arch::X86_64, 9999).is_none());
    }
}

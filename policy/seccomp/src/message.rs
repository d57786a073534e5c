//! Prose, all of it: what findings, verdicts and comparisons say to people.
//!
//! Sentences start in lower case and have no full stop, so that they can follow a place.

use crate::action::{Action, Effect};
use crate::compare::Weaker;
use crate::convert::LostWhat;
use crate::denials::Denial;
use crate::errno;
use crate::facts::DangerGroup;
use crate::lint::{Fact, Finding};
use crate::profile::KeyKind;
use crate::resolve::{DropReason, FatalReason, Verdict, Why};
use crate::simulate::Call;
use crate::table::Syscall;

/// An action: `fails with EPERM`, `is executed`.
pub fn action(action: Action) -> String {
    match action {
        Action::KillProcess => "kills the process".to_owned(),
        Action::KillThread => "kills the thread".to_owned(),
        Action::Trap => "raises SIGSYS".to_owned(),
        Action::Errno(0) => "is not executed, and seems to have succeeded".to_owned(),
        Action::Errno(number) => match errno::name(number) {
            "" => ["fails with errno ", &number.to_string()].concat(),
            name => ["fails with ", name].concat(),
        },
        Action::Notify => "is left to a supervisor".to_owned(),
        Action::Trace(_) => "is left to a tracer".to_owned(),
        Action::Log => "is executed and logged".to_owned(),
        Action::Allow => "is executed".to_owned(),
    }
}

/// A call: `clone(0x10000000) on x86_64`; zeros at the end are left out.
pub fn call(call: &Call) -> String {
    let name = Syscall::from_number(call.arch, call.number);
    let name = name.map_or_else(|| call.number.to_string(), |known| known.name().to_owned());
    let last = call.args.iter().rposition(|arg| *arg != 0).map_or(0, |last| last + 1);
    let args = call.args.iter().take(last).map(|arg| match arg {
        0..=9 => arg.to_string(),
        large => format!("{large:#x}"),
    });
    let args = args.collect::<Vec<_>>().join(", ");
    [&name, "(", &args, ") on ", call.arch.name()].concat()
}

/// Why something happens to a call.
pub fn why(why: &Why) -> String {
    match why {
        Why::NoFilter => "there is no filter".to_owned(),
        Why::NotInFilter => "the filter has not got this architecture".to_owned(),
        Why::NoSuchCall => {
            "the number is above every one the profile names: runc's stub".to_owned()
        }
        Why::NotNamed => "no rule names the call: the default".to_owned(),
        Why::NoneFits(rules) => ["the default: no condition holds of ", &listed(rules)].concat(),
        Why::Rule(rule) => ["syscalls[", &rule.to_string(), "]"].concat(),
        Why::Conditions(rules) => ["the conditions hold of ", &listed(rules)].concat(),
        Why::Ambiguous(rules) => {
            let rules = rules.iter().map(|(rule, _)| *rule).collect::<Vec<_>>();
            ["rules contradict each other, the weakest is told: ", &listed(&rules)].concat()
        }
    }
}

/// A verdict: what happens, and why.
pub fn verdict(verdict: &Verdict) -> String {
    [&action(verdict.action), " (", &why(&verdict.why), ")"].concat()
}

/// A counter-example.
pub fn weaker(weaker: &Weaker) -> String {
    let shown = Call { arch: weaker.arch, number: weaker.number, args: weaker.args };
    [
        &call(&shown),
        " ",
        &verdict(&weaker.found),
        "; in the reference it ",
        &verdict(&weaker.reference),
    ]
    .concat()
}

/// A finding, without its place and id.
pub fn finding(finding: &Finding) -> String {
    let mut text = finding.lint.documentation().title.to_owned();
    if let Some(call) = finding.call {
        text.push_str(": `");
        text.push_str(call.name());
        text.push('`');
    }
    if let Some(arch) = finding.arch {
        text.push_str(" on ");
        text.push_str(arch.name());
    }
    let more = fact(&finding.fact);
    if !more.is_empty() {
        text.push_str(": ");
        text.push_str(&more);
    }
    text
}

fn fact(fact: &Fact) -> String {
    match fact {
        Fact::None => String::new(),
        Fact::Text(text) => ["`", text, "`"].concat(),
        Fact::Action(of) => ["a call ", &action(*of)].concat(),
        Fact::Name(name) => name.token().to_owned(),
        Fact::Typo(name, None) => ["`", name, "`"].concat(),
        Fact::Typo(name, Some(near)) => {
            ["`", name, "`; did you mean `", near.name(), "`?"].concat()
        }
        Fact::Since(version) => {
            format!("libseccomp knows it since {}.{}.{}", version.0, version.1, version.2)
        }
        Fact::Key(key, kind) => ["`", key, "` ", key_kind(*kind)].concat(),
        Fact::Fatal(reason) => fatal(*reason),
        Fact::Dropped(reason) => dropped(*reason),
        Fact::Shown(shown, of) => [&call(shown), " ", &action(*of)].concat(),
        Fact::Danger(group, shown, gate, is_held) => {
            let gate = match (gate.is_empty(), is_held) {
                (true, _) => String::new(),
                (_, true) => ["; the container has ", &gate.join(" or ")].concat(),
                (_, false) => ["; the kernel asks for ", &gate.join(" or ")].concat(),
            };
            let is_any = shown.args == [0; 6];
            let shown = if is_any { String::new() } else { ["; shown by ", &call(shown)].concat() };
            [danger(*group), &shown, &gate].concat()
        }
        Fact::Instead(_, open) => ["the same is done by ", &names(open)].concat(),
        Fact::Calls(calls) => names(calls),
        Fact::Arg(index) => ["argument ", &index.to_string()].concat(),
        Fact::Size(size) => ["about ", &size.to_string(), " instructions"].concat(),
    }
}

fn key_kind(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Duplicate => "occurs twice",
        KeyKind::CaseVariant => "is a key in another case",
        KeyKind::Unknown => "is no key of a profile",
    }
}

/// Why a container does not start.
pub fn fatal(reason: FatalReason) -> String {
    let text = match reason {
        FatalReason::BothArchitectures => "both architectures and archMap are given",
        FatalReason::BothNames => "both name and names are given",
        FatalReason::EmptyName => "a name is empty",
        FatalReason::Action => "the action is missing or none",
        FatalReason::Op => "the comparison is missing or none",
        FatalReason::Arch => "the runtime does not know the architecture",
        FatalReason::Flag => "the runtime does not know the flag",
        FatalReason::Kernel => "minKernel is no version",
        FatalReason::ErrnoName => "no errno has that name",
        FatalReason::ErrnoRange => "the errno is 4095 or more",
        FatalReason::ErrnoUnused => "crun takes no errno beside this action",
        FatalReason::ArgIndex => "arguments are numbered from 0 to 5",
        FatalReason::ArgTwice => "libseccomp takes one condition an argument",
        FatalReason::Exists(rule) => {
            return format!("syscalls[{rule}] has the same conditions and another action");
        }
        FatalReason::NotifyDefault => "SCMP_ACT_NOTIFY cannot be the default",
        FatalReason::NotifyWrite => "runc needs `write` itself and refuses SCMP_ACT_NOTIFY for it",
        FatalReason::NoListener => "SCMP_ACT_NOTIFY needs listenerPath",
    };
    text.to_owned()
}

/// Why something has no effect.
pub fn dropped(reason: DropReason) -> String {
    let text = match reason {
        DropReason::Arch => "left out for the node's architecture",
        DropReason::Caps => "left out for the container's capabilities",
        DropReason::Kernel => "left out for the node's kernel",
        DropReason::NoNames => "it names no call that the loader reads",
        DropReason::UnknownName => "libseccomp does not know the name",
        DropReason::NotOnArch => "no architecture of the filter has the call",
        DropReason::SameAsDefault => "it says what the default says",
        DropReason::Beyond6 => "crun reads six conditions",
        DropReason::Shadowed(by) => {
            return format!("syscalls[{by}] is without conditions and wins");
        }
        DropReason::Overridden(by) => {
            return format!("syscalls[{by}] is without conditions and takes its place");
        }
        DropReason::Covered(by) => return format!("syscalls[{by}] has fewer of these conditions"),
        DropReason::Repeated(by) => return format!("syscalls[{by}] says the same"),
    };
    text.to_owned()
}

/// What a kind of danger is.
pub fn danger(group: DangerGroup) -> &'static str {
    match group {
        DangerGroup::KernelCode => "it loads code into the kernel of the node",
        DangerGroup::Boot => "it reboots the node, or boots another kernel",
        DangerGroup::Bpf => "it loads programs into the kernel that stay",
        DangerGroup::Perf => "it tells of what else runs on the node, over a large surface",
        DangerGroup::Process => "it looks into other processes, or takes what they have open",
        DangerGroup::Mount => "it changes mounts or enters namespaces",
        DangerGroup::Handle => "it opens files by handle, past every mount",
        DangerGroup::Fanotify => "it watches, and may refuse, access to files of the node",
        DangerGroup::Chroot => "it helps out of a changed root",
        DangerGroup::Quota => "it changes limits of disk use",
        DangerGroup::Keys => "the kernel's keyring is one for all containers",
        DangerGroup::Userfault => "it holds the kernel still where races are won",
        DangerGroup::Numa => "it places memory of the node",
        DangerGroup::Ports => "it talks to hardware",
        DangerGroup::Time => "the node's clock is one for all containers",
        DangerGroup::Accounting => "it turns on accounting for the node",
        DangerGroup::Swap => "it changes the node's swap",
        DangerGroup::HostLog => "the kernel's log tells addresses",
        DangerGroup::HostName => "it changes names of the host",
        DangerGroup::Terminal => "it hangs up the terminal",
        DangerGroup::Personality => "it switches off the randomisation of addresses, or its like",
        DangerGroup::SocketFamily => "address families that reach the kernel's crypto, or the host",
        DangerGroup::Legacy => "a rarely used and rarely tested part of the kernel",
        DangerGroup::Obsolete => "dead code without a use",
    }
}

/// What a dialect cannot say.
pub fn lost(what: LostWhat) -> &'static str {
    match what {
        LostWhat::Condition => "a condition was answered for this node and container",
        LostWhat::DefaultErrno => "the resource has no errno of the default: it is EPERM",
        LostWhat::ErrnoZero => "the resource leaves out an errno of 0: it is EPERM",
        LostWhat::Value => "the resource holds values below 2^63",
        LostWhat::Arch => "the resource does not know the architecture",
    }
}

/// What was logged: `mount (/bin/mount): mount on x86_64 kills the process, 3 times`.
pub fn denial(denial: &Denial) -> String {
    let number = denial.number.to_string();
    let name = denial.call.map_or(number.as_str(), |call| call.name());
    let arch = denial.arch.map_or("an unknown architecture", crate::arch::Arch::name);
    let times = if denial.count == 1 { String::new() } else { format!(", {} times", denial.count) };
    let what = match denial.action {
        // The kernel logs actions without their data.
        Action::Errno(0) => "fails".to_owned(),
        other => action(other),
    };
    [&denial.comm, " (", &denial.exe, "): ", name, " on ", arch, " ", &what, &times].concat()
}

/// What an effect is called.
pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Denied => "denied",
        Effect::Supervised => "left to a supervisor",
        Effect::Traced => "left to a tracer",
        Effect::Executed => "executed",
    }
}

fn names(calls: &[Syscall]) -> String {
    calls.iter().map(|call| call.name()).collect::<Vec<_>>().join(", ")
}

fn listed(rules: &[usize]) -> String {
    let rules = rules.iter().map(|rule| ["syscalls[", &rule.to_string(), "]"].concat());
    rules.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{call, finding, verdict};
    use crate::arch::Arch;
    use crate::context::{Context, Loader};
    use crate::lint::{Severities, lint};
    use crate::parse;
    use crate::resolve::resolve;
    use crate::simulate::{Call, simulate};

    #[test]
    fn findings_and_verdicts_read_as_sentences() {
        let text = r#"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["clone","opnat"],"action":"SCMP_ACT_ALLOW"}]}"#;
        let profile = parse::profile(text).unwrap();
        let context = Context::new(Loader::Containerd, Arch::X86_64);
        let resolved = resolve(&profile, &context);
        let findings = lint(&profile, &resolved, &context, &Severities::new());
        let said = findings.iter().map(finding).collect::<Vec<_>>();
        let has = |text: &str| assert!(said.iter().any(|said| said == text), "{said:#?}");
        has("a name that no call has: `opnat`; did you mean `openat`?");
        has("clone may make user namespaces: `clone` on x86_64: clone(0x10000000) on x86_64 is \
             executed");
        let mount = Call::new(Arch::X86_64, "mount", [0; 6]).unwrap();
        assert_eq!(call(&mount), "mount() on x86_64");
        let simulation = simulate(&resolved, mount);
        assert_eq!(
            verdict(&simulation.verdict),
            "fails with ENOSYS (the number is above every one the profile names: runc's stub)"
        );
    }
}

//! Loaders and runtimes, one difference a case. What libseccomp makes of rules is held against the
//! library itself in `e2e/seccomp-oracle`.

use super::{DropReason, FatalReason, Resolved, Why, resolve};
use crate::action::Action;
use crate::arch::Arch;
use crate::caps::{Cap, CapSet};
use crate::context::{Context, Kernel, Loader, Runtime, Version};
use crate::parse;
use crate::table::Syscall;

fn resolved(text: &str, context: Context) -> Resolved {
    resolve(&parse::profile(text).expect(text), &context)
}

fn docker() -> Context {
    Context::new(Loader::Docker, Arch::X86_64)
}

/// Rules in a list of allowed calls that names `openat2`, so that the stub is out of the way.
fn with(rules: &str) -> String {
    format!(
        r#"{{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{{"names":["mseal"],"action":"SCMP_ACT_ALLOW"}}{rules}]}}"#
    )
}

fn does(resolved: &Resolved, name: &str) -> Action {
    let number = Syscall::from_name(name).unwrap().number(Arch::X86_64).unwrap();
    resolved.decide(Arch::X86_64, number, &[0; 6]).action
}

#[test]
fn conditions_of_rules_are_answered_by_docker_and_crio_only() {
    let caps =
        |names: &[&str]| names.iter().filter_map(|name| Cap::from_name(name)).collect::<CapSet>();
    let open = |filter: &str, context: Context| {
        let rule = format!(r#",{{"names":["mount"],"action":"SCMP_ACT_ALLOW",{filter}}}"#);
        does(&resolved(&with(&rule), context), "mount") == Action::Allow
    };
    let held = Context { caps: caps(&["SYS_ADMIN"]), ..docker() };
    let none = Context { caps: CapSet::EMPTY, ..docker() };
    for (filter, context, expected) in [
        (r#""includes":{"caps":["CAP_SYS_ADMIN"]}"#, held, true),
        (r#""includes":{"caps":["CAP_SYS_ADMIN"]}"#, none, false),
        (r#""includes":{"caps":["CAP_SYS_ADMIN","CAP_BPF"]}"#, held, false),
        (r#""includes":{"caps":["SYS_ADMIN"]}"#, held, false),
        (r#""excludes":{"caps":["CAP_BPF","CAP_SYS_ADMIN"]}"#, held, false),
        (r#""excludes":{"caps":["CAP_SYS_ADMIN"]}"#, none, true),
        (r#""includes":{"arches":["amd64"]}"#, none, true),
        (r#""includes":{"arches":["x32","arm64"]}"#, none, false),
        (r#""excludes":{"arches":["amd64"]}"#, none, false),
        (r#""includes":{"minKernel":"4.8"}"#, none, true),
        (r#""includes":{"minKernel":"6.2"}"#, none, false),
        (r#""excludes":{"minKernel":"6.1"}"#, none, false),
        (r#""excludes":{"minKernel":"6.2"}"#, none, true),
        // CRI-O does not read kernels, containerd and the operator read none of it.
        (r#""includes":{"minKernel":"6.2"}"#, Context { loader: Loader::Crio, ..none }, true),
        (
            r#""includes":{"caps":["CAP_SYS_ADMIN"]}"#,
            Context { loader: Loader::Crio, ..none },
            false,
        ),
        (
            r#""includes":{"caps":["CAP_SYS_ADMIN"]}"#,
            Context { loader: Loader::Containerd, ..none },
            true,
        ),
        (r#""includes":{"caps":["CAP_SYS_ADMIN"]}"#, Context { loader: Loader::Spo, ..none }, true),
    ] {
        assert_eq!(open(filter, context), expected, "{filter} {context:?}");
    }
    let old = Context { kernel: Kernel(4, 7), ..none };
    assert!(!open(r#""includes":{"minKernel":"4.8"}"#, old));
}

#[test]
fn what_is_dropped_is_told_why() {
    for (rules, runtime, expected) in [
        (r#",{"names":[],"action":"SCMP_ACT_ALLOW"}"#, Runtime::Runc, DropReason::NoNames),
        (
            r#",{"names":["opnat"],"action":"SCMP_ACT_ALLOW"}"#,
            Runtime::Runc,
            DropReason::UnknownName,
        ),
        (
            r#",{"names":["listns"],"action":"SCMP_ACT_ALLOW"}"#,
            Runtime::Runc,
            DropReason::UnknownName,
        ),
        (r#",{"names":["stime"],"action":"SCMP_ACT_ALLOW"}"#, Runtime::Runc, DropReason::NotOnArch),
        (
            r#",{"names":["read"],"action":"SCMP_ACT_ERRNO","errnoRet":1}"#,
            Runtime::Runc,
            DropReason::SameAsDefault,
        ),
        (
            r#",{"names":["mseal"],"action":"SCMP_ACT_ALLOW"}"#,
            Runtime::Runc,
            DropReason::Repeated(0),
        ),
        (
            r#",{"names":["mseal"],"action":"SCMP_ACT_TRAP"}"#,
            Runtime::Runc,
            DropReason::Shadowed(0),
        ),
        (
            r#",{"names":["read"],"action":"SCMP_ACT_TRAP","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"}]},{"names":["read"],"action":"SCMP_ACT_ALLOW"}"#,
            Runtime::Runc,
            DropReason::Overridden(2),
        ),
        (
            r#",{"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"}]},{"names":["read"],"action":"SCMP_ACT_TRAP","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"},{"index":1,"value":1,"op":"SCMP_CMP_EQ"}]}"#,
            Runtime::Runc,
            DropReason::Covered(1),
        ),
        (
            r#",{"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"op":"SCMP_CMP_EQ"},{"index":1,"op":"SCMP_CMP_EQ"},{"index":2,"op":"SCMP_CMP_EQ"},{"index":3,"op":"SCMP_CMP_EQ"},{"index":4,"op":"SCMP_CMP_EQ"},{"index":5,"op":"SCMP_CMP_EQ"},{"index":5,"op":"SCMP_CMP_EQ"}]}"#,
            Runtime::Crun,
            DropReason::Beyond6,
        ),
    ] {
        let context = Context { runtime, ..Context::new(Loader::Containerd, Arch::X86_64) };
        let resolved = resolved(&with(rules), context);
        let reasons = resolved.dropped.iter().map(|d| d.reason).collect::<Vec<_>>();
        assert!(reasons.contains(&expected), "{rules} {reasons:?}");
    }
}

#[test]
fn what_keeps_a_container_from_starting_is_told_why() {
    let rule = |rest: &str| with(&[r#",{"names":["read"],"#, rest, "}"].concat());
    let top = |rest: &str| [r#"{"defaultAction":"SCMP_ACT_ERRNO","#, rest, "}"].concat();
    for (text, expected) in [
        (
            top(
                r#""architectures":["SCMP_ARCH_X32"],"archMap":[{"architecture":"SCMP_ARCH_X86_64"}]"#,
            ),
            FatalReason::BothArchitectures,
        ),
        (rule(r#""name":"write","action":"SCMP_ACT_ALLOW""#), FatalReason::BothNames),
        (with(r#",{"names":[""],"action":"SCMP_ACT_ALLOW"}"#), FatalReason::EmptyName),
        (rule(r#""action":"ALLOW""#), FatalReason::Action),
        (rule(r#""comment":"no action""#), FatalReason::Action),
        (rule(r#""action":"SCMP_ACT_ALLOW","args":[{"index":0,"op":"EQ"}]"#), FatalReason::Op),
        (top(r#""architectures":["SCMP_ARCH_NATIVE"]"#), FatalReason::Arch),
        (top(r#""architectures":["SCMP_ARCH_PARISC"]"#), FatalReason::Arch),
        (top(r#""flags":["SECCOMP_FILTER_FLAG_NONE"]"#), FatalReason::Flag),
        (rule(r#""action":"SCMP_ACT_ALLOW","includes":{"minKernel":"new"}"#), FatalReason::Kernel),
        (rule(r#""action":"SCMP_ACT_ERRNO","errnoRet":4095"#), FatalReason::ErrnoRange),
        (
            rule(r#""action":"SCMP_ACT_ALLOW","args":[{"index":6,"op":"SCMP_CMP_EQ"}]"#),
            FatalReason::ArgIndex,
        ),
        (rule(r#""action":"SCMP_ACT_NOTIFY""#), FatalReason::NoListener),
        (with(r#",{"names":["write"],"action":"SCMP_ACT_NOTIFY"}"#), FatalReason::NotifyWrite),
        (r#"{"defaultAction":"SCMP_ACT_NOTIFY"}"#.to_owned(), FatalReason::NotifyDefault),
        (
            r#"{"syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}"#.to_owned(),
            FatalReason::Action,
        ),
    ] {
        let reasons = resolved(&text, docker()).fatal;
        assert!(
            reasons.iter().any(|fatal| fatal.reason == expected),
            "{expected:?} {reasons:?} {text}"
        );
    }
    // libseccomp is not asked about rules that are passed over.
    let passed_over = r#",{"names":["opnat"],"action":"SCMP_ACT_ERRNO","errnoRet":9999}"#;
    assert_eq!(resolved(&with(passed_over), docker()).fatal, []);
    let crun = Context { runtime: Runtime::Crun, ..docker() };
    let unused = rule(r#""action":"SCMP_ACT_ALLOW","errnoRet":1"#);
    assert_eq!(resolved(&unused, docker()).fatal, []);
    assert_eq!(resolved(&unused, crun).fatal[0].reason, FatalReason::ErrnoUnused);
    let named = r#"{"defaultAction":"SCMP_ACT_ERRNO","defaultErrno":"ENOTHING"}"#;
    let crio = Context::new(Loader::Crio, Arch::X86_64);
    assert_eq!(resolved(named, crio).fatal[0].reason, FatalReason::ErrnoName);
}

#[test]
fn errnos_are_those_of_their_reader() {
    let text = r#"{"defaultAction":"SCMP_ACT_ERRNO","defaultErrno":"ENOSYS","defaultErrnoRet":22}"#;
    let default = |loader| resolved(text, Context::new(loader, Arch::X86_64)).default;
    assert_eq!(default(Loader::Crio), Action::Errno(38));
    assert_eq!(default(Loader::Docker), Action::Errno(22));
    assert_eq!(default(Loader::Spo), Action::Errno(1));
}

#[test]
fn the_stub_answers_above_the_highest_number_named() {
    let text = r#"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["openat","mseal"],"action":"SCMP_ACT_ALLOW"}]}"#;
    let runc = Context { libseccomp: Version(2, 5, 5), ..docker() };
    let why = |context: Context, number| {
        resolved(text, context).decide(Arch::X86_64, number, &[0; 6]).why
    };
    // mseal is not known yet: openat is the highest.
    assert_eq!(why(runc, 258), Why::NoSuchCall);
    assert_eq!(why(docker(), 258), Why::NotNamed);
    assert_eq!(why(Context { runtime: Runtime::Crun, ..runc }, 258), Why::NotNamed);
    let open = text.replace("SCMP_ACT_ERRNO", "SCMP_ACT_LOG");
    assert_eq!(resolved(&open, runc).filters[0].enosys_above, None);
}

#[test]
fn architectures_are_those_of_the_node_and_the_profile() {
    let arches = |text: &str, context| {
        resolved(text, context).filters.iter().map(|filter| filter.arch).collect::<Vec<_>>()
    };
    let map = r#"{"defaultAction":"SCMP_ACT_ERRNO","archMap":[{"architecture":"SCMP_ARCH_AARCH64","subArchitectures":["SCMP_ARCH_ARM"]},{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86"]}]}"#;
    assert_eq!(arches(map, docker()), [Arch::X86_64, Arch::X86]);
    let containerd = Context::new(Loader::Containerd, Arch::X86_64);
    assert_eq!(arches(map, containerd), [Arch::X86_64]);
    let named = r#"{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X32","SCMP_ARCH_MIPS64"]}"#;
    let resolved = resolved(named, containerd);
    assert_eq!(arches(named, containerd), [Arch::X86_64, Arch::X32]);
    assert_eq!(resolved.others, ["MIPS64"]);
    assert_eq!(resolved.decide(Arch::X86, 1, &[0; 6]).action, Action::KillThread);
    let by_bit = resolved.decide(Arch::X86_64, 1 << 30, &[0; 6]);
    assert_eq!(by_bit, resolved.decide(Arch::X32, 1 << 30, &[0; 6]));
}

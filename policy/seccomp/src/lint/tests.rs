//! One small profile a lint, with what is found in it.

use super::{LINTS, Lint, Severities, Severity, lint, lint_resource};
use crate::arch::Arch;
use crate::caps::CapSet;
use crate::context::{Context, Loader, Runtime};
use crate::parse::{self, Document};
use crate::resolve::resolve;

/// What a usual profile needs, so that other lints keep quiet.
const NEEDS: &str = r#"{"names":["close","execve","exit_group","futex","read","rt_sigreturn","write"],"action":"SCMP_ACT_ALLOW"}"#;

fn context(text: &str) -> Context {
    let mut context = Context::new(Loader::Containerd, Arch::X86_64);
    if text.contains("\"crun\"") {
        context.runtime = Runtime::Crun;
    }
    context.caps = CapSet::EMPTY;
    context
}

fn found(text: &str) -> Vec<(&'static str, Severity, String)> {
    let profile = parse::profile(text).unwrap();
    let context = context(text);
    let resolved = resolve(&profile, &context);
    let findings = lint(&profile, &resolved, &context, &Severities::new());
    findings.iter().map(|f| (f.lint.id, f.severity, f.place.path())).collect()
}

/// A list of allowed calls with these rules besides.
fn with(rules: &str) -> String {
    format!(
        r#"{{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"],"syscalls":[{NEEDS}{rules}]}}"#
    )
}

fn assert_found(text: &str, id: &str, severity: Severity, path: &str) {
    let all = found(text);
    let wanted = |f: &&(&str, Severity, String)| f.0 == id && f.1 == severity && f.2 == path;
    assert!(all.iter().any(|f| wanted(&f)), "no {id} {severity:?} at {path:?} in {all:?}\n{text}");
}

fn assert_not_found(text: &str, id: &str) {
    let all = found(text);
    assert!(all.iter().all(|f| f.0 != id), "{id} in {all:?}\n{text}");
}

#[test]
fn ids_are_unique_and_documented() {
    for (at, one) in LINTS.iter().enumerate() {
        assert!(LINTS.iter().skip(at + 1).all(|other| other.id != one.id), "{}", one.id);
        let said = one.documentation();
        assert_eq!(said.id, one.id);
        assert!(said.why.ends_with('.') && !said.mend.ends_with('.'), "{}", one.id);
        assert_eq!(Lint::from_id(one.id).map(|lint| lint.id), Some(one.id));
    }
}

#[test]
fn a_plain_list_of_allowed_calls_is_clean() {
    assert_eq!(found(&with("")), []);
}

#[test]
fn each_lint_finds_its_mistake() {
    let mut tried = Vec::new();
    use Severity::{Error, Info, Warning};
    let eq = |value: u64, action: &str| {
        format!(
            r#",{{"names":["fcntl"],"action":"{action}","args":[{{"index":1,"value":{value},"op":"SCMP_CMP_EQ"}}]}}"#
        )
    };
    let allow = |name: &str| format!(r#",{{"names":["{name}"],"action":"SCMP_ACT_ALLOW"}}"#);
    let cond = |name: &str, op: &str, value: u64| {
        format!(
            r#",{{"names":["{name}"],"action":"SCMP_ACT_ALLOW","args":[{{"index":0,"value":{value},"op":"{op}"}}]}}"#
        )
    };
    let whole = |text: &str| text.to_owned();
    let many = (0..400).map(|value| cond("ioctl", "SCMP_CMP_EQ", value)).collect::<String>();
    let seven = r#"{"index":0,"value":1,"op":"SCMP_CMP_EQ"},"#.repeat(6);
    let beyond = format!(
        r#",{{"names":["fcntl"],"action":"SCMP_ACT_ALLOW","args":[{seven}{{"index":1,"value":1,"op":"SCMP_CMP_EQ"}}]}}"#
    );
    for (text, id, severity, path) in [
        (whole("{}"), "SC-EMPTY", Error, ""),
        (
            whole(r#"{"defaultAction":"SCMP_ACT_ERRNO","DefaultAction":"SCMP_ACT_ALLOW"}"#),
            "SC-PARSE-DUPKEY",
            Error,
            "",
        ),
        (whole(r#"{"defaultAction":"SCMP_ACT_ALLOW"}"#), "SC-DEF-ALLOW", Error, ""),
        (whole(r#"{"defaultAction":"SCMP_ACT_LOG"}"#), "SC-DEF-LOG", Warning, ""),
        (
            whole(r#"{"defaultAction":"SCMP_ACT_NOTIFY","listenerPath":"/x"}"#),
            "SC-DEF-NOTIFY",
            Error,
            "",
        ),
        (whole(r#"{"defaultAction":"SCMP_ACT_TRACE"}"#), "SC-DEF-TRACE", Error, ""),
        (
            whole(r#"{"defaultAction":"SCMP_ACT_ERRNO","runtime":"crun"}"#),
            "SC-NEW-SYSCALL",
            Info,
            "",
        ),
        (whole(r#"{"defaultAction":"SCMP_ACT_KILL"}"#), "SC-KILLTHREAD", Info, ""),
        (
            whole(r#"{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_ARM"]}"#),
            "SC-ARCH-NONATIVE",
            Info,
            "",
        ),
        (
            whole(r#"{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_Z80"]}"#),
            "SC-BADARCH",
            Error,
            "",
        ),
        (whole(r#"{"defaultAction":"SCMP_ACT_ERRNO","flags":["X"]}"#), "SC-FLAG", Error, ""),
        (
            whole(
                r#"{"defaultAction":"SCMP_ACT_ERRNO","flags":["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]}"#,
            ),
            "SC-FLAG-SSB",
            Info,
            "",
        ),
        (
            whole(r#"{"defaultAction":"SCMP_ACT_ERRNO","listenerMetadata":"x"}"#),
            "SC-LISTENER",
            Warning,
            "",
        ),
        (
            with(
                r#",{"names":["mount"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["CAP_SYS_ADMIN"]}}"#,
            ),
            "SC-DIALECT",
            Error,
            "syscalls[1]",
        ),
        (
            with(r#",{"names":["fcntl"],"action":"SCMP_ACT_PERMIT"}"#),
            "SC-INVALID",
            Error,
            "syscalls[1]",
        ),
        (
            with(&(eq(1, "SCMP_ACT_ALLOW") + &eq(1, "SCMP_ACT_LOG"))),
            "SC-EEXIST",
            Error,
            "syscalls[2].names[0]",
        ),
        (
            with(r#",{"names":["fcntl"],"action":"SCMP_ACT_ERRNO","errnoRet":12345}"#),
            "SC-ERRNO-RANGE",
            Error,
            "syscalls[1]",
        ),
        (
            with(r#",{"names":["fcntl"],"action":"SCMP_ACT_ALLOW","errnoRet":1}"#),
            "SC-ERRNO-UNUSED",
            Warning,
            "syscalls[1]",
        ),
        (
            with(r#",{"names":["fcntl"],"action":"SCMP_ACT_ERRNO","errnoRet":0}"#),
            "SC-ERRNO0",
            Error,
            "syscalls[1]",
        ),
        (
            with(
                r#",{"names":["fcntl"],"action":"SCMP_ACT_ALLOW","args":[{"index":6,"value":1,"op":"SCMP_CMP_EQ"}]}"#,
            ),
            "SC-ARGINDEX",
            Error,
            "syscalls[1].args[0]",
        ),
        (
            with(
                r#",{"names":["fcntl"],"action":"SCMP_ACT_ALLOW","args":[{"index":1,"value":1,"op":"SCMP_CMP_GE"},{"index":1,"value":2,"op":"SCMP_CMP_LE"}]}"#,
            ),
            "SC-DUPARG",
            Error,
            "syscalls[1].args[1]",
        ),
        (
            whole(r#"{"defaultAction":"SCMP_ACT_ERRNO","sysCalls":[],"calls":[]}"#),
            "SC-UNKNOWN-KEY",
            Info,
            "",
        ),
        (with(&many), "SC-SIZE", Warning, ""),
        (
            with(&beyond).replacen('{', "{\"comment\":\"crun\",", 1),
            "SC-ARGCOUNT",
            Error,
            "syscalls[1]",
        ),
        (with(&allow("opnat")), "SC-UNKNOWN-NAME", Warning, "syscalls[1].names[0]"),
        (
            with(r#",{"names":["fcntl"],"action":"SCMP_ACT_ERRNO"}"#),
            "SC-NOOP-DEFAULT",
            Warning,
            "syscalls[1].names[0]",
        ),
        (
            with(&(allow("fcntl") + r#",{"names":["fcntl"],"action":"SCMP_ACT_ERRNO"}"#)),
            "SC-NOOP-DEFAULT",
            Error,
            "syscalls[2].names[0]",
        ),
        (
            with(&(allow("fcntl") + r#",{"names":["fcntl"],"action":"SCMP_ACT_TRAP"}"#)),
            "SC-SHADOW",
            Error,
            "syscalls[2].names[0]",
        ),
        (with(&cond("personality", "SCMP_CMP_NE", 0x40000)), "SC-TRUNC", Error, "syscalls[1]"),
        (
            with(
                &(cond("fcntl", "SCMP_CMP_GE", 4)
                    + r#",{"names":["fcntl"],"action":"SCMP_ACT_TRAP","args":[{"index":0,"value":7,"op":"SCMP_CMP_GE"}]}"#),
            ),
            "SC-AMBIG",
            Warning,
            "syscalls[1]",
        ),
        (
            with(&(cond("mmap", "SCMP_CMP_EQ", 4) + &cond("mmap", "SCMP_CMP_GT", 1 << 40))),
            "SC-SHAPE",
            Warning,
            "syscalls[1]",
        ),
        (
            with(&(cond("socket", "SCMP_CMP_EQ", 1) + &allow("socketcall"))),
            "SC-MUX",
            Warning,
            "syscalls[1]",
        ),
        (
            whole(
                r#"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["umount2"],"action":"SCMP_ACT_ERRNO"}],"architectures":["SCMP_ARCH_X86"]}"#,
            ),
            "SC-DENYLIST-ALIAS",
            Error,
            "syscalls[0]",
        ),
        (
            whole(
                r#"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mount"],"action":"SCMP_ACT_ERRNO"}],"architectures":["SCMP_ARCH_X32"]}"#,
            ),
            "SC-DENYLIST-X32",
            Warning,
            "",
        ),
        (with(&allow("kexec_load")), "SC-DANGER", Info, "syscalls[1]"),
        (with(&allow("keyctl")), "SC-DANGER", Warning, "syscalls[1]"),
        (with(&allow("clone")), "SC-CLONE-NS", Error, "syscalls[1]"),
        (with(&(allow("clone") + &allow("seccomp"))), "SC-CLONE3", Error, ""),
        (with(&allow("unshare")), "SC-UNSHARE", Error, "syscalls[1]"),
        (
            with(&(allow("io_uring_setup") + &allow("io_uring_enter"))),
            "SC-IOURING",
            Warning,
            "syscalls[1]",
        ),
        (
            with(&allow("clone")).replace("SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS"),
            "SC-CLONE3",
            Error,
            "",
        ),
        (
            whole(r#"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}"#),
            "SC-RUNTIME-MIN",
            Warning,
            "",
        ),
        (
            whole(
                r#"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X32"],"syscalls":[{"names":["clone"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":268435456,"valueTwo":268435456,"op":"SCMP_CMP_MASKED_EQ"}]},{"names":["umount"],"action":"SCMP_ACT_ERRNO"}]}"#,
            ),
            "SC-PHANTOM",
            Error,
            "",
        ),
    ] {
        assert_found(&text, id, severity, path);
        tried.push(id);
    }
    let is_left = |lint: &&Lint| lint.id.starts_with("SC-") && !tried.contains(&lint.id);
    let left = LINTS.iter().filter(is_left).map(|lint| lint.id).collect::<Vec<_>>();
    assert_eq!(left, [""; 0], "lints that no profile shows");
}

#[test]
fn what_is_right_is_not_found() {
    let masked = r#",{"names":["personality"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":4294967295,"valueTwo":8,"op":"SCMP_CMP_MASKED_EQ"}]}"#;
    assert_not_found(&with(masked), "SC-TRUNC");
    let clone3 = r#",{"names":["clone3"],"action":"SCMP_ACT_ERRNO","errnoRet":38}"#;
    assert_not_found(&with(clone3), "SC-CLONE3");
}

#[test]
fn severities_can_be_set() {
    let mut severities = Severities::new();
    severities.set("SC-DEF-ALLOW", None).unwrap();
    severities.set("SC-CLONE-NS", Some(Severity::Info)).unwrap();
    severities.set("SC-DANGER", Some(Severity::Error)).unwrap();
    severities.set("SC-DANGER:mount", None).unwrap();
    for id in ["SC-NO-SUCH", "SC-DANGER:no_such", "SC-NO-SUCH:mount"] {
        assert_eq!(severities.set(id, None), Err(id.to_owned()));
    }
    let text = r#"{"defaultAction":"SCMP_ACT_ALLOW"}"#;
    let profile = parse::profile(text).unwrap();
    let context = context(text);
    let findings = lint(&profile, &resolve(&profile, &context), &context, &severities);
    assert!(findings.iter().all(|f| f.lint.id != "SC-DEF-ALLOW"));
    let dangers = findings.iter().filter(|f| f.lint.id == "SC-DANGER").collect::<Vec<_>>();
    assert!(dangers.len() > 20 && dangers.iter().all(|f| f.severity == Severity::Error));
    assert!(dangers.iter().all(|f| f.call.is_some_and(|call| call.name() != "mount")));
    let clone = findings.iter().find(|f| f.lint.id == "SC-CLONE-NS").unwrap();
    assert_eq!(clone.severity, Severity::Info);
}

#[test]
fn resources_have_lints_of_their_own() {
    let text = r#"{"kind":"SeccompProfile","metadata":{"name":"a.json","labels":{"spo.x-k8s.io/partial":"true","spo.x-k8s.io/recording-id":"1"}},
        "spec":{"baseProfileName":"oci://x/y:v1","defaultAction":"SCMP_ACT_ERRNO","syscalls":[
        {"names":["socket"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"}]},
        {"names":["socket"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":2,"op":"SCMP_CMP_EQ"}]}]}}"#;
    let Ok(Document::Resource(resource)) = parse::document(text) else { panic!("no resource") };
    let findings = lint_resource(&resource, &Severities::new());
    let ids = findings.iter().map(|f| f.lint.id).collect::<Vec<_>>();
    let expected =
        ["SPO-BASE-ARGS", "SPO-BASE-OCI", "SPO-NAME-COLLISION", "SPO-STATE", "SPO-RECORDED"];
    assert_eq!(ids, expected);
}

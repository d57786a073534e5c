//! One call.

use super::{examples, fed, is_as_written, json, printed, refused, seccomp};

#[test]
fn a_call_is_told_with_its_like() {
    let arguments = ["simulate", "web.json", "clone", "--arg", "0=0x10000000"];
    let run = seccomp(&examples(), &arguments);
    is_as_written("simulate-clone.txt", printed(&run, 0));
    let run = seccomp(&examples(), &[&arguments[..], &["-o", "json"]].concat());
    is_as_written("simulate-clone.json", printed(&run, 0));
    let run = seccomp(&examples(), &["simulate", "legacy.json", "read"]);
    is_as_written("simulate-read.txt", printed(&run, 0));
}

#[test]
fn conditions_and_capabilities_decide() {
    let effect = |arguments: &[&str]| {
        let arguments = [&["simulate"], arguments, &["-o", "json"]].concat();
        let answer = json(&seccomp(&examples(), &arguments), 0);
        answer["answers"][0]["verdict"]["effect"].as_str().expect("an effect").to_owned()
    };
    assert_eq!(effect(&["web.json", "socket", "--arg", "0=2"]), "executed");
    assert_eq!(effect(&["web.json", "socket", "--arg", "0=40"]), "denied");
    assert_eq!(effect(&["legacy.json", "socket", "--arg", "0=0x100000028"]), "executed");
    assert_eq!(effect(&["legacy.json", "mount"]), "executed");
    assert_eq!(effect(&["legacy.json", "mount", "--loader", "docker"]), "denied");
    let held = ["legacy.json", "mount", "--loader", "docker", "--capability", "SYS_ADMIN"];
    assert_eq!(effect(&held), "executed");
    assert_eq!(effect(&["web.json", "0"]), "executed");
    assert_eq!(effect(&["containerd-2.3", "personality", "--arg", "0=-1"]), "denied");
    assert_eq!(effect(&["containerd-2.3", "personality", "--arg", "0=0xffffffff"]), "executed");
}

#[test]
fn upper_bits_are_told() {
    let run =
        seccomp(&examples(), &["simulate", "legacy.json", "socket", "--arg", "0=0x100000028"]);
    assert!(printed(&run, 0).contains("uses the lower 32 bits of argument 0"), "{}", run.stdout);
}

#[test]
fn expectations_are_held() {
    let code = |expected: &str| {
        seccomp(&examples(), &["simulate", "web.json", "mount", "--expect", expected]).code
    };
    assert_eq!((code("denied"), code("executed")), (0, 1));
}

#[test]
fn every_architecture_is_asked() {
    let arguments =
        ["simulate", "web.json", "read", "--arch", "x86_64", "--arch", "arm64", "-o", "json"];
    let answer = json(&seccomp(&examples(), &arguments), 0);
    let numbers: Vec<_> =
        answer["answers"].as_array().expect("answers").iter().map(|one| &one["number"]).collect();
    assert_eq!(numbers, [0, 63]);
}

#[test]
fn a_container_that_would_not_start_is_told() {
    let text = r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
  {"names": ["read"], "action": "SCMP_ACT_ALLOWED"}]}"#;
    let run = fed(&examples(), &["simulate", "-", "read"], text);
    let said = "the container would not start: 2:3: the action is missing or none";
    assert!(printed(&run, 1).starts_with(said), "{}", run.stdout);
}

#[test]
fn unknown_calls_and_arguments_are_refused() {
    let run = |rest: &[&str]| seccomp(&examples(), &[&["simulate", "web.json"], rest].concat());
    refused(&run(&["opnat"]), "unknown call `opnat`, did you mean `openat`?");
    refused(&run(&["frobnicate"]), "unknown call `frobnicate`; `ringfence seccomp table`");
    refused(&run(&["open", "--arch", "arm64"]), "aarch64 has no call `open`; it is one of x86_64");
    for argument in ["6=1", "0", "0=x", "0=0xfffffffffffffffff", "x=1"] {
        let run = run(&["read", "--arg", argument]);
        assert_eq!(run.code, 2, "{argument}");
        assert!(run.stderr.contains("INDEX=VALUE"), "{}", run.stderr);
    }
}

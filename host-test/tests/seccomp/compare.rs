//! Two profiles.

use super::process::folder;
use super::{examples, is_as_written, json, printed, refused, seccomp};
use serde_json::{Value, json as value};

#[test]
fn no_weaker_and_weaker() {
    let run = seccomp(&examples(), &["compare", "web.json", "containerd-2.3"]);
    is_as_written("compare-web.txt", printed(&run, 0));
    let arguments = ["compare", "legacy.json", "containerd-2.3"];
    is_as_written("compare-legacy.txt", printed(&seccomp(&examples(), &arguments), 1));
    let run = seccomp(&examples(), &[&arguments[..], &["-o", "json"]].concat());
    is_as_written("compare-legacy.json", printed(&run, 1));
}

#[test]
fn counter_examples_are_so() {
    let arguments = ["compare", "legacy.json", "containerd-2.3", "-o", "json"];
    let found = json(&seccomp(&examples(), &arguments), 1);
    for weaker in found["weaker"].as_array().expect("calls") {
        let call = weaker["call"].as_str().expect("a name").to_owned();
        let args = weaker["args"].as_array().expect("arguments").iter().enumerate();
        let args: Vec<String> = args.map(|(index, arg)| format!("--arg={index}={arg}")).collect();
        let effect = |profile: &str| {
            let mut arguments = vec!["simulate", profile, &call, "-o", "json"];
            arguments.extend(args.iter().map(String::as_str));
            json(&seccomp(&examples(), &arguments), 0)["answers"][0]["verdict"]["effect"].clone()
        };
        assert_eq!(effect("legacy.json"), "executed", "{call}");
        assert_eq!(effect("containerd-2.3"), "denied", "{call}");
    }
}

#[test]
fn capabilities_are_those_of_one_container() {
    let arguments = ["compare", "moby-0.2", "containerd-2.3", "--capability", "SYS_ADMIN"];
    assert_eq!(seccomp(&examples(), &arguments).code, 0);
    // The same baseline for another container: the file has what its capabilities open.
    let folder = folder::<&str>(&[]);
    let convert = ["convert", "moby-0.2", "--to", "oci", "--capability", "SYS_ADMIN"];
    let made = seccomp(folder.path(), &convert);
    std::fs::write(folder.path().join("x.json"), printed(&made, 0)).expect("a file");
    let found = json(&seccomp(folder.path(), &["compare", "x.json", "moby-0.2", "-o", "json"]), 1);
    let calls = found["weaker"].as_array().expect("calls").iter();
    assert!(calls.clone().any(|weaker| weaker["call"] == "mount"), "{found}");
    let mount = calls.into_iter().find(|weaker| weaker["call"] == "mount").expect("mount");
    assert_eq!(mount["arches"], value!(["x86_64", "x86", "x32"]));
}

#[test]
fn the_order_is_chosen() {
    let folder = folder(&[
        ("kill.json", r#"{"defaultAction": "SCMP_ACT_KILL_PROCESS", "syscalls": []}"#),
        ("errno.json", r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []}"#),
    ]);
    let compare = ["compare", "errno.json", "kill.json"];
    assert_eq!(seccomp(folder.path(), &compare).code, 0);
    let precedence = [&compare[..], &["--order", "precedence"]].concat();
    assert_eq!(seccomp(folder.path(), &precedence).code, 1);
    // Neither lets anything through: nobody permits more.
    let found =
        json(&seccomp(folder.path(), &["diff", "errno.json", "kill.json", "-o", "json"]), 1);
    assert_eq!(found["leftPermitsMore"], value!([]));
    assert!(!found["otherAnswers"].as_array().expect("calls").is_empty());
}

#[test]
fn what_is_void_is_weaker_than_anything() {
    let folder = folder(&[("void.json", "{}")]);
    let run = seccomp(folder.path(), &["compare", "void.json", "containerd-2.3"]);
    assert!(printed(&run, 1).contains("there is no filter"), "{}", run.stdout);
    assert!(run.stdout.contains("more; --all tells them"), "{}", run.stdout);
    let all = seccomp(folder.path(), &["compare", "void.json", "containerd-2.3", "--all"]);
    assert!(printed(&all, 1).lines().count() > run.stdout.lines().count() + 50);
}

#[test]
fn what_does_not_start_is_no_reference() {
    let bad =
        r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "x"}]}"#;
    let folder = folder(&[("bad.json", bad)]);
    refused(&seccomp(folder.path(), &["compare", "moby", "bad.json"]), "bad.json is no reference");
    let run = seccomp(folder.path(), &["compare", "bad.json", "moby"]);
    assert!(printed(&run, 1).contains("would not start"), "{}", run.stdout);
}

#[test]
fn differences_are_told_by_side() {
    let run = seccomp(&examples(), &["diff", "web.json", "worker.yaml", "--all"]);
    is_as_written("diff-web-worker.txt", printed(&run, 1));
    let found = json(&seccomp(&examples(), &["diff", "web.json", "worker.yaml", "-o", "json"]), 1);
    let calls = |side: &str| -> Vec<Value> {
        found[side].as_array().expect("calls").iter().map(|change| change["call"].clone()).collect()
    };
    assert!(calls("leftPermitsMore").contains(&value!("socket")));
    assert_eq!(calls("eitherPermitsMore"), Vec::<Value>::new());
    let same = seccomp(&examples(), &["diff", "web.json", "web.json"]);
    assert!(printed(&same, 0).starts_with("the same: "), "{}", same.stdout);
}

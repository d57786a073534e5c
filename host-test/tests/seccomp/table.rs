//! The table of calls.

use super::{examples, is_as_written, json, printed, refused, seccomp};

#[test]
fn calls_are_listed_and_chosen() {
    is_as_written("table-mount.txt", printed(&seccomp(&examples(), &["table", "mount"]), 0));
    let names = |arguments: &[&str]| -> Vec<String> {
        let list = json(&seccomp(&examples(), &[&["table", "-o", "json"], arguments].concat()), 0);
        let names = list.as_array().expect("calls").iter();
        names.map(|call| call["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(names(&[]).len(), ringfence_seccomp::syscalls().count());
    assert_eq!(names(&["165", "--arch", "x86_64"]), ["mount"]);
    assert_eq!(names(&["--kind", "keys"]), ["add_key", "keyctl", "request_key"]);
    assert!(names(&["--dangerous"]).contains(&"bpf".to_owned()));
    refused(&seccomp(&examples(), &["table", "frobnicate"]), "no call is meant");
}

#[test]
fn numbers_and_dangers_are_told() {
    let list = json(&seccomp(&examples(), &["table", "finit_module", "-o", "json"]), 0);
    let call = &list[0];
    assert_eq!(call["numbers"]["aarch64"], 273);
    assert_eq!(call["danger"]["capabilities"][0], "SYS_MODULE");
    assert_eq!(call["since"], "2.5.0");
}

#[test]
fn baselines_are_listed() {
    let run = seccomp(&examples(), &["table", "--baselines"]);
    is_as_written("table-baselines.txt", printed(&run, 0));
    let list = json(&seccomp(&examples(), &["table", "--baselines", "-o", "json"]), 0);
    assert_eq!(
        list.as_array().expect("baselines").len(),
        ringfence_seccomp::Baseline::all().count()
    );
}

#[test]
fn lints_are_listed() {
    is_as_written("table-lints.txt", printed(&seccomp(&examples(), &["table", "--lints"]), 0));
    let list = json(&seccomp(&examples(), &["table", "--lints", "-o", "json"]), 0);
    assert_eq!(list.as_array().expect("lints").len(), ringfence_seccomp::LINTS.len());
    assert!(list[0]["why"].as_str().is_some_and(|why| !why.is_empty()));
}

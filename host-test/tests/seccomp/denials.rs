//! Logs.

use super::process::folder;
use super::{examples, fed, is_as_written, json, printed, refused, seccomp};

#[test]
fn records_are_counted_and_a_rule_is_proposed() {
    let run = seccomp(&examples(), &["denials", "node.log"]);
    is_as_written("denials.txt", printed(&run, 0));
    let run = seccomp(&examples(), &["denials", "node.log", "-o", "json"]);
    is_as_written("denials.json", printed(&run, 0));
    let log = std::fs::read_to_string(examples().join("node.log")).expect("the log");
    let fed = fed(&examples(), &["denials"], &log);
    assert_eq!(fed.stdout, seccomp(&examples(), &["denials", "node.log"]).stdout);
}

#[test]
fn records_are_chosen_by_program() {
    let of = |process: &str| {
        let run =
            seccomp(&examples(), &["denials", "node.log", "--process", process, "-o", "json"]);
        json(&run, 0)["denials"].as_array().expect("records").len()
    };
    assert_eq!((of("worker"), of("/bin/busybox"), of("node worker"), of("x")), (2, 1, 1, 0));
}

#[test]
fn the_rule_goes_into_a_profile() {
    let worker = std::fs::read_to_string(examples().join("worker.yaml")).expect("an example");
    let log = std::fs::read_to_string(examples().join("node.log")).expect("the log");
    let folder = folder(&[("worker.yaml", &worker), ("node.log", &log)]);
    let arguments = ["denials", "node.log", "--profile", "worker.yaml"];
    let run = seccomp(folder.path(), &arguments);
    is_as_written("denials-worker.diff", printed(&run, 0));
    assert!(run.stderr.contains("left out: `mount`"), "{}", run.stderr);
    let run = seccomp(folder.path(), &[&arguments[..], &["--write"]].concat());
    assert_eq!(printed(&run, 0), "");
    let after = std::fs::read_to_string(folder.path().join("worker.yaml")).expect("the file");
    assert_eq!(
        after,
        format!("{worker}  - names: [getrandom, sched_getaffinity]\n    action: SCMP_ACT_ALLOW\n")
    );
    let simulate = ["simulate", "worker.yaml", "getrandom", "--expect", "executed"];
    assert_eq!(seccomp(folder.path(), &simulate).code, 0);
    refused(
        &seccomp(folder.path(), &["denials", "node.log", "--profile", "moby"]),
        "built into a runtime",
    );
}

#[test]
fn what_is_no_log_is_told() {
    let run = fed(&examples(), &["denials"], "nothing\n");
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(run.stderr.contains("no record of a filter"), "{}", run.stderr);
    refused(&seccomp(&examples(), &["denials", "gone.log"]), "gone.log cannot be read");
    refused(&seccomp(&examples(), &["denials", "."]), ". is a folder");
}

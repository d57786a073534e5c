//! Profiles written anew, and new ones.

use super::process::folder;
use super::{examples, fed, is_as_written, json, printed, refused, seccomp};

#[test]
fn every_format_comes_to_the_same() {
    for profile in ["web.json", "worker.yaml", "moby-0.2", "cri-o-1.37"] {
        for (to, loader) in [("oci", "containerd"), ("docker", "docker"), ("cri-o", "cri-o")] {
            let run = seccomp(&examples(), &["convert", profile, "--to", to]);
            let text = printed(&run, 0).to_owned();
            let caps = if profile.starts_with("cri-o") {
                ["--drop-capability", "SETFCAP,MKNOD,NET_RAW,SYS_CHROOT,AUDIT_WRITE"]
            } else {
                ["--capability", "SETFCAP,MKNOD,NET_RAW,SYS_CHROOT,AUDIT_WRITE"]
            };
            let diff = ["diff", "-", profile, "--loader", loader, caps[0], caps[1]];
            let diff = fed(&examples(), &diff, &text);
            assert_eq!(diff.code, 0, "{profile} {to}: {}", diff.stdout);
        }
    }
}

#[test]
fn resources_have_names() {
    let run = seccomp(&examples(), &["convert", "worker.yaml", "--to", "configmap"]);
    is_as_written("convert-worker-configmap.yaml", printed(&run, 0));
    let again = fed(&examples(), &["diff", "-", "worker.yaml"], &run.stdout);
    assert_eq!(again.code, 0, "{}", again.stdout);
    let run = seccomp(
        &examples(),
        &["convert", "web.json", "--to", "spo", "-o", "json", "--name", "front"],
    );
    assert_eq!(json(&run, 0)["metadata"]["name"], "front");
    refused(
        &seccomp(&examples(), &["convert", "web.json", "--to", "spo", "--name", "Front_End"]),
        "`Front_End` is no name of a resource; use lower case letters, digits, `-` and `.`, as in `front-end`",
    );
}

#[test]
fn what_is_lost_is_told() {
    let text = r#"{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "syscalls": [
        {"names": ["read"], "action": "SCMP_ACT_ALLOW"}]}"#;
    let run = fed(&examples(), &["convert", "-", "--to", "spo"], text);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("no errno of the default: it is EPERM"), "{}", run.stderr);
    assert!(run.stderr.contains("do not come to the same"), "{}", run.stderr);
    let run = seccomp(&examples(), &["convert", "legacy.json", "--to", "oci"]);
    assert!(
        run.stderr.contains("answered for this node and container: syscalls[1]"),
        "{}",
        run.stderr
    );
    assert!(!run.stdout.contains("mount"), "{}", run.stdout);
}

#[test]
fn what_does_not_start_is_not_converted() {
    let text = "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [\n{\"names\": [\"read\"]}]}";
    refused(&fed(&examples(), &["convert", "-", "--to", "oci"], text), "<stdin>:2:1: no container");
    let two = ["convert", "web.json", "--to", "oci", "--arch", "x86_64", "--arch", "arm64"];
    refused(&seccomp(&examples(), &two), "--arch is given more than once");
}

#[test]
fn a_list_of_calls_becomes_a_profile() {
    let run =
        seccomp(&examples(), &["new", "--syscalls", "openat,mmap", "--syscalls", "clone fstat"]);
    is_as_written("new-list.json", printed(&run, 0));
    assert!(
        run.stderr.contains("added for the runtime: close, execve, exit_group, futex"),
        "{}",
        run.stderr
    );
    let lint = fed(&examples(), &["lint", "-", "--deny", "warning"], &run.stdout);
    assert_eq!(lint.code, 0, "{}", lint.stdout);
    let compare = fed(&examples(), &["compare", "-", "containerd-2.3"], &run.stdout);
    assert_eq!(compare.code, 0, "{}", compare.stdout);
}

#[test]
fn a_base_is_opened_by_what_was_asked_and_no_more() {
    let new = [
        "new",
        "--base",
        "worker.yaml",
        "--from-denials",
        "node.log",
        "--to",
        "spo",
        "--name",
        "w",
    ];
    let run = seccomp(&examples(), &new);
    is_as_written("new-worker.yaml", printed(&run, 0));
    for said in [
        "let through beyond the base: getrandom, sched_getaffinity",
        "left out: `mount`: it changes mounts or enters namespaces; --include-dangerous",
        "left out: `io_uring_setup`",
    ] {
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    let all = seccomp(&examples(), &[&new[..], &["--include-dangerous"]].concat());
    assert!(printed(&all, 0).contains("mount"), "{}", all.stdout);
    let only = seccomp(&examples(), &[&new[..], &["--process", "sh"]].concat());
    assert!(!printed(&only, 0).contains("getrandom"), "{}", only.stdout);
}

#[test]
fn threads_are_made_without_namespaces() {
    let base = r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["clone", "read"], "action": "SCMP_ACT_TRAP"}]}"#;
    let folder = folder(&[("base.json", base)]);
    let run = seccomp(folder.path(), &["new", "--base", "base.json", "--syscalls", "clone"]);
    let lint = fed(folder.path(), &["lint", "-", "-o", "json"], printed(&run, 0));
    assert!(!lint.stdout.contains("SC-CLONE"), "{}", lint.stdout);
    let simulate = ["simulate", "-", "clone", "--expect"];
    let flags = ["denied", "--arg", "0=0x10000000"];
    assert_eq!(fed(folder.path(), &[&simulate[..], &["executed"]].concat(), &run.stdout).code, 0);
    assert_eq!(fed(folder.path(), &[&simulate[..], &flags].concat(), &run.stdout).code, 0);
}

#[test]
fn slips_in_lists_are_told_all_at_once() {
    let run = seccomp(&examples(), &["new", "--syscalls", "opnat,read,mmapp"]);
    refused(
        &run,
        "unknown call `opnat`, did you mean `openat`?\nunknown call `mmapp`, did you mean `mmap`?",
    );
    refused(&seccomp(&examples(), &["new"]), "give --syscalls or --from-denials");
    refused(
        &seccomp(&examples(), &["new", "--from-denials", "gone.log"]),
        "gone.log cannot be read",
    );
}

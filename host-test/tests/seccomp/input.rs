//! What every subcommand says to bad input.

use super::process::folder;
use super::{examples, fed, json, refused, seccomp};

#[test]
fn what_is_no_profile_is_refused_by_every_command() {
    let folder = folder(&[
        ("broken.json", "{\n \"syscalls\": [}\n"),
        ("typed.json", "{\n \"syscalls\": [{\"names\": \"read\"}]}\n"),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\n"),
        ("empty.yaml", "# nothing\n"),
        ("list.json", "[1]"),
    ]);
    let out = ["--to", "oci"];
    let commands: [(&str, &[&str]); 6] = [
        ("simulate", &["read"]),
        ("compare", &["containerd-2.3"]),
        ("diff", &["containerd-2.3"]),
        ("convert", &out),
        ("sheet", &[]),
        ("fix", &[]),
    ];
    for (command, rest) in commands {
        for (file, what) in [
            (
                "gone.json",
                "gone.json: no such file, and no baseline; the baselines are containerd-1.6, ",
            ),
            ("contanerd-2.3", "no baseline, did you mean `containerd-2.3`?"),
            (".", ".: a folder; name a file in it"),
            ("broken.json", "broken.json:2:15: broken JSON: "),
            ("typed.json", "typed.json:2:25: syscalls[0].names: "),
            ("list.json", "list.json:1:1: a profile is an object"),
        ] {
            let run = seccomp(folder.path(), &[&[command, file], rest].concat());
            refused(&run, what);
        }
        let run = seccomp(folder.path(), &[&[command, "pod.yaml"], rest].concat());
        refused(
            &run,
            if command == "fix" { "holds no seccomp profile" } else { "holds a Pod; expected" },
        );
        let run = seccomp(folder.path(), &[&[command, "empty.yaml"], rest].concat());
        refused(&run, "empty.yaml");
    }
}

#[test]
fn profiles_are_named_within_files() {
    let profile = "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": []}";
    let map = format!("kind: ConfigMap\ndata:\n  a.json: '{profile}'\n  b.json: '{profile}'\n");
    let folder = folder(&[("map.yaml", map)]);
    refused(
        &seccomp(folder.path(), &["simulate", "map.yaml", "read"]),
        "map.yaml holds 2 profiles: a.json, b.json; name one as in FILE#NAME",
    );
    refused(
        &seccomp(folder.path(), &["simulate", "map.yaml#c.json", "read"]),
        "map.yaml holds no profile `c.json`; it holds a.json, b.json",
    );
    let run = seccomp(folder.path(), &["simulate", "map.yaml#b.json", "read", "-o", "json"]);
    assert_eq!(json(&run, 0)["profile"], "map.yaml#b.json");
}

#[test]
fn a_base_must_be_known_to_judge() {
    let text =
        "kind: SeccompProfile\nspec:\n  baseProfileName: runc\n  defaultAction: SCMP_ACT_ERRNO\n";
    refused(&fed(&examples(), &["compare", "-", "containerd-2.3"], text), "--base-profile FILE");
    let with =
        ["simulate", "-", "io_uring_setup", "-o", "json", "--base-profile", "containerd-1.7"];
    let answer = json(&fed(&examples(), &with, text), 0);
    assert_eq!(answer["answers"][0]["verdict"]["effect"], "executed", "{answer}");
    // What the operator has written down will do.
    let rules = r#"[{"names":["mount"],"action":"SCMP_ACT_ALLOW"}]"#;
    let text = format!("{text}metadata:\n  annotations:\n    syscalls: '{rules}'\n");
    let answer = json(&fed(&examples(), &["simulate", "-", "mount", "-o", "json"], &text), 0);
    assert_eq!(answer["answers"][0]["verdict"]["effect"], "executed", "{answer}");
}

#[test]
fn options_are_checked() {
    for (option, value, what) in [
        ("--arch", "vax", "x86_64"),
        ("--capability", "SYS_ADMN", "did you mean `SYS_ADMIN`?"),
        ("--kernel", "new", "6.1"),
        ("--libseccomp", "2", "2.5.4"),
        ("--loader", "dockr", "docker"),
    ] {
        let run = seccomp(&examples(), &["lint", "web.json", option, value]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains(what), "{}", run.stderr);
    }
}

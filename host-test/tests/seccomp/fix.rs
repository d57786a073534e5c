//! Mended files.

use super::process::folder;
use super::{examples, fed, is_as_written, printed, refused, seccomp};

const NE: &str = "{
  \"defaultAction\": \"SCMP_ACT_ERRNO\",
  \"syscalls\": [
    {\"names\": [\"read\", \"write\"], \"action\": \"SCMP_ACT_ALLOW\"},
    {\"names\": [\"read\", \"futex\"], \"action\": \"SCMP_ACT_TRAP\"}
  ]
}
";

#[test]
fn the_diff_comes_first_and_the_file_stays() {
    let run = seccomp(&examples(), &["fix", "worker.yaml"]);
    is_as_written("fix-worker.diff", printed(&run, 0));
    assert!(run.stderr.contains("1 file to change; --write does it"), "{}", run.stderr);
    assert_eq!(seccomp(&examples(), &["fix", "worker.yaml", "--check"]).code, 1);
    let clean = seccomp(&examples(), &["fix", "web.json", "--check"]);
    assert_eq!((clean.code, clean.stdout.as_str()), (0, ""));
    assert!(clean.stderr.contains("nothing to mend"), "{}", clean.stderr);
}

#[test]
fn files_are_written_and_need_nothing_more() {
    let legacy = std::fs::read_to_string(examples().join("legacy.json")).expect("an example");
    let worker = std::fs::read_to_string(examples().join("worker.yaml")).expect("an example");
    let folder = folder(&[("legacy.json", &legacy), ("worker.yaml", &worker)]);
    let run = seccomp(folder.path(), &["fix", "legacy.json", "worker.yaml", "--write"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(run.stderr.contains("2 files written"), "{}", run.stderr);
    for (name, before) in [("legacy.json", &legacy), ("worker.yaml", &worker)] {
        let again = seccomp(folder.path(), &["fix", name, "--check"]);
        assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
        std::fs::write(folder.path().join("before.x"), before).expect("a file");
        let compare = seccomp(folder.path(), &["compare", name, "before.x"]);
        assert_eq!(compare.code, 0, "{name}: {}", compare.stdout);
    }
    let lint = seccomp(folder.path(), &["lint", "legacy.json"]);
    assert!(
        !lint.stdout.contains("SC-TRUNC") && !lint.stdout.contains("SC-SHADOW"),
        "{}",
        lint.stdout
    );
}

#[test]
fn standard_input_is_printed() {
    let run = fed(&examples(), &["fix", "-"], NE);
    assert_eq!(printed(&run, 0), NE.replace("\"read\", \"futex\"", "\"futex\""));
    assert!(run.stderr.contains("SC-SHADOW syscalls[1] `read`: mended"), "{}", run.stderr);
    refused(&fed(&examples(), &["fix", "-", "--write"], NE), "`-` stands alone");
}

#[test]
fn what_would_be_weaker_for_others_is_not_done() {
    // For holders of the capability the second rule has no effect; for others it denies.
    let text = r#"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["mount"], "action": "SCMP_ACT_LOG", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
        {"names": ["mount"], "action": "SCMP_ACT_ERRNO"}]}"#;
    let folder = folder(&[("x.json", text)]);
    let run = seccomp(folder.path(), &["fix", "x.json", "--write", "--capability", "SYS_ADMIN"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("not mended: mount() on x86_64 is executed"), "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(folder.path().join("x.json")).expect("a file"), text);
}

#[test]
fn a_merge_with_a_base_counts() {
    // Several rules about one call lose their conditions in a merge: socket would be open.
    let text = "kind: SeccompProfile\nspec:\n  baseProfileName: base\n  defaultAction: SCMP_ACT_ERRNO\n  \
        syscalls:\n  - names: [socket]\n    action: SCMP_ACT_ALLOW\n    args:\n    \
        - {index: 0, value: 40, op: SCMP_CMP_NE}\n";
    let base = r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []}"#;
    let folder = folder(&[("x.yaml", text), ("base.json", base)]);
    refused(&seccomp(folder.path(), &["fix", "x.yaml"]), "--base-profile FILE");
    let run = seccomp(folder.path(), &["fix", "x.yaml", "--base-profile", "base.json"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    assert!(
        run.stderr.contains("not mended: socket(0x28) on x86_64 is executed"),
        "{}",
        run.stderr
    );
}

#[test]
fn only_files_are_edited() {
    refused(&seccomp(&examples(), &["fix", "containerd-2.3"]), "there is no file to edit");
    let map = format!(
        "kind: ConfigMap\ndata:\n  x.json: |\n{}",
        NE.lines().map(|line| format!("    {line}\n")).collect::<String>()
    );
    refused(&fed(&examples(), &["fix", "-"], &map), "put it back with `--to configmap`");
}

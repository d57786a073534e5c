//! The diff of a file with a Secret beside what is mended tells nothing of the Secret.

use crate::command::{LACKING, ringfence};
use crate::process::folder;
use std::process::Command;

const TEXT: &str = "hunter2hunter2";

fn secret(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\nstringData:\n  a: {TEXT}\n  b: |\n    {TEXT}\n# {TEXT}\n"
    )
}

fn files() -> Vec<(&'static str, String)> {
    let (one, two) = (secret("one"), secret("two"));
    let items: String = LACKING
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect::<String>()
        .replacen("  a", "- a", 1);
    let hidden = format!("- apiVersion: v1\n  kind: Secret\n  data: {{a: {TEXT}}}\n");
    vec![
        ("around.yaml", format!("{one}---\n{LACKING}---\n{two}")),
        ("before.yaml", format!("{one}---\n{LACKING}")),
        ("list.yaml", format!("apiVersion: v1\nkind: List\nitems:\n{hidden}{items}{hidden}")),
        ("unread.yaml", format!("{LACKING}---\nkind: Secret\ndata:\n  a: {TEXT}\n")),
    ]
}

#[test]
fn what_is_printed_holds_nothing_of_it_and_still_applies() {
    for (name, text) in files() {
        let folder = folder(&[(name, &text)]);
        let here = folder.path();
        let run = ringfence(here, &["fix", name], "");
        assert!(
            !run.stdout.contains(TEXT) && !run.stderr.contains(TEXT),
            "{name}: {}{}",
            run.stdout,
            run.stderr
        );
        assert!(
            run.stdout.contains("+") && run.stdout.contains("image: nginx"),
            "{name}: {}",
            run.stdout
        );
        std::fs::write(here.join("a.patch"), &run.stdout).expect("a file");
        let git = Command::new("git")
            .args(["apply", "-p0", "a.patch"])
            .current_dir(here)
            .env("GIT_CEILING_DIRECTORIES", here.parent().expect("a folder"))
            .output()
            .expect("git runs");
        assert!(git.status.success(), "{name}: {git:?}\n{}", run.stdout);
        let patched = std::fs::read_to_string(here.join(name)).expect("a file");
        std::fs::write(here.join(name), &text).expect("a file");
        ringfence(here, &["fix", "--write", name], "");
        assert_eq!(patched, std::fs::read_to_string(here.join(name)).expect("a file"), "{name}");
    }
}

/// Everything stands on one line: there is nothing to show.
#[test]
fn a_change_on_its_lines_is_withheld() {
    let pod = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "a", "image": "x"}]}}"#;
    let secret =
        format!(r#"{{"apiVersion": "v1", "kind": "Secret", "stringData": {{"a": "{TEXT}"}}}}"#);
    let list = format!(r#"{{"apiVersion": "v1", "kind": "List", "items": [{secret}, {pod}]}}"#);
    let folder = folder(&[("list.json", &list)]);
    let run = ringfence(folder.path(), &["fix", "list.json"], "");
    assert_eq!(run.stdout, "", "{}", run.stderr);
    assert!(!run.stderr.contains(TEXT), "{}", run.stderr);
    let remark = "note: list.json: 1 change on lines that a Secret stands on, and not shown";
    assert!(run.stderr.contains(remark), "{}", run.stderr);
    assert!(run.stderr.contains("--write does it"), "{}", run.stderr);
}

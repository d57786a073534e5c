//! Files, folders, patterns, and what of them is left out.

use crate::process::folder;
use crate::{BAD, GOOD, check, printed, refused};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

fn tree() -> TempDir {
    folder(&[
        ("a/one.yaml", BAD),
        ("a/deep/two.yml", BAD),
        ("a/values.yaml", "replicas: 1\n"),
        ("b/three.json", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"spec\": {}}"),
        ("b/[x].yaml", GOOD),
    ])
}

/// The files of what was judged.
fn judged(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let run = check(folder, &[arguments, &["-o", "json"]].concat());
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let resources = report["resources"].as_array().expect("resources");
    resources.iter().map(|it| it["file"].as_str().expect("a file").to_owned()).collect()
}

#[test]
fn patterns() {
    let tree = tree();
    let judged = |pattern: &str| judged(tree.path(), &[pattern]);
    assert_eq!(judged("a/*e.yaml"), ["a/one.yaml"]);
    assert_eq!(judged("./a/**/*.yml"), ["a/deep/two.yml"]);
    assert_eq!(judged("**/*.{json,yml}"), ["a/deep/two.yml", "b/three.json"]);
    // A file may be called like a pattern.
    assert_eq!(judged("b/[x].yaml"), ["b/[x].yaml"]);
    refused(&check(tree.path(), &["c/*.yaml"]), "no .yaml, .yml or .json file matches c/*.yaml");
    refused(&check(tree.path(), &["a/[.yaml"]), "the pattern a/[.yaml cannot be read");
}

#[test]
fn ignored_files_are_counted() {
    let tree = tree();
    std::fs::write(tree.path().join(".ringfenceignore"), "values.yaml\n/b/\n").expect("a file");
    let run = check(tree.path(), &["."]);
    assert!(!printed(&run, 1).contains("values.yaml"), "{}", run.stdout);
    assert!(run.stderr.contains("note: 3 files left out"), "{}", run.stderr);
    // The file of a folder above counts, and what is named by itself is judged.
    assert_eq!(judged(tree.path(), &["a"]), ["a/deep/two.yml", "a/one.yaml"]);
    assert_eq!(judged(tree.path(), &["b/three.json"]), ["b/three.json"]);
    // Git's own says what is committed, not what is applied.
    std::fs::write(tree.path().join(".gitignore"), "one.yaml\n").expect("a file");
    assert_eq!(judged(tree.path(), &["a"]), ["a/deep/two.yml", "a/one.yaml"]);
    std::fs::write(tree.path().join("a/.ringfenceignore"), "*\n").expect("a file");
    let run = check(tree.path(), &["a"]);
    assert_eq!(run.code, 0, "all left out: {}", run.stderr);
    assert!(run.stderr.contains("note: 3 files left out"), "{}", run.stderr);
}

#[test]
fn what_hooks_name_may_be_left_out() {
    let tree = tree();
    std::fs::write(tree.path().join(".ringfenceignore"), "values.yaml\n/b/\n").expect("a file");
    std::fs::write(tree.path().join("a/.ringfenceignore"), "!values.yaml\n").expect("a file");
    let named = ["a/one.yaml", "a/values.yaml", "b/three.json"];
    let left = |more: &[&str]| judged(tree.path(), &[&named[..], more].concat());
    assert_eq!(left(&["--force-exclude"]), ["a/one.yaml"]);
    let run = check(tree.path(), &["--force-exclude", "b/three.json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("note: 1 file left out"), "{}", run.stderr);
    // The nearest list decides: what it takes back in is judged, and is no manifest here.
    let run = check(tree.path(), &["--force-exclude", "a/values.yaml"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert_eq!(left(&["--force-exclude", "--exclude", "a/*.yaml"]), [""; 0]);
}

#[test]
fn settings_among_manifests_are_none() {
    let tree = tree();
    std::fs::remove_file(tree.path().join("a/values.yaml")).expect("a file");
    std::fs::write(tree.path().join("ringfence.yaml"), "profile: baseline\n").expect("a file");
    let run = check(tree.path(), &["."]);
    assert!(!printed(&run, 1).contains("ringfence.yaml"), "{}", run.stdout);
    assert!(run.stderr.contains("settings of ringfence.yaml"), "{}", run.stderr);
    // An object of that name is one.
    let folder = folder(&[("ringfence.yaml", BAD)]);
    assert_eq!(judged(folder.path(), &[".", "--no-config"]), ["./ringfence.yaml"]);
}

#[test]
fn whoever_stops_reading_changes_no_verdict() {
    use std::io::Read;
    let many = (0..3000).map(|_| BAD).collect::<Vec<_>>().join("---\n");
    let folder = folder(&[("many.yaml", many)]);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_ringfence"))
        .current_dir(folder.path())
        .args(["check", "many.yaml", "--module"])
        .arg(crate::common::module())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the command runs");
    let mut first = [0; 100];
    child.stdout.take().expect("a pipe").read_exact(&mut first).expect("some of it");
    assert_eq!(child.wait().expect("an end").code(), Some(1));
}

#[test]
fn excluded_files() {
    let tree = tree();
    let exclude = |pattern: &str| judged(tree.path(), &["a", "--exclude", pattern]);
    assert_eq!(exclude("values.yaml"), ["a/deep/two.yml", "a/one.yaml"]);
    assert_eq!(exclude("**/*.yml"), ["a/one.yaml"]);
    assert_eq!(exclude("a/{one,values}.yaml"), ["a/deep/two.yml"]);
    refused(&check(tree.path(), &["a", "--exclude", "["]), "--exclude [");
}

#[test]
fn nothing_to_judge() {
    let here = folder::<&str>(&[]);
    let run = check(here.path(), &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("<PATH"), "{}", run.stderr);
}

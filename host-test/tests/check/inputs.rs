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

//! `--since`: only what has changed is judged.

use crate::process::{Run, folder};
use crate::{BAD, GOOD, check, refused};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

fn git(folder: &Path, arguments: &[&str]) -> String {
    let settings =
        ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
    let output = Command::new("git")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .args(settings)
        .args(arguments)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A repository with two manifests in a commit.
fn repository() -> TempDir {
    let two = format!("{BAD}---\n{}", BAD.replace("name: bad", "name: second"));
    let folder = folder(&[("deep/a.yaml", two), ("deep/b.yaml", GOOD.to_owned())]);
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-qm", "one"]);
    folder
}

fn names(run: &Run) -> Vec<String> {
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let resources = report["resources"].as_array().expect("resources");
    resources.iter().map(|it| it["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn what_has_not_changed_is_not_judged() {
    let repository = repository();
    let here = repository.path();
    let since = |paths: &[&str]| check(here, &[paths, &["--since", "HEAD", "-o", "json"]].concat());
    let run = since(&["deep"]);
    assert_eq!((names(&run), run.code), (Vec::new(), 0), "{}", run.stderr);
    assert!(
        run.stderr.contains("note: 3 resources are as at HEAD, and not judged"),
        "{}",
        run.stderr
    );
    // One document of two changes; a comment and the order of keys change nothing.
    let text = std::fs::read_to_string(here.join("deep/a.yaml")).expect("a file");
    let text = text.replace("name: second, namespace: shop", "namespace: shop, name: second");
    std::fs::write(
        here.join("deep/a.yaml"),
        format!("# new\n{}", text.replace("name: bad,", "name: bad, labels: {a: b},")),
    )
    .expect("a file");
    let run = since(&["deep"]);
    assert_eq!((names(&run), run.code), (vec!["bad".to_owned()], 1), "{}", run.stderr);
    // What is new is judged, though git does not know it.
    std::fs::write(here.join("deep/c.yaml"), BAD.replace("name: bad", "name: new"))
        .expect("a file");
    let run = since(&["deep/c.yaml", "deep/b.yaml"]);
    assert_eq!(names(&run), ["new"], "{}", run.stderr);
    assert_eq!(names(&since(&["deep/*.yaml"])), ["bad", "new"]);
    // A file that moves keeps what it holds.
    git(here, &["mv", "deep/b.yaml", "deep/moved.yaml"]);
    assert_eq!(names(&since(&["deep"])), ["bad", "new"]);
}

#[test]
fn from_a_folder_within_and_leaving_everything_as_it_is() {
    let repository = repository();
    std::fs::write(repository.path().join("deep/b.yaml"), BAD.replace("name: bad", "name: third"))
        .expect("a file");
    git(repository.path(), &["add", "."]);
    let before = git(repository.path(), &["status", "--porcelain"]);
    let run = check(&repository.path().join("deep"), &[".", "--since", "HEAD", "-o", "json"]);
    assert_eq!(names(&run), ["third"], "{}", run.stderr);
    assert_eq!(git(repository.path(), &["status", "--porcelain"]), before);
    assert_eq!(git(repository.path(), &["worktree", "list"]).lines().count(), 1);
}

/// What has not changed is still there for the rules that ask about the cluster.
#[test]
fn the_rest_is_the_cluster() {
    let repository = repository();
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: all, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n";
    std::fs::write(repository.path().join("policy.yaml"), policy).expect("a file");
    git(repository.path(), &["add", "."]);
    git(repository.path(), &["commit", "-qm", "two"]);
    std::fs::write(repository.path().join("new.yaml"), GOOD.replace("name: good", "name: new"))
        .expect("a file");
    let settings = ["--settings", "{rules: {networkIsolation: deny}}"];
    let run = check(
        repository.path(),
        &[&["."], &settings[..], &["--since", "HEAD", "-o", "json"]].concat(),
    );
    assert_eq!((names(&run), run.code), (vec!["new".to_owned()], 0), "{}", run.stdout);
    std::fs::remove_file(repository.path().join("policy.yaml")).expect("a file");
    let run = check(
        repository.path(),
        &[&["."], &settings[..], &["--since", "HEAD", "-o", "json"]].concat(),
    );
    assert_eq!(run.code, 1, "{}", run.stdout);
}

#[test]
fn what_cannot_be_compared() {
    let repository = repository();
    let here = repository.path();
    refused(&check(here, &["deep", "--since", "none"]), "--since none: no such revision");
    refused(&check(here, &["deep", "--since=--output=x"]), "no such revision");
    refused(&crate::fed(here, &["-", "--since", "HEAD"], BAD), "`-` is none; name the files");
    let outside = folder(&[("x.yaml", BAD)]);
    let path = outside.path().join("x.yaml");
    let path = path.to_str().expect("a path");
    refused(&check(here, &[path, "--since", "HEAD"]), "is not in the repository of this folder");
    refused(&check(outside.path(), &["x.yaml", "--since", "HEAD"]), "--since HEAD: `git rev-parse");
}

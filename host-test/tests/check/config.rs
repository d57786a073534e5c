//! Settings that are found without being named.

use crate::process::{self, folder};
use crate::{BAD, common};
use std::path::Path;

/// Runs `ringfence check` without a profile.
fn check(folder: &Path, arguments: &[&str]) -> process::Run {
    let module = common::module();
    let module = module.to_str().expect("a path in UTF-8");
    process::run(folder, &[&["check", "--module", module], arguments].concat(), "")
}

#[test]
fn the_nearest_ringfence_yaml_counts() {
    let folder = folder(&[
        ("ringfence.yaml", "profile: privileged\n"),
        ("a/b/x.yaml", BAD),
        ("a/ringfence.yaml", "{profile: privileged, rules: {privileged: warn}}\n"),
    ]);
    let within = folder.path().join("a/b");
    let run = check(&within, &["x.yaml"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(run.stdout.contains("WARNED"), "{}", run.stdout);
    assert!(run.stderr.contains("note: settings of ../ringfence.yaml"), "{}", run.stderr);
    for arguments in [&["x.yaml", "--no-config"][..], &["x.yaml", "--settings", "{}"]] {
        let run = check(&within, arguments);
        assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{}", run.stdout);
    }
    assert_eq!(check(&within, &["x.yaml", "--profile", "baseline"]).code, 0, "its rules stay");
    // Nothing above the root of a repository is anyone's of it.
    std::fs::create_dir(within.join(".git")).expect("a folder");
    assert_eq!(check(&within, &["x.yaml"]).code, 1);
}

#[test]
fn a_mistake_in_it_is_told() {
    let folder = folder(&[("ringfence.yaml", "profil: baseline\n"), ("x.yaml", BAD)]);
    let run = check(folder.path(), &["x.yaml"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.contains("settings of ringfence.yaml") && run.stderr.contains("`profile`"),
        "{}",
        run.stderr
    );
}

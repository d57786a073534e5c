//! The command: streams, exit codes, and what it does to files.

use crate::common;
use crate::process::{self, Run, folder};
use host_test::fix;
use std::path::Path;
use tempfile::TempDir;

/// Runs the command, with the module under test, in a folder.
pub(crate) fn ringfence(folder: &Path, arguments: &[&str], stdin: &str) -> Run {
    let module = common::module();
    let module = ["--module", module.to_str().expect("a path in UTF-8")];
    process::run(folder, &[arguments, &module].concat(), stdin)
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).expect("a file")
}

pub(crate) const LACKING: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: web # the web
        image: nginx
";

const FILLED: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: web # the web
        image: nginx
        securityContext:
          allowPrivilegeEscalation: false
          capabilities:
            drop: [ALL]
          runAsNonRoot: true
      securityContext:
        seccompProfile:
          type: RuntimeDefault
";

#[test]
fn a_diff_is_printed_and_nothing_is_written() {
    let folder = folder(&[("a.yaml", LACKING)]);
    let run = ringfence(folder.path(), &["fix", "a.yaml"], "");
    let diff = "--- a.yaml
+++ a.yaml
@@ -7,3 +7,11 @@
       containers:
       - name: web # the web
         image: nginx
+        securityContext:
+          allowPrivilegeEscalation: false
+          capabilities:
+            drop: [ALL]
+          runAsNonRoot: true
+      securityContext:
+        seccompProfile:
+          type: RuntimeDefault
";
    assert_eq!((run.code, run.stdout.as_str()), (0, diff), "{}", run.stderr);
    assert_eq!(run.stderr, "2 values to fill in, 1 file to change; --write does it\n");
    assert_eq!(read(&folder, "a.yaml"), LACKING);
    assert_eq!(ringfence(folder.path(), &["fix", "--check", "a.yaml"], "").code, 1);
}

#[test]
fn what_is_written_is_what_check_then_finds() {
    let bad = LACKING
        .replace("image: nginx", "image: nginx\n        securityContext: {privileged: true}");
    let folder = folder(&[("a.yaml", LACKING), ("b.yaml", &bad), ("c.yaml", FILLED)]);
    let run = ringfence(folder.path(), &["fix", "--write", "."], "");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    assert!(run.stderr.starts_with("3 values filled in, 2 files written\n"), "{}", run.stderr);
    assert_eq!(read(&folder, "a.yaml"), FILLED);
    assert_eq!(read(&folder, "c.yaml"), FILLED);
    let announced: Vec<&str> = run.stderr.lines().skip(2).collect();
    let check = ringfence(folder.path(), &["check", "--quiet", "."], "");
    assert_eq!(check.code, 1);
    assert_eq!(check.stdout.lines().collect::<Vec<_>>(), announced);
    let again = ringfence(folder.path(), &["fix", "."], "");
    assert_eq!((again.code, again.stdout.as_str()), (1, ""), "{}", again.stderr);
    assert!(again.stderr.starts_with("nothing to fill in\n"), "{}", again.stderr);
}

#[test]
fn standard_input_comes_out_fixed() {
    let folder = folder::<&str>(&[]);
    let run = ringfence(folder.path(), &["fix", "-"], LACKING);
    assert_eq!((run.code, run.stdout.as_str()), (0, FILLED), "{}", run.stderr);
    let run = ringfence(folder.path(), &["fix", "-"], FILLED);
    assert_eq!((run.code, run.stdout.as_str()), (0, FILLED), "{}", run.stderr);
    let run = ringfence(folder.path(), &["fix", "--write", "-"], LACKING);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
}

#[test]
fn templates_that_admission_leaves_alone_are_filled_in_files() {
    let replica_set = LACKING.replace("Deployment", "ReplicaSet");
    let controller =
        LACKING.replace("Deployment", "ReplicationController").replace("apps/v1", "v1");
    let job = LACKING.replace("Deployment", "Job").replace("apps/v1", "batch/v1");
    for text in [&replica_set, &controller, &job] {
        let folder = folder(&[("a.yaml", text)]);
        let run = ringfence(folder.path(), &["fix", "--write", "a.yaml"], "");
        assert_eq!(run.code, 0, "{}", run.stderr);
        let written = read(&folder, "a.yaml");
        assert_eq!(
            written.lines().skip(2).collect::<Vec<_>>(),
            FILLED.lines().skip(2).collect::<Vec<_>>()
        );
        assert_eq!(
            written.lines().take(2).collect::<Vec<_>>(),
            text.lines().take(2).collect::<Vec<_>>()
        );
    }
}

#[test]
fn only_what_the_settings_ask_is_filled() {
    let folder = folder(&[("a.yaml", LACKING)]);
    let run = ringfence(folder.path(), &["fix", "--profile", "baseline", "a.yaml"], "");
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    let settings = "{profile: baseline, action: warn, rules: {userNamespaces: {action: deny}}}";
    let run = ringfence(folder.path(), &["fix", "-s", settings, "-"], LACKING);
    assert_eq!(run.stdout, format!("{LACKING}      hostUsers: false\n"), "{}", run.stderr);
}

#[test]
fn what_cannot_be_filled_is_told_with_its_place() {
    let shared = LACKING
        .replace("spec:\n  template", "shared: &context {runAsNonRoot: true}\nspec:\n  template")
        + "        securityContext: *context\n";
    let folder = folder(&[("a.yaml", &shared)]);
    let run = ringfence(folder.path(), &["fix", "--write", "a.yaml"], "");
    assert_eq!(run.code, 1, "{}", run.stderr);
    let told = "not filled: a.yaml:11 Deployment shop/web: \
        spec.template.spec.containers[0].securityContext.capabilities: {\"drop\":[\"ALL\"]}\n  \
        because it is shared through the alias `*context`, and not all that share it lack the value\n";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    let written = read(&folder, "a.yaml");
    assert_eq!(
        written.replace(
            "      securityContext:\n        seccompProfile:\n          type: RuntimeDefault\n",
            ""
        ),
        shared
    );
}

#[test]
fn a_review_is_a_record_and_stays() {
    let review = r#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{
        "uid":"1","operation":"CREATE","kind":{"group":"","version":"v1","kind":"Pod"},
        "object":{"spec":{"containers":[{"name":"a","image":"b"}]}}}}"#;
    let folder = folder(&[("a.json", review)]);
    let run = ringfence(folder.path(), &["fix", "--write", "a.json"], "");
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("because it is part of an AdmissionReview"), "{}", run.stderr);
    assert_eq!(read(&folder, "a.json"), review);
}

#[test]
fn a_file_with_a_broken_document_is_left_alone() {
    let broken = format!("{LACKING}---\nkind: [\n");
    let folder = folder(&[("a.yaml", &broken)]);
    let run = ringfence(folder.path(), &["fix", "--write", "a.yaml"], "");
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(
        run.stderr.contains("because the file holds a document that cannot be read"),
        "{}",
        run.stderr
    );
    assert_eq!(read(&folder, "a.yaml"), broken);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder(&[("a.yaml", LACKING)]);
    let file = folder.path().join("a.yaml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("permissions");
    symlink("a.yaml", folder.path().join("link.yaml")).expect("a link");
    let run = ringfence(folder.path(), &["fix", "--write", "link.yaml", "a.yaml"], "");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(folder.path().join("link.yaml").is_symlink());
    assert_eq!(read(&folder, "a.yaml"), FILLED);
    assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o640);
    let names = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(names, 2, "no file is left behind");
}

#[test]
fn one_file_that_cannot_be_written_leaves_all_as_they_are() {
    let folder = folder(&[("a.yaml", LACKING)]);
    let path = folder.path().join("a.yaml");
    let gone = folder.path().join("gone.yaml");
    let change = |path, before| fix::write::Change { path, before, after: FILLED };
    for second in [change(&gone, LACKING), change(&path, "something else")] {
        fix::write::replace(&[change(&path, LACKING), second]).expect_err("not written");
        assert_eq!(read(&folder, "a.yaml"), LACKING);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}

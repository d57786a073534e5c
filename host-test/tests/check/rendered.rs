//! `--kustomize` and `--helm`: what the user's own programs print, and what they say when they fail.
//! Scripts stand in their place, which print how they were called.

use crate::process::{Run, folder};
use crate::program::program;
use crate::{BAD, printed, refused};
use std::path::Path;
use tempfile::TempDir;

/// Programs of these names in a folder `bin`, each a script, beside the manifests of a pod.
fn programs(scripts: &[(&str, &str)]) -> TempDir {
    let folder = folder(&[("app/pod.yaml", BAD)]);
    std::fs::create_dir(folder.path().join("bin")).expect("a folder");
    for (name, script) in scripts {
        program(folder.path(), name, script);
    }
    folder
}

/// Runs `ringfence check` where PATH has these programs and what a shell needs.
fn check(folder: &Path, arguments: &[&str], path: &str) -> Run {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ringfence"))
        .current_dir(folder)
        .env("PATH", format!("{}{path}", folder.join("bin").display()))
        .args(["check", "--profile", "baseline", "--module"])
        .arg(crate::common::module())
        .args(arguments)
        .output()
        .expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let code = output.status.code().expect("an exit code");
    Run { code, stdout: text(output.stdout), stderr: text(output.stderr) }
}

const SYSTEM: &str = ":/usr/bin:/bin";

#[test]
fn kustomize_then_kubectl() {
    let print = "echo \"# $(basename $0) $*\"; cat app/pod.yaml";
    let both = programs(&[("kustomize", print), ("kubectl", "exit 9")]);
    let run = check(both.path(), &["--kustomize", "app"], SYSTEM);
    let text = printed(&run, 1);
    assert!(text.contains("<kustomize app>") && text.contains("Pod shop/bad (line 2)"), "{text}");
    let kubectl = programs(&[(
        "kubectl",
        &format!("PATH=/usr/bin:/bin; test \"$*\" = 'kustomize -- app' || exit 8; {print}"),
    )]);
    let run = check(kubectl.path(), &["--kustomize", "app"], "");
    assert!(
        printed(&run, 1).contains("spec.containers[0].securityContext.privileged"),
        "{}",
        run.stdout
    );
    let none = programs(&[]);
    refused(
        &check(none.path(), &["--kustomize", "app"], ""),
        "--kustomize app needs kustomize or kubectl, and PATH has neither; install one",
    );
}

#[test]
fn helm_with_values() {
    let script = "test \"$*\" = \"template --namespace shop --values v.yaml --set a=b -- app\" || { echo \"called $*\" >&2; exit 1; }; cat app/pod.yaml";
    let helm = programs(&[("helm", script)]);
    let arguments = ["--helm", "app", "--values", "v.yaml", "--set", "a=b", "-n", "shop"];
    let run = check(helm.path(), &arguments, SYSTEM);
    assert!(printed(&run, 1).contains("<helm app>:8:35"), "{}", run.stdout);
    refused(
        &check(helm.path(), &["--helm", "app"], SYSTEM),
        "`helm template -- app` failed (exit status: 1): called template -- app",
    );
    let run = check(helm.path(), &["--helm", "app", "--set", "db.password=hunter2"], SYSTEM);
    refused(&run, "`helm template --set db.password=… -- app` failed");
    refused(
        &check(programs(&[]).path(), &["--helm", "app"], ""),
        "--helm app needs helm, which PATH does not have; install it",
    );
    let run = check(helm.path(), &["--values", "v.yaml", "app"], SYSTEM);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stderr.contains("--helm"), "{}", run.stderr);
}

#[test]
fn what_is_rendered_is_read_as_any_other() {
    let broken = programs(&[("helm", "echo 'a: ['"), ("kustomize", "true")]);
    let run = check(broken.path(), &["--helm", "app"], SYSTEM);
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains("<helm app>:"), "{}", run.stdout);
    refused(&check(broken.path(), &["--kustomize", "app"], SYSTEM), "no resource in app");
}

#[test]
fn what_a_rendering_was() {
    let helm = programs(&[("helm", "for last; do :; done; cat \"$last/pod.yaml\"")]);
    let git = |arguments: &[&str]| {
        let status = std::process::Command::new("git")
            .current_dir(helm.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
            .args(arguments)
            .status();
        assert!(status.expect("git runs").success());
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "one"]);
    let arguments = ["--helm", "app", "--since", "HEAD"];
    assert_eq!(check(helm.path(), &arguments, SYSTEM).code, 0);
    std::fs::write(helm.path().join("app/pod.yaml"), BAD.replace("name: bad", "name: other"))
        .expect("a file");
    let run = check(helm.path(), &arguments, SYSTEM);
    assert!(printed(&run, 1).contains("Pod shop/other"), "{}", run.stdout);
}

//! Cases about manifests as users keep them, with settings, a cluster and a session in files.

use crate::process::{Run, folder};
use crate::program::program;
use crate::test;
use serde_json::Value;

const APP: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {spec: {hostPID: true, containers: [{name: a, image: x}]}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: calm, namespace: shop}
spec: {containers: [{name: a, image: x}]}
";

const SETTINGS: &str = "profile: baseline\n";

fn cases(expect: &str) -> String {
    format!(
        "rule: shop\nsettings: ../ringfence.yaml\ncases:\n- name: everything\n  manifests: ../deploy\n  expect: {expect}\n"
    )
}

/// Runs one case about the manifests.
fn run(expect: &str, more: &[&str]) -> (Run, String) {
    let folder = folder(&[
        ("ringfence.yaml", SETTINGS),
        ("deploy/app.yaml", APP),
        ("tests/cases.yaml", &cases(expect)),
    ]);
    let run = test(folder.path(), &[&["tests/cases.yaml"], more].concat());
    let text = std::fs::read_to_string(folder.path().join("tests/cases.yaml")).expect("the file");
    (run, text)
}

#[test]
fn each_resource_has_its_result() {
    let denied =
        "{resources: {Deployment shop/web: {deny: [{check: hostNamespaces}]}}, others: pass}";
    let (ended, _) = run(denied, &[]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    for title in ["Deployment shop/web", "ConfigMap shop/settings", "Pod shop/calm"] {
        assert!(ended.stdout.contains(&format!("pass everything ({title})")), "{}", ended.stdout);
    }
    let by_name = "{resources: {Deployment shop/web: {deny: [{check: hostNamespaces, path: spec.template.spec.hostPID}]}, ConfigMap shop/settings: skip, Pod shop/calm: pass}}";
    assert_eq!(run(by_name, &[]).0.code, 0);

    let failed = |expect: &str, text: &str| {
        let (run, _) = run(expect, &[]);
        assert_eq!(run.code, 1, "{expect}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(text), "{expect}: {text}: {}", run.stdout);
    };
    failed("pass", "- accepted\n    + denied with code 403");
    failed("{resources: {Deployment shop/web: pass}, others: pass}", "FAIL everything (Deployment");
    // What is not named is not let pass in silence, and what is named has to be there.
    failed(
        "{resources: {Deployment shop/web: {deny: [{check: hostNamespaces}]}, Pod shop/calm: pass}}",
        "FAIL everything (ConfigMap shop/settings)",
    );
    failed(
        &denied
            .replace("others", "others: pass}, others")
            .replace("}, others: pass}, others", ", Job shop/no: pass}, others"),
        "FAIL everything (Job shop/no) (line 4)\n    + the manifests have no such resource",
    );
}

#[test]
fn results_are_written_by_resource() {
    let (ended, text) = run("pass", &["--update"]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    let expect = "  expect:
    resources:
      \"Deployment shop/web\":
        deny:
        - check: hostNamespaces
          path: spec.template.spec.hostPID
          found: \"true\"
    others: pass
";
    assert!(text.ends_with(expect), "{text}");
    let (ended, _) = run(&text[text.find("expect:").expect("it") + 7..], &[]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
}

/// What renders how it was called into a pod.
const STAND_IN: &str = "cat <<END
apiVersion: v1
kind: Pod
metadata: {name: app, annotations: {called: \"$*\"}}
spec: {hostPID: true, containers: [{name: a, image: x}]}
END";

#[cfg(unix)]
#[test]
fn charts_and_kustomizations_are_rendered() {
    let cases = "rule: shop
settings: {profile: baseline}
cases:
- name: chart
  helm: {chart: ../chart, values: prod.yaml, set: [a=b], namespace: shop}
  expect: {resources: {Pod shop/app: {deny: [{check: hostNamespaces}]}}}
- name: overlay
  settings: {profile: privileged}
  kustomize: ../overlay
  expect: {resources: {Pod app: pass}}
";
    let folder =
        folder(&[("tests/cases.yaml", cases), ("chart/Chart.yaml", ""), ("overlay/x", "")]);
    ["helm", "kustomize"].iter().for_each(|name| program(folder.path(), name, STAND_IN));
    let bin = folder.path().join("bin");
    let path = std::env::join_paths(
        std::iter::once(bin).chain(std::env::split_paths(&std::env::var_os("PATH").expect("it"))),
    );
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ringfence"))
        .current_dir(folder.path())
        .env("PATH", path.expect("a path"))
        .args(["test", "tests", "-o", "json", "--module"])
        .arg(crate::common::module())
        .output()
        .expect("the command runs");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert_eq!(report["summary"]["passed"], 2, "{report:#}");
    assert_eq!(report["summary"]["failed"], 0, "{report:#}");
}

#[test]
fn a_cluster_may_stand_in_files() {
    let cases = |cluster: &str| {
        format!(
            "rule: shop\ncases:\n- name: a\n  settings: {{profile: fromNamespaceLabels}}\n  cluster: {cluster}\n  pod: {{spec: {{hostPID: true}}}}\n  expect: {{deny: [{{check: hostNamespaces}}]}}\n"
        )
    };
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}\n";
    let folder = folder(&[
        ("tests/cases.yaml", &*cases("../cluster")),
        ("cluster/all.yaml", namespace),
        (
            "pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: a, image: x}]}\n",
        ),
        ("settings.yaml", "profile: fromNamespaceLabels\n"),
    ]);
    let ended = test(folder.path(), &["tests"]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    let module = crate::common::module();
    let module = module.to_str().expect("UTF-8");
    let recorded = crate::process::run(
        folder.path(),
        &[
            "check",
            "pod.yaml",
            "--cluster",
            "cluster",
            "--settings",
            "settings.yaml",
            "--record",
            "tests/session.yml",
            "--module",
            module,
        ],
        "",
    );
    assert!(recorded.code < 2, "{}", recorded.stderr);
    let path = folder.path().join("tests/cases.yaml");
    std::fs::write(&path, cases("{session: session.yml}")).expect("a file");
    let ended = test(folder.path(), &["tests/cases.yaml"]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    std::fs::write(&path, cases("elsewhere")).expect("a file");
    let ended = test(folder.path(), &["tests/cases.yaml"]);
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    assert!(
        ended.stderr.contains("`cluster`: ") && ended.stderr.contains("line 3"),
        "{}",
        ended.stderr
    );
}

#[test]
fn mistakes_are_named() {
    let app = |expect: &str| cases(expect);
    let refused = |cases: &str, text: &str| {
        let folder = folder(&[
            ("ringfence.yaml", SETTINGS),
            ("deploy/app.yaml", APP),
            ("tests/c.yaml", cases),
        ]);
        let run = test(folder.path(), &["tests"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{cases}: {}", run.stderr);
        assert!(run.stderr.contains(text), "{cases}: {text}: {}", run.stderr);
    };
    refused(&app("skip"), "`expect` of manifests is pass, or a mapping");
    refused(&app("{deny: [{check: a}]}"), "unknown field `expect.deny`");
    refused(&app("{others: skip}"), "`expect.others` is pass");
    refused(&app("{resources: [a]}"), "`expect.resources` is a mapping");
    refused(&app("{resources: {Pod a: no}}"), "`Pod a`");
    refused(&app("pass").replace("../deploy", "../nowhere"), "no such file or folder");
    refused(&app("pass").replace("../ringfence", "../nowhere"), "`settings`: the settings file");
    refused(&app("pass").replace("  manifests", "  pod: {}\n  manifests"), "give exactly one of");
    refused(
        &app("pass").replace("  manifests", "  old: {pod: {}}\n  manifests"),
        "`old` is of one",
    );
    for (name, text) in [("none.yaml", "# nothing\n"), ("none.yaml", "---\n---\n")] {
        let folder = folder(&[
            ("tests/c.yaml", &*app("pass").replace("../deploy", name)),
            (&*format!("tests/{name}"), text),
            ("ringfence.yaml", SETTINGS),
        ]);
        let run = test(folder.path(), &["tests/c.yaml"]);
        assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains("no resource in the manifests"), "{}", run.stderr);
    }
    let twice = app("pass").replace("../deploy", "[../deploy, ../deploy/app.yaml]");
    refused(&twice, "two resources named `Deployment shop/web`");
}

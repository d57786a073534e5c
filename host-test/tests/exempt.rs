//! `ringfence exempt`: what it proposes admits what is there, and nothing else.

mod common;
#[path = "common/process.rs"]
mod process;

use host_test::answer::Verdict;
use host_test::engine::{Circumstances, In, Native};
use host_test::exempt::{self, Case, Proposal};
use host_test::judge::{self, Judged, Prepared};
use host_test::manifest;
use host_test::request::Options;
use ringfence_policy::Date;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const WORKLOADS: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      serviceAccountName: web
      hostNetwork: true
      securityContext: {seccompProfile: {type: Unconfined}}
      initContainers:
      - {name: prepare, image: busybox, securityContext: {seccompProfile: {type: Unconfined}}}
      containers:
      - name: web
        image: registry.example/web:1.0
        securityContext: {capabilities: {add: [NET_ADMIN, SYS_TIME, net_raw]}, seccompProfile: {type: Unconfined}}
      - {name: side, image: registry.example/side, securityContext: {privileged: true}}
---
apiVersion: v1
kind: Pod
metadata: {name: other, namespace: shop}
spec:
  serviceAccountName: web
  containers:
  - {name: web, image: \"registry.example/web:1.0\", securityContext: {capabilities: {add: [SYS_TIME]}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tidy, namespace: jobs}
spec:
  jobTemplate:
    spec:
      template:
        metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/tidy: unconfined}}
        spec:
          containers: [{name: tidy, image: tidy, securityContext: {privileged: true}}]
";

fn today() -> Date {
    Date::parse("2026-11-23").expect("a day")
}

fn prepare(paths: &[PathBuf]) -> Vec<Prepared> {
    let manifests = manifest::read(paths).expect("manifests");
    assert!(manifests.unread.is_empty(), "{:?}", manifests.unread);
    judge::prepare(manifests.resources, &[], &Options::default())
}

fn judge(prepared: &[Prepared], settings: &Value) -> Vec<Judged> {
    let context = Circumstances { day: Some(today()), ..Circumstances::default() };
    let engine = In { engine: &Native, context };
    host_test::settings::validate(&engine, settings).expect("valid settings");
    judge::judge(&engine, prepared.to_vec(), settings, || {})
}

fn propose(prepared: &[Prepared], settings: &Value) -> Proposal {
    let judged = judge(prepared, settings);
    let cases: Vec<Case<'_>> = judged
        .iter()
        .zip(prepared)
        .map(|(judged, prepared)| Case { judged, object: &prepared.request["object"] })
        .collect();
    exempt::propose(&cases, &exempt::ids(settings), today(), Some(today() + 90))
}

fn denied(judged: &[Judged]) -> usize {
    judged.iter().filter(|judged| judged.verdict == Verdict::Denied).count()
}

fn written(text: &str) -> (TempDir, PathBuf) {
    let folder = process::folder(&[("x.yaml", text)]);
    let file = folder.path().join("x.yaml");
    (folder, file)
}

fn shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shop")
}

#[test]
fn what_is_proposed_admits_everything_and_none_of_it_is_superfluous() {
    let (_folder, file) = written(WORKLOADS);
    for (path, settings) in [
        (file.clone(), json!({"profile": "baseline"})),
        (file.clone(), json!({})),
        (file, json!({"profile": "hardened", "rules": {"runtimeClass": {"required": true}}})),
        (shop(), json!({})),
    ] {
        let prepared = prepare(&[path]);
        assert_ne!(denied(&judge(&prepared, &settings)), 0);
        let proposal = propose(&prepared, &settings);
        assert_eq!(proposal.refused, []);
        let all = exempt::extend(&settings, &proposal.exemptions);
        assert_eq!(denied(&judge(&prepared, &all)), 0, "{all:#}");
        for left_out in 0..proposal.exemptions.len() {
            let mut rest = proposal.exemptions.clone();
            let gone = rest.remove(left_out);
            let rest = exempt::extend(&settings, &rest);
            assert_ne!(denied(&judge(&prepared, &rest)), 0, "superfluous: {gone:#}");
        }
    }
}

#[test]
fn one_of_each_scope_with_its_values() {
    let (_folder, file) = written(WORKLOADS);
    let settings = json!({"profile": "baseline", "exemptions": [
        {"id": "privileged-shop-side", "reason": "r", "rules": ["sysctls"], "match": {"namespaces": ["x"]}},
    ]});
    let proposal = propose(&prepare(&[file]), &settings);
    let brief: Vec<String> = proposal
        .exemptions
        .iter()
        .map(|it| format!("{} {} {} {}", it["id"], it["values"], it["match"], it["reason"]))
        .collect();
    let expected = [
        r#""privileged-shop-side-2" ["privileged=true"] {"serviceAccounts":["shop/web"],"containers":["side"],"containerLists":["containers"],"images":["registry.example/side:latest"]} "existing on 2026-11-23: Deployment shop/web""#,
        r#""capabilities-shop-web" ["NET_ADMIN","SYS_TIME","net_raw"] {"serviceAccounts":["shop/web"],"containers":["web"],"containerLists":["containers"],"images":["registry.example/web:1.0"]} "existing on 2026-11-23: Deployment shop/web, Pod shop/other""#,
        r#""hostNamespaces-shop-pod" ["hostNetwork=true"] {"serviceAccounts":["shop/web"],"containerLists":[]} "existing on 2026-11-23: Deployment shop/web""#,
        r#""seccompProfile-shop-pod" ["Unconfined"] {"serviceAccounts":["shop/web"],"containerLists":[]} "existing on 2026-11-23: Deployment shop/web""#,
        r#""seccompProfile-shop-prepare" ["Unconfined"] {"serviceAccounts":["shop/web"],"containers":["prepare"],"containerLists":["initContainers"],"images":["docker.io/library/busybox:latest"]} "existing on 2026-11-23: Deployment shop/web""#,
        r#""seccompProfile-shop-web" ["Unconfined"] {"serviceAccounts":["shop/web"],"containers":["web"],"containerLists":["containers"],"images":["registry.example/web:1.0"]} "existing on 2026-11-23: Deployment shop/web""#,
        r#""privileged-jobs-tidy" ["privileged=true"] {"serviceAccounts":["jobs/default"],"containers":["tidy"],"containerLists":["containers"],"images":["docker.io/library/tidy:latest"]} "existing on 2026-11-23: CronJob jobs/tidy""#,
        r#""appArmorProfile-jobs-pod" ["unconfined"] {"serviceAccounts":["jobs/default"],"containerLists":[]} "existing on 2026-11-23: CronJob jobs/tidy""#,
    ];
    let (brief, expected) =
        (brief.into_iter().collect::<HashSet<_>>(), expected.map(str::to_owned).into());
    assert_eq!(brief, expected);
    assert!(proposal.exemptions.iter().all(|it| it["expires"] == "2027-02-21"));
}

#[test]
fn another_field_with_the_same_value_stays_denied() {
    let pod = |field: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: x, namespace: shop}}, \
             spec: {{{field}: true, containers: [{{name: a, image: a}}]}}}}\n"
        )
    };
    let settings = json!({"profile": "baseline"});
    let ((_a, there), (_b, other)) = (written(&pod("hostPID")), written(&pod("hostNetwork")));
    let proposal = propose(&prepare(std::slice::from_ref(&there)), &settings);
    let settings = exempt::extend(&settings, &proposal.exemptions);
    assert_eq!(denied(&judge(&prepare(&[there]), &settings)), 0);
    assert_eq!(denied(&judge(&prepare(&[other]), &settings)), 1);
}

#[test]
fn whatever_differs_stays_denied() {
    let pod = |namespace: &str, account: &str, list: &str, name: &str, image: &str, add: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: x, namespace: {namespace}}}\nspec:\n  \
             serviceAccountName: {account}\n  containers: [{{name: good, image: good}}]\n  \
             {list}: [{{name: {name}, image: {image}, securityContext: {{capabilities: {{add: [{add}]}}}}}}]\n"
        )
    };
    let verdict = |text: &str, settings: &Value| {
        let (_folder, file) = written(text);
        denied(&judge(&prepare(&[file]), settings))
    };
    let there = pod("shop", "web", "initContainers", "init", "istio/proxyv2:1.2", "NET_ADMIN");
    let (_folder, file) = written(&there);
    let settings = json!({"profile": "baseline"});
    let proposal = propose(&prepare(&[file]), &settings);
    let settings = exempt::extend(&settings, &proposal.exemptions);
    assert_eq!(verdict(&there, &settings), 0);
    for other in [
        pod("shop-b", "web", "initContainers", "init", "istio/proxyv2:1.2", "NET_ADMIN"),
        pod("shop", "web-b", "initContainers", "init", "istio/proxyv2:1.2", "NET_ADMIN"),
        pod("shop", "web", "ephemeralContainers", "init", "istio/proxyv2:1.2", "NET_ADMIN"),
        pod("shop", "web", "initContainers", "init-b", "istio/proxyv2:1.2", "NET_ADMIN"),
        pod("shop", "web", "initContainers", "init", "istio/proxyv2:1.3", "NET_ADMIN"),
        pod("shop", "web", "initContainers", "init", "evil/proxyv2:1.2", "NET_ADMIN"),
        pod("shop", "web", "initContainers", "init", "istio/proxyv2:1.2", "SYS_ADMIN"),
    ] {
        assert_eq!(verdict(&other, &settings), 1, "{other}");
    }
}

/// Runs the command, with the module under test: exit code, standard output, standard error.
fn ringfence(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let module = common::module();
    let module = ["--module", module.to_str().expect("a path in UTF-8")];
    let run = process::run(folder, &[arguments, &module].concat(), "");
    (run.code, run.stdout, run.stderr)
}

#[test]
fn the_command_prints_settings_that_hold_until_they_end() {
    let (folder, _) = written(WORKLOADS);
    let run = |arguments: &[&str]| ringfence(folder.path(), arguments);
    let settings = "{profile: baseline, updates: all}";
    let exempt = ["exempt", "x.yaml", "--settings", settings, "--date", "2026-11-23"];
    let (code, part, told) = run(&exempt);
    assert_eq!((code, told.as_str()), (0, "8 exemptions for 3 denied resources\n"));
    assert!(part.starts_with("exemptions:\n- id: "), "{part}");
    assert!(part.contains("  expires: \"2027-02-21\"\n"), "{part}");

    let (code, whole, _) = run(&[&exempt[..], &["--whole"]].concat());
    assert_eq!(code, 0);
    assert!(whole.starts_with("profile: baseline\nupdates: all\nexemptions:\n- id: "), "{whole}");
    std::fs::write(folder.path().join("settings.yaml"), whole).expect("a file");
    let check = ["check", "x.yaml", "--settings", "settings.yaml", "--date"];
    let (code, told, _) = run(&[&check[..], &["2027-02-21"]].concat());
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("exempt:  privileged-shop-side until 2027-02-21: existing on"), "{told}");
    assert!(told.contains("warning: ringfence: exemption privileged-shop-side expires"), "{told}");
    assert!(told.contains("3 warned; 11 waived"), "{told}");
    let (code, told, _) = run(&[&check[..], &["2027-02-22"]].concat());
    assert_eq!(code, 1);
    assert!(told.contains("exemption privileged-shop-side expired on 2027-02-21"), "{told}");

    let (_, json, _) = run(&[&check[..], &["2026-12-01", "--output", "json"]].concat());
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["summary"]["waived"], 11);
    let waived = &json["resources"][1]["waived"][0];
    assert_eq!(waived["exemption"], "capabilities-shop-web");
    assert_eq!(waived["found"], "SYS_TIME");
    assert_eq!(waived["expires"], "2027-02-21");
    assert_eq!(waived["line"], 24);

    // Where everything is exempt there is nothing to propose.
    let again = ["exempt", "x.yaml", "--settings", "settings.yaml", "--date", "2026-11-23"];
    let nothing = "0 exemptions for 0 denied resources\n".to_owned();
    assert_eq!(run(&again), (0, "exemptions: []\n".to_owned(), nothing));
}

#[test]
fn the_command_says_what_no_exemption_admits() {
    let (folder, _) = written(
        "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop}, spec: {hostPID: \"true\"}}\n---\n\
         {apiVersion: v1, kind: Pod, metadata: {name: b, namespace: shop}, spec: {containers: [{name: b, \
         image: \"${IMAGE}\", securityContext: {privileged: true}}]}}\n",
    );
    let run = |more: &[&str]| {
        let exempt = ["exempt", "x.yaml", "--profile", "baseline", "--date", "2026-11-23"];
        ringfence(folder.path(), &[&exempt[..], more].concat())
    };
    let (code, part, told) = run(&[]);
    assert_eq!((code, part.as_str()), (1, "exemptions: []\n"));
    assert!(told.contains("not exempted: x.yaml:3 Pod shop/b: spec.containers[0]"), "{told}");
    assert!(told.contains("because its image is no image reference"), "{told}");
    assert!(told.contains("spec.hostPID: expected true or false"), "{told}");
    assert!(told.contains("2 resources: 2 denied"), "{told}");

    let (code, _, told) = run(&["--expires", "2026-11-22"]);
    assert_eq!(code, 2);
    assert!(told.contains("--expires 2026-11-22 is before 2026-11-23"), "{told}");
    let (code, _, told) = run(&["--expires", "soon"]);
    assert_eq!(code, 2);
    assert!(told.contains("expected a day since 1970-01-01"), "{told}");
}

#[test]
fn an_exemption_need_not_end() {
    let (folder, _) = written(WORKLOADS);
    for (expires, expected) in [("none", 0), ("2026-11-23", 8)] {
        let arguments = ["exempt", "x.yaml", "--profile", "baseline", "--date", "2026-11-23"];
        let (code, part, _) =
            ringfence(folder.path(), &[&arguments[..], &["--expires", expires]].concat());
        assert_eq!(code, 0);
        assert_eq!(part.matches("expires: \"2026-11-23\"").count(), expected, "{part}");
        assert_eq!(part.matches("expires:").count(), expected, "{part}");
    }
}

//! `ringfence scan`: against an API server, a small one of our own on loopback, and a cluster in files.

#[path = "../common/mod.rs"]
mod common;
mod exemptions;
#[path = "../common/installed.rs"]
mod installed;
mod journal;
mod pages;
#[path = "../common/process.rs"]
mod process;
mod proxies;
mod server;

use installed::installed;
use process::{Run, folder};
use serde_json::{Value, json};
use server::{Answer, Server};
use std::path::Path;
use std::sync::Arc;

fn pod(name: &str, namespace: &str, spec: &Value, owner: Option<&Value>) -> Value {
    let mut spec = spec.clone();
    spec["containers"] = json!([{"name": "a", "image": "x"}]);
    let owners: Vec<&Value> = owner.into_iter().collect();
    json!({"metadata": {"name": name, "namespace": namespace, "ownerReferences": owners}, "spec": spec})
}

/// Pods in two namespaces, one of them owned; a Deployment; nothing else. Every other list is empty,
/// except that nobody may list the roles of `forbidden`.
fn answer(path: &str) -> Answer {
    let list = |items: Value| json!({"kind": "List", "metadata": {}, "items": items});
    let set = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "1", "controller": true});
    let node =
        json!({"apiVersion": "v1", "kind": "Node", "name": "n", "uid": "2", "controller": true});
    let pods = |namespace: &str| match namespace {
        "shop" => json!([
            pod("web-1-a", "shop", &json!({"hostPID": true}), Some(&set)),
            pod("alone", "shop", &json!({"hostPID": true}), None),
        ]),
        _ => json!([pod("proxy", "kube-system", &json!({"hostNetwork": true}), Some(&node))]),
    };
    let template = pod("", "shop", &json!({"hostPID": true}), None);
    let answer = match path {
        "/api/v1/namespaces" => {
            list(json!([{"metadata": {"name": "shop"}}, {"metadata": {"name": "kube-system"}}]))
        }
        "/api/v1/pods" => {
            let mut all = pods("shop").as_array().cloned().unwrap_or_default();
            all.extend(pods("kube-system").as_array().cloned().unwrap_or_default());
            list(all.into())
        }
        "/api/v1/namespaces/shop/pods" => list(pods("shop")),
        "/apis/apps/v1/deployments" | "/apis/apps/v1/namespaces/shop/deployments" => list(
            json!([{"metadata": {"name": "web", "namespace": "shop"}, "spec": {"template": template}}]),
        ),
        "/apis/rbac.authorization.k8s.io/v1/namespaces/forbidden/roles" => {
            return (
                403,
                json!({"kind": "Status", "status": "Failure", "code": 403, "reason": "Forbidden", "message": "roles is forbidden"}),
            );
        }
        _ => list(json!([])),
    };
    (200, answer)
}

/// Runs `ringfence scan` against the server; what was asked of it.
fn scan(arguments: &[&str]) -> (Run, Vec<String>) {
    let server = Server::start(Arc::new(|path, _| answer(path)));
    let run = server.scan(arguments);
    (run, server.asked())
}

fn verdicts(run: &Run) -> Vec<String> {
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let resources = report["resources"].as_array().expect("resources").iter();
    let text = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    resources
        .map(|it| format!("{} {} {}", text(it, "kind"), text(it, "name"), text(it, "verdict")))
        .collect()
}

#[test]
fn a_live_cluster_is_judged() {
    let (run, seen) = scan(&["--what-if", "baseline:v1.35", "-o", "json"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert_eq!(
        verdicts(&run),
        [
            // A node is no workload, so what it owns is judged.
            "Pod proxy denied",
            "Namespace kube-system skipped",
            "Pod alone denied",
            "Namespace shop skipped",
            "Deployment web denied",
        ]
    );
    assert!(
        run.stderr.contains("note: 1 object of controllers left to what made them"),
        "{}",
        run.stderr
    );
    let (run, _) = scan(&["--what-if", "baseline", "--owned", "-o", "json"]);
    assert!(verdicts(&run).contains(&"Pod web-1-a denied".to_owned()), "{}", run.stdout);
    // It only reads, and what nobody should see is not asked for.
    assert!(seen.iter().all(|it| it.starts_with("GET ")), "{seen:?}");
    assert!(
        !seen.iter().any(|it| it.ends_with("/secrets") || it.ends_with("/configmaps")),
        "{seen:?}"
    );
    assert!(seen.iter().any(|it| it.ends_with("/clusterrolebindings")), "{seen:?}");
}

#[test]
fn people_see_namespaces() {
    let (run, _) = scan(&["--what-if", "baseline", "-q"]);
    for text in [
        "<namespace kube-system>\n  Pod kube-system/proxy ",
        "spec.template.spec.hostPID\n      found:   true",
        "5 resources: 3 denied, 2 skipped; 3 violations",
        "namespace    resources  denied  warned  rules\nkube-system          2       1       0  hostNamespaces 1\nshop                 3       2       0  hostNamespaces 2\n",
    ] {
        assert!(run.stdout.contains(text), "{text}\n{}", run.stdout);
    }
    assert!(!run.stdout.contains("line 1") && !run.stdout.contains("-->"), "{}", run.stdout);
}

/// An operator's objects have owners, too, and repeat none of their templates.
#[test]
fn what_repeats_nothing_is_judged() {
    let deployment = json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": "operator", "uid": "1", "controller": true}]);
    let pod = json!([{"apiVersion": "v1", "kind": "Pod", "name": "driver", "uid": "2", "controller": true}]);
    let answering = move |path: &str, _: &str| {
        let items = match path {
            "/api/v1/namespaces/shop/services" => {
                json!([{"metadata": {"name": "s", "namespace": "shop", "ownerReferences": deployment}, "spec": {}}])
            }
            "/api/v1/namespaces/shop/pods" => {
                json!([{"metadata": {"name": "p", "namespace": "shop", "ownerReferences": pod}, "spec": {}}])
            }
            "/api/v1/namespaces" => json!([{"metadata": {"name": "shop"}}]),
            _ => json!([]),
        };
        (200, json!({"kind": "List", "metadata": {}, "items": items}))
    };
    let server = Server::start(Arc::new(answering));
    // A namespace that is named twice is scanned once.
    let run = server.scan(&["--what-if", "privileged", "-n", "shop", "-n", "shop", "-o", "json"]);
    let names: Vec<String> = verdicts(&run);
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names.iter().any(|it| it.starts_with("Service s")), "{names:?}");
    assert!(names.iter().any(|it| it.starts_with("Pod p")), "{names:?}");
}

#[test]
fn what_would_be_new_is_told_apart() {
    let spec = r#"{profile: privileged, rules: {hostNamespaces: {level: baseline, action: deny}}, exemptions: [{id: proxy, reason: r, rules: [hostNamespaces], match: {namespaces: [kube-system]}}]}"#;
    let (run, _) = scan(&["--what-if", "restricted", "--settings", spec, "-o", "json"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let told: Vec<(bool, bool)> = report["resources"]
        .as_array()
        .expect("resources")
        .iter()
        .filter(|it| it["verdict"] == "denied")
        .map(|it| (it["namespace"] == "shop", it["notes"].to_string().contains("in force")))
        .collect();
    // The proxy is exempt of one rule; the profile brings others.
    assert_eq!(told, [(false, false), (true, true), (true, true)], "{}", run.stdout);
    assert!(run.stderr.contains("1 resource denied that the settings in force"), "{}", run.stderr);
}

#[test]
fn only_some_namespaces() {
    let (run, seen) = scan(&["--what-if", "privileged", "-n", "shop", "-o", "jsonl"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let lines: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let names: Vec<&str> = lines.iter().filter_map(|line| line["name"].as_str()).collect();
    assert_eq!(names, ["alone", "shop", "web"]);
    assert!(lines[0].get("line").is_none(), "{}", lines[0]);
    assert!(
        !seen.iter().any(|it| it.ends_with("/api/v1/pods") || it.contains("clusterroles")),
        "{seen:?}"
    );
    let (run, _) = scan(&["-n", "shpo"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("the cluster has no namespace shpo"), "{}", run.stderr);
}

#[test]
fn what_may_not_be_listed_is_not_judged() {
    let (run, _) =
        scan(&["--what-if", "privileged", "-n", "shop", "-n", "forbidden", "-o", "json"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let unread = report["unread"][0]["message"].as_str().expect("a message");
    assert!(
        unread.contains(
            "Role objects in forbidden cannot be listed: the cluster refuses: roles is forbidden (403)"
        ),
        "{unread}"
    );
}

#[test]
fn bad_input() {
    let refused = |arguments: &[&str], text: &str| {
        let (run, _) = scan(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains(text), "{text}: {}", run.stderr);
    };
    refused(&["--what-if", "restrictd"], "did you mean `restricted`");
    refused(&["--what-if", "restricted:v9"], "version");
    refused(&["--what-if", "baseline", "--profile", "restricted"], "cannot be used with");
    refused(&["--context", "nowhere"], "cannot use the kubeconfig config");
    refused(&["-o", "sarif"], "possible values: human, json, jsonl, junit, markdown");
}

#[test]
fn a_cluster_in_files() {
    let dump = json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "shop"},
            "spec": {"hostPID": true, "containers": [{"name": "a", "image": "x"}]}},
    ]});
    let folder = folder(&[("dump/all.json", dump.to_string())]);
    let module = common::module();
    let module = module.to_str().expect("a path in UTF-8");
    let run = process::run(
        folder.path(),
        &[
            "scan",
            "--cluster",
            "dump",
            "--what-if",
            "baseline",
            "--module",
            module,
            "-o",
            "markdown",
        ],
        "",
    );
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("| deny | Pod shop/a | [hostNamespaces]"), "{}", run.stdout);
}

#[test]
fn without_options_it_is_the_cluster_of_kubectl() {
    let here = folder(&[("a", "{}"), ("b", "{}")]);
    let run = |kubeconfig: &str| {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ringfence"))
            .current_dir(here.path())
            .env("KUBECONFIG", kubeconfig)
            .args(["scan", "--module"])
            .arg(common::module())
            .output()
            .expect("the command runs");
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    assert!(run("none").contains("there is no kubeconfig"), "{}", run("none"));
    assert!(run("a:b").contains("names several files"), "{}", run("a:b"));
    assert!(run("none:a").contains("cannot use the kubeconfig a"), "{}", run("none:a"));
}

/// What docs/start.md shows, with the server as the cluster of kubectl.
#[test]
fn the_command_of_the_page_that_starts() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/start.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let mark = "scan/main.rs::the_command_of_the_page_that_starts -->\n```sh\n";
    let block = page.split(mark).nth(1).and_then(|rest| rest.split("```").next());
    let server = Server::start(Arc::new(|path, _| answer(path)));
    let here = server.path("");
    std::fs::write(here.join("ringfence.yaml"), "profile: baseline\n").expect("a file");
    let bin = here.join("bin");
    installed(&bin);
    // The module is found beside the command.
    std::fs::copy(common::module(), bin.join("policy.wasm")).expect("the module");
    let path = std::env::var("PATH").expect("a path");
    let output = std::process::Command::new("bash")
        .args(["-euo", "pipefail", "-c", block.expect("the block of the page")])
        .current_dir(&here)
        .env("KUBECONFIG", here.join("config"))
        .env("PATH", format!("{}:{path}", bin.display()))
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // The pod shares the node's namespaces, which baseline denies.
    assert_eq!(output.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("hostNamespaces"), "{said}");
    assert!(!server.asked().is_empty());
}

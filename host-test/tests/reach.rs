//! `ringfence reach` from outside: answers, exit codes, and every kind of bad input.

#[path = "common/process.rs"]
mod process;

use process::{Run, folder};
use serde_json::{Value, json};

/// A shop whose web pods reach the database on one port, beside a bank.
const SHOP: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: shop}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - to: [{podSelector: {matchLabels: {app: db}}}]
    ports: [{port: 5432}]
  - to: [{ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.128/25]}}]
    ports: [{port: 443}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: postgres}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec: {template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, ports: [{name: postgres, containerPort: 5432}]}]}}}
---
apiVersion: v1
kind: Pod
metadata:
  name: db-0
  namespace: shop
  labels: {app: db}
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, controller: true}]
spec: {containers: [{name: db, ports: [{name: postgres, containerPort: 5432}]}]}
status: {podIP: 10.1.0.7}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: bank}
spec: {hostNetwork: true, containers: [{name: agent}]}
"#;

fn reach(manifests: &str, arguments: &[&str]) -> Run {
    let folder = folder(&[("all.yaml", manifests)]);
    process::run(folder.path(), &[&["reach"], arguments].concat(), "")
}

fn shop(arguments: &[&str]) -> Run {
    reach(SHOP, arguments)
}

#[track_caller]
fn answers(arguments: &[&str], code: i32, texts: &[&str]) {
    let run = shop(arguments);
    assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
    for text in texts {
        assert!(run.stdout.contains(text), "{text}\n{}", run.stdout);
    }
}

#[track_caller]
fn refused(run: &Run, texts: &[&str]) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    for text in texts {
        assert!(run.stderr.contains(text), "{text}\n{}", run.stderr);
    }
}

#[test]
fn yes_with_the_rules_that_let_it_through() {
    answers(
        &["shop/deployment/web", "shop/db-0", "--port", "5432"],
        0,
        &[
            "shop/deployment/web to shop/db-0, TCP, port 5432: yes\n",
            "  egress:  let out by spec.egress[0] of shop/web\n           selected by shop/default-deny, shop/web\n",
            "  ingress: let in by spec.ingress[0] of shop/db\n           selected by shop/db, shop/default-deny\n",
        ],
    );
    // The name is the destination's; the address is the pod's that has it.
    answers(&["shop/deploy/web", "shop/sts/db", "-p", "postgres"], 0, &["port 5432: yes\n"]);
    answers(&["shop/deployment/web", "10.1.0.7", "--port", "5432"], 0, &["of shop/db\n"]);
}

#[test]
fn no_and_why() {
    let answer = ["egress:  not let out: no rule of the policies is about it"];
    answers(&["shop/db-0", "shop/deployment/web", "-p", "8080"], 1, &answer);
    answers(&["shop/deployment/web", "shop/db-0", "-p", "5432", "--protocol", "UDP"], 1, &answer);
    let nobody = ["egress:  no pod, so no policy is about it"];
    answers(&["203.0.113.7", "shop/db-0", "-p", "5432"], 1, &nobody);
}

#[test]
fn unknown_counts_as_neither_and_says_why() {
    for expect in [&[][..], &["--expect", "allowed"], &["--expect", "denied"]] {
        let asked = ["bank/agent", "shop/db-0", "-p", "5432"];
        let because = "because: the peer may be the pod's own node";
        answers(&[&asked, expect].concat(), 2, &["port 5432: unknown\n", because]);
    }
    let defect = SHOP.replace("[Egress]", "[egress]");
    let run = reach(&defect, &["shop/deployment/web", "203.0.113.7", "-p", "80"]);
    assert_eq!(run.code, 1, "default-deny decides: {}", run.stdout);
}

#[test]
fn expectations() {
    let open = ["shop/deployment/web", "shop/db-0", "-p", "5432"];
    let shut = ["203.0.113.7", "shop/db-0", "-p", "5432"];
    let some = ["shop/deployment/web", "shop/db-0"];
    for (asked, allowed, denied) in [(&open[..], 0, 1), (&shut, 1, 0), (&some, 1, 1)] {
        answers(&[asked, &["--expect", "allowed"]].concat(), allowed, &[]);
        answers(&[asked, &["--expect", "denied"]].concat(), denied, &[]);
    }
}

#[test]
fn every_port_and_every_address_of_a_block() {
    answers(
        &["shop/deployment/web", "shop/db-0"],
        0,
        &[
            "TCP, every port: partly\n",
            "  port 5432: yes\n",
            "  ports 1-5431; ports 5433-65535: no\n",
        ],
    );
    let asked = ["shop/deployment/web", "198.51.100.0/24", "-p", "443"];
    answers(
        &asked,
        0,
        &[
            "port 443: partly\n",
            "  to 198.51.100.0-198.51.100.127, port 443: yes\n",
            "  to 198.51.100.128-198.51.100.255, port 443: no\n",
        ],
    );
    let run = shop(&[&asked[..], &["-o", "json"]].concat());
    let answer: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(answer["answer"], "partly");
    let part = &answer["parts"][0];
    assert_eq!(
        (&part["to"], &part["ports"]),
        (&json!("198.51.100.0-198.51.100.127"), &json!("443"))
    );
    assert_eq!(part["egress"]["rule"], json!({"policy": "shop/web", "path": "spec.egress[1]"}));
    assert_eq!(part["egress"]["isolatedBy"], json!(["shop/default-deny", "shop/web"]));
    assert_eq!(part["ingress"]["why"], "outside");
    // The address of a pod in a block is the pod.
    let run = shop(&["shop/deployment/web", "10.1.0.0/24", "-p", "5432", "-o", "json"]);
    let answer: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let yes: Vec<&Value> = answer["parts"]
        .as_array()
        .expect("parts")
        .iter()
        .filter(|part| part["answer"] == "yes")
        .collect();
    assert_eq!(yes.len(), 1, "{answer:#}");
    assert_eq!(yes[0]["to"], "10.1.0.7");
}

#[test]
fn parts_say_what_each_port_and_address_of_them_does() {
    let ranges =
        SHOP.replace("ports: [{port: 443}]", "ports: [{port: 400, endPort: 443}, {port: 443}]");
    let folder = folder(&[("all.yaml", &ranges)]);
    let ask = |to: &str, port: Option<u32>| -> Value {
        let port = port.map(|port| format!("--port={port}"));
        let mut arguments = vec!["reach", "shop/deployment/web", to, "-o", "json"];
        arguments.extend(port.as_deref());
        serde_json::from_str(&process::run(folder.path(), &arguments, "").stdout).expect("JSON")
    };
    let number = |text: &str| text.parse::<u32>().expect("a port");
    // An address of the block, and the half of it that it is in.
    for (to, address, half) in [
        ("shop/db-0", "shop/db-0", ""),
        ("198.51.100.0/24", "198.51.100.0", ".0-"),
        ("198.51.100.0/24", "198.51.100.127", ".0-"),
        ("198.51.100.0/24", "198.51.100.128", ".128-"),
        ("198.51.100.0/24", "198.51.100.255", ".128-"),
    ] {
        let parts = ask(to, None)["parts"].clone();
        for port in [1, 399, 400, 401, 443, 444, 5431, 5432, 5433, 65535] {
            let holds = |part: &&Value| {
                let ports = part["ports"].as_str().expect("ports");
                let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
                let is_there = part["to"].as_str().is_none_or(|to| to.contains(half));
                is_there && (number(first)..=number(last)).contains(&port)
            };
            let part = parts.as_array().expect("parts").iter().find(holds).expect("a part");
            assert_eq!(part["answer"], ask(address, Some(port))["answer"], "{address} {port}");
        }
    }
}

#[test]
fn matrix() {
    let run = shop(&["--matrix", "-p", "5432", "--outside", "203.0.113.7"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows: Vec<Vec<&str>> =
        run.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    // The pod of the StatefulSet is told of by it.
    assert_eq!(rows[1], ["1", "2", "3", "4"]);
    assert_eq!(rows[2][1..], ["bank/agent", "yes", "?", "?", "yes"]);
    assert_eq!(rows[3][1..], ["shop/deployment/web", "?", "-", "yes", "-"]);
    assert_eq!(rows[4][1..], ["shop/statefulset/db", "?", "-", "-", "-"]);
    assert_eq!(rows[5][1..], ["203.0.113.7", "yes", "-", "-"]);
    let run = shop(&["--matrix", "-o", "json"]);
    let matrix: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(matrix["ends"], json!(["bank/agent", "shop/deployment/web", "shop/statefulset/db"]));
    let cell = matrix["cells"].as_array().expect("cells").iter();
    let mut cell = cell.filter(|cell| {
        cell["from"] == "shop/deployment/web" && cell["to"] == "shop/statefulset/db"
    });
    let cell = cell.next().expect("a cell");
    assert_eq!((&cell["answer"], &cell["ports"]), (&json!("partly"), &json!(["5432"])));
}

#[test]
fn labels_of_controllers_are_told() {
    let by_hash = SHOP.replace(
        "matchLabels: {app: db}}\n  ingress",
        "matchLabels: {pod-template-hash: a1}}\n  ingress",
    );
    let run = reach(&by_hash, &["shop/deployment/web", "shop/sts/db", "-p", "5432"]);
    assert!(run.stderr.contains("policies select by pod-template-hash"), "{}", run.stderr);
    let run = reach(&by_hash, &["shop/db-0", "203.0.113.7", "-p", "5432"]);
    assert_eq!(run.stderr, "", "pods show their labels");
}

#[test]
fn bad_input() {
    let db = "shop/db-0";
    refused(
        &shop(&["shop/web-9", db]),
        &[
            "there is no Pod web-9 in namespace shop",
            "shop/deployment/web, shop/db-0, shop/statefulset/db",
        ],
    );
    refused(&shop(&["shpo/web-0", db]), &["in namespace shpo, nor anything else", "bank/agent"]);
    refused(&shop(&["shop/service/web", db]), &["a service carries no pod", "shop/deployment/web"]);
    refused(&shop(&["web", db]), &["expected a pod (shop/web-0)"]);
    refused(&shop(&["10.0.0.0/33", db]), &["not a CIDR"]);
    refused(
        &shop(&["shop/deploy/web", db, "-p", "http"]),
        &["has no TCP port of that name", "a name: postgres"],
    );
    refused(
        &shop(&["shop/deploy/web", "192.0.2.1", "-p", "http"]),
        &["the ports of 192.0.2.1 have no names"],
    );
    refused(&shop(&["shop/deploy/web", db, "-p", "0"]), &["from 1 to 65535"]);
    refused(&shop(&["--matrix", "-p", "http"]), &["with --matrix a port is a number"]);
    refused(&shop(&["--matrix", "--outside", db]), &["expected an address or a CIDR"]);
    refused(&shop(&[db]), &["required"]);
    refused(
        &shop(&[db, db, "--cluster", "nowhere"]),
        &["--cluster: nowhere: no such file or folder"],
    );
    refused(&reach("kind: [", &[db, db]), &["all.yaml:2: column 1: broken YAML"]);
    let ill = SHOP.replace(
        "podSelector: {matchLabels: {app: db}}\n  ingress",
        "podSelector: [app]\n  ingress",
    );
    refused(&reach(&ill, &[db, db]), &["NetworkPolicy shop/db cannot be read: spec.podSelector"]);
    let twice = format!(
        "{SHOP}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: agent, namespace: bank}}\n"
    );
    refused(&reach(&twice, &[db, db]), &["Pod bank/agent twice and not alike"]);
}

//! The example of two tenants: it is sound, each planted leak is found once, and nothing else is.

mod common;
#[path = "common/process.rs"]
mod process;

use process::{Run, folder};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The leaks: file, rule, object.
const LEAKS: [[&str; 3]; 10] = [
    ["01-policy-lets-everyone-in", "networkPolicyContent", "NetworkPolicy bank/partner-test"],
    ["02-policy-lets-out-everywhere", "networkPolicyContent", "NetworkPolicy shop/web-internet"],
    ["03-rolebinding-for-another-tenant", "rbac", "RoleBinding shop/bank-deployer"],
    ["04-cluster-admin-by-content", "rbac", "ClusterRole bank-operator"],
    ["05-namespace-privileged", "podSecurityLabels", "Namespace shop-legacy"],
    ["06-namespace-ignored-by-an-engine", "namespaceMetadata", "Namespace bank-migration"],
    ["07-pool-of-another-tenant", "nodePlacement", "Deployment shop/importer"],
    ["08-workload-in-default", "defaultNamespace", "Deployment default/prototype"],
    ["09-namespace-without-quota", "resourceBoundaries", "Deployment lab/training"],
    ["10-secret-in-the-environment", "secretsAccess", "CronJob shop/export"],
];

fn tenants() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/tenants")
}

fn ringfence(arguments: &[&str]) -> Run {
    let run = process::run(&tenants(), arguments, "");
    assert_ne!(run.code, 2, "{}", run.stderr);
    run
}

/// Checks with the module under test: exit code and report.
fn check(arguments: &[&str]) -> (i32, Value) {
    let module = common::module();
    let module = module.to_str().expect("a path in UTF-8");
    let options = ["--settings", "ringfence.yaml", "--module", module, "-o", "json"];
    let run = ringfence(&[&["check"], arguments, &options].concat());
    (run.code, serde_json::from_str(&run.stdout).expect("JSON"))
}

/// What is wrong, whatever follows from it: file, rule, object.
fn found(report: &Value) -> BTreeSet<[String; 3]> {
    let mut found = BTreeSet::new();
    for resource in report["resources"].as_array().expect("resources") {
        let text = |field: &str| resource[field].as_str().unwrap_or_default();
        let file = Path::new(text("file")).file_stem().expect("a file").to_string_lossy();
        let name = match (text("kind"), text("namespace")) {
            ("Namespace", _) | (_, "") => text("name").to_owned(),
            (_, namespace) => format!("{namespace}/{}", text("name")),
        };
        for violation in resource["violations"].as_array().expect("violations") {
            let rule = violation["rule"].as_str().expect("a rule").to_owned();
            found.insert([file.to_string(), rule, format!("{} {name}", text("kind"))]);
        }
    }
    found
}

#[test]
fn the_sound_tenants_pass_without_a_finding() {
    let (code, report) = check(&["sound"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(found(&report), BTreeSet::new());
    for resource in report["resources"].as_array().expect("resources") {
        assert_eq!(resource["warnings"], Value::Array(Vec::new()), "{resource:#}");
        assert!(
            ["accepted", "skipped"].contains(&resource["verdict"].as_str().expect("a verdict"))
        );
    }
    // The gateway is for everyone: by the one exemption, and nothing else is let pass.
    assert_eq!(report["summary"]["waived"], 1);
    for file in LEAKS.map(|[file, ..]| file) {
        assert!(tenants().join("leaking").join(file).with_extension("yaml").is_file(), "{file}");
    }
}

#[test]
fn exactly_the_ten_leaks_are_found() {
    let (code, report) = check(&["sound", "leaking"]);
    assert_eq!(code, 1);
    assert_eq!(found(&report), LEAKS.map(|leak| leak.map(str::to_owned)).into());
    assert_eq!(report["summary"]["denied"], 10, "each denies its object");
    let files = std::fs::read_dir(tenants().join("leaking")).expect("the folder").count();
    assert_eq!(files, LEAKS.len());
}

#[test]
fn each_leak_is_found_by_itself() {
    for leak in LEAKS {
        let file = format!("leaking/{}.yaml", leak[0]);
        let (code, report) = check(&["sound", &file]);
        assert_eq!(code, 1, "{file}");
        assert_eq!(found(&report), [leak.map(str::to_owned)].into(), "{file}");
    }
}

/// The concerns of each namespace that are not ok.
fn not_ok(arguments: &[&str]) -> (i32, BTreeMap<String, Vec<String>>) {
    let options = ["--settings", "ringfence.yaml", "-o", "json"];
    let run = ringfence(&[&["namespace"], arguments, &options].concat());
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let of = |namespace: &Value| {
        let rows = namespace["rows"].as_array().expect("rows").iter();
        let rows = rows.filter(|row| row["status"] != "ok").map(|row| text(&row["concern"]));
        (text(&namespace["namespace"]), rows.collect())
    };
    (run.code, report["namespaces"].as_array().expect("namespaces").iter().map(of).collect())
}

#[test]
fn reports_of_their_namespaces() {
    let (code, sound) = not_ok(&["./sound"]);
    assert_eq!(code, 0, "{sound:?}");
    let names: Vec<&String> = sound.keys().collect();
    assert_eq!(names, ["bank", "default", "gateway", "shop"]);
    assert!(sound.values().all(Vec::is_empty), "{sound:?}");
    let (code, leaking) = not_ok(&["./leaking", "--cluster", "sound"]);
    assert_eq!(code, 1);
    for (namespace, concerns) in [
        // The other tenant's right to edit is the trouble of both.
        ("bank", &["rbac", "network"][..]),
        ("default", &["placement"]),
        ("lab", &["quota"]),
        ("shop", &["rbac", "network", "secrets", "placement"]),
        ("shop-legacy", &["quota", "limitRange", "network", "podSecurity", "serviceAccountToken"]),
        (
            "bank-migration",
            &["quota", "limitRange", "network", "podSecurity", "serviceAccountToken"],
        ),
    ] {
        assert_eq!(leaking[namespace], concerns, "{namespace}");
    }
    assert_eq!(leaking.len(), 6);
}

#[test]
fn what_is_generated_closes_a_leak() {
    let run = ringfence(&["namespace", "lab", "--cluster", "leaking", "--generate"]);
    let folder = folder(&[("quota.yaml", &run.stdout)]);
    let quota = folder.path().to_str().expect("a path in UTF-8");
    let (_, report) = check(&["sound", "leaking", quota]);
    let left = LEAKS.into_iter().filter(|[file, ..]| !file.starts_with("09-"));
    assert_eq!(found(&report), left.map(|leak| leak.map(str::to_owned)).collect());
}

#[test]
fn who_reaches_whom() {
    let reach =
        |asked: &[&str], cluster: &[&str]| ringfence(&[&["reach"], asked, cluster].concat()).code;
    let sound = ["--cluster", "sound"];
    let leaking = ["--cluster", "sound", "--cluster", "leaking"];
    for (asked, in_sound, in_leaking) in [
        (["shop/deployment/web", "shop/deployment/checkout", "8080"], 0, 0),
        (["shop/deployment/checkout", "bank/deployment/api", "8080"], 0, 0),
        (["bank/cronjob/statement", "bank/statefulset/ledger", "postgres"], 0, 0),
        (["203.0.113.7", "gateway/deployment/gateway", "https"], 0, 0),
        (["shop/deployment/web", "bank/statefulset/ledger", "5432"], 1, 1),
        // Leaks 1 and 2.
        (["203.0.113.7", "bank/deployment/api", "8080"], 1, 0),
        (["shop/deployment/web", "169.254.169.254", "80"], 1, 0),
    ] {
        let [from, to, port] = asked;
        let question = [from, to, "--port", port];
        assert_eq!(reach(&question, &sound), in_sound, "{asked:?}");
        assert_eq!(reach(&question, &leaking), in_leaking, "{asked:?}");
    }
}

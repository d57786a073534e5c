//! The chart, rendered by Helm, which `RINGFENCE_HELM` names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::CommandFactory;
use host_test::engine::{Engine, Native};
use host_test::yaml;
use ringfence_provider::Options;
use rustls::version;
use serde_json::{Value, json};

use crate::certificates::{Kit, module};
use crate::client::Client;
use crate::process::Server;

fn chart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/gatekeeper/chart")
}

fn helm(arguments: &[&str]) -> Output {
    let program = std::env::var_os("RINGFENCE_HELM")
        .expect("RINGFENCE_HELM names the program: `cargo xtask test --only chart`");
    let home = tempfile::tempdir().expect("a folder");
    let output = Command::new(program)
        .args(arguments)
        .env("HELM_CACHE_HOME", home.path())
        .env("HELM_CONFIG_HOME", home.path())
        .env("HELM_DATA_HOME", home.path())
        .output();
    output.expect("helm runs")
}

/// What comes of the chart with these values.
pub(crate) fn render(values: &[&str]) -> Result<Vec<Value>, String> {
    let chart = chart();
    let name = "ringfence-provider";
    let mut arguments = vec!["template", name, chart.to_str().expect("UTF-8")];
    arguments.extend(["--namespace", "gatekeeper-system"]);
    arguments.extend(values.iter().flat_map(|value| ["--set", value]));
    let output = helm(&arguments);
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let documents = yaml::read(&output.stdout, false).into_iter();
    let documents = documents.map(|document| document.expect("YAML").to_json());
    Ok(documents.filter(|document| !document.is_null()).collect())
}

/// The only object of a kind and, where one is given, a name.
pub(crate) fn one<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let mut found = objects.iter().filter(|object| {
        object["kind"] == kind && (name.is_empty() || object["metadata"]["name"] == name)
    });
    let object = found.next().unwrap_or_else(|| panic!("no {kind} {name}"));
    assert!(found.next().is_none(), "two of {kind} {name}");
    object
}

/// Each way to use the chart.
pub(crate) const VARIANTS: &[&[&str]] = &[
    &[],
    &["kyverno.enabled=true", "clusterData.enabled=true", "settings.profile=baseline"],
    &["module.configMap=policy", "networkPolicy.enabled=false", "image.digest=sha256:0123"],
    &["monitoring.alerts=true", "monitoring.dashboard=true", "monitoring.serviceMonitor=true"],
    &[
        "certificates.from=existingSecret",
        "certificates.existingSecret=a",
        "certificates.caBundle=b",
    ],
    &["certificates.from=certManager", "certificates.issuerRef.name=a", "certificates.caBundle=b"],
    &["gatekeeper.enabled=false", "kyverno.enabled=true"],
    &["gatekeeper.enabled=false", "webhook.enabled=true", "settings.profile=baseline"],
    &["webhook.enabled=true", "settings.profile=baseline", "options.TIMEOUT_MS=700"],
];

#[test]
#[ignore = "needs Helm"]
fn helm_finds_nothing_wrong() {
    let chart = chart();
    let output = helm(&["lint", "--strict", chart.to_str().expect("UTF-8")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
#[ignore = "needs Helm"]
fn helm_chart_satisfies_the_restricted_level_in_each_way_to_use_it() {
    for values in VARIANTS {
        let objects = render(values).expect("a chart");
        let deployment = one(&objects, "Deployment", "");
        let request = json!({
            "operation": "CREATE", "namespace": "gatekeeper-system", "object": deployment,
            "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
        });
        let settings = json!({"profile": "restricted",
            "rules": {"readOnlyRootFilesystem": "deny", "serviceAccountToken": "deny"}});
        let payload = json!({"settings": settings, "request": request}).to_string();
        let answer = Native.validate(payload.as_bytes()).expect("an answer");
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        assert_eq!(answer["accepted"], true, "{values:?}: {answer}");
        assert_eq!(answer["audit_annotations"]["outcome"], "judged");
        // Of the cluster it may read what some rule asks for, where it may ask at all.
        let roles: Vec<_> = objects.iter().filter(|it| it["kind"] == "ClusterRole").collect();
        for role in &roles {
            let rules = role["rules"].as_array().expect("rules");
            assert!(!rules.is_empty());
            for rule in rules {
                assert_eq!(rule["verbs"], json!(["get", "list", "watch"]), "{rule}");
                assert!(!rule["resources"].to_string().contains("secrets"), "{rule}");
            }
        }
        assert_eq!(roles.len(), usize::from(values.contains(&"clusterData.enabled=true")));
    }
}

#[test]
#[ignore = "needs Helm"]
fn helm_chart_sets_options_that_there_are_and_mounts_what_they_name() {
    let command = Options::command();
    let known: Vec<&str> =
        command.get_arguments().filter_map(|option| option.get_env()?.to_str()).collect();
    for values in VARIANTS {
        let objects = render(values).expect("a chart");
        let pod = &one(&objects, "Deployment", "")["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        let mounts = container["volumeMounts"].as_array().expect("mounts");
        let volumes = pod["volumes"].as_array().expect("volumes");
        for mount in mounts {
            assert!(volumes.iter().any(|volume| volume["name"] == mount["name"]), "{mount}");
        }
        assert_eq!(mounts.len(), volumes.len());
        let mut seen = BTreeSet::new();
        for variable in container["env"].as_array().expect("variables") {
            let (name, value) = (variable["name"].as_str(), variable["value"].as_str());
            let (name, value) = name.zip(value).unwrap_or_else(|| panic!("{variable}"));
            assert!(known.contains(&name), "{values:?}: {name}");
            assert!(seen.insert(name), "{values:?}: {name} is set twice");
            let is_mounted = |mount: &Value| {
                mount["mountPath"].as_str().is_some_and(|path| value.starts_with(path))
            };
            assert!(!value.starts_with('/') || mounts.iter().any(is_mounted), "{name}={value}");
        }
    }
}

#[tokio::test]
#[ignore = "needs Helm"]
async fn helm_chart_makes_certificates_that_gatekeeper_and_kyverno_accept() {
    let objects = render(&["kyverno.enabled=true"]).expect("a chart");
    let text = |value: &Value| {
        let bytes = STANDARD.decode(value.as_str().expect("text")).expect("base64");
        String::from_utf8(bytes).expect("UTF-8")
    };
    let secret = &one(&objects, "Secret", "ringfence-provider-tls")["data"];
    let provider = &one(&objects, "Provider", "ringfence")["spec"];
    let authority = text(&provider["caBundle"]);
    assert_eq!(provider["url"], "https://ringfence-provider.gatekeeper-system:8090/validate");
    let config_map = one(&objects, "ConfigMap", "ringfence-provider-ca");
    assert_eq!(config_map["data"]["ca.crt"], *authority);

    let kit = Kit::new();
    kit.write("tls.crt", text(&secret["tls.crt"]));
    kit.write("tls.key", text(&secret["tls.key"]));
    let server = Server::start(&kit, &module(), &[]);
    let name = "ringfence-provider.gatekeeper-system";
    let pair = kit.gatekeeper();
    let gatekeeper =
        Client::trusting(&authority, name, server.gatekeeper, Some(&pair), &version::TLS13);
    gatekeeper.keys(&[]).await;
    let kyverno = Client::trusting(&authority, name, server.services, None, &version::TLS13);
    assert_eq!(kyverno.post("/v1/validate", "{}").await.status, 400);
    let elsewhere =
        Client::trusting(&authority, "localhost", server.services, None, &version::TLS13);
    assert!(elsewhere.try_post("/v1/validate", "{}").await.is_err());
}

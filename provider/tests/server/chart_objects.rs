//! What the chart makes for whom, and what it holds the pods to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::CommandFactory;
use ringfence_provider::Options;
use serde_json::{Value, json};

use crate::certificates::{Kit, module};
use crate::chart::{one, render};
use crate::client::Client;
use crate::gatekeeper::request;
use crate::process::Server;

/// Values of somebody who has no Gatekeeper.
pub(crate) const WEBHOOK: &[&str] =
    &["gatekeeper.enabled=false", "webhook.enabled=true", "settings.profile=baseline"];
const KYVERNO: &[&str] = &["gatekeeper.enabled=false", "kyverno.enabled=true"];

pub(crate) fn pod(objects: &[Value]) -> &Value {
    &one(objects, "Deployment", "")["spec"]["template"]["spec"]
}

/// The value of an option, if it is set.
pub(crate) fn option<'a>(objects: &'a [Value], name: &str) -> Option<&'a str> {
    let variables = pod(objects)["containers"][0]["env"].as_array().expect("variables");
    let name = format!("RINGFENCE_PROVIDER_{name}");
    variables.iter().find(|it| it["name"] == *name)?["value"].as_str()
}

pub(crate) fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().into_iter().flatten();
    list.map(|item| item["name"].as_str().expect("a name")).collect()
}

/// The default of an option.
pub(crate) fn default(name: &str) -> u64 {
    let command = Options::command();
    let option = command.get_arguments().find(|it| it.get_long() == Some(name)).expect("it");
    option.get_default_values()[0].to_str().and_then(|it| it.parse().ok()).expect("a number")
}

#[test]
#[ignore = "needs Helm"]
fn helm_chart_needs_nothing_of_gatekeeper_where_it_is_not_enabled() {
    for values in [WEBHOOK, KYVERNO] {
        let objects = render(values).expect("a chart");
        assert!(objects.iter().all(|it| it["kind"] != "Provider"), "{values:?}");
        assert!(!objects.iter().any(|it| it.to_string().contains("gatekeeper-webhook")));
        let container = &pod(&objects)["containers"][0];
        for list in [&pod(&objects)["volumes"], &container["volumeMounts"], &container["ports"]] {
            assert!(!names(list).contains(&"gatekeeper"), "{list}");
        }
        assert_eq!(option(&objects, "CLIENT_CA"), None);
        assert_eq!(option(&objects, "ANY_CLIENT"), Some("true"));
        // Whom no certificate is asked of reaches the door for those, and no other.
        assert_eq!(option(&objects, "LISTEN"), Some("127.0.0.1:8090"));
        let service = &one(&objects, "Service", "")["spec"]["ports"];
        assert_eq!(names(service), ["services", "health"]);
        assert_eq!(names(&container["ports"]), ["services", "health"]);
        one(&objects, "ConfigMap", "ringfence-provider-ca");
        let for_kyverno = objects.iter().any(|it| it["kind"] == "RoleBinding");
        assert_eq!(for_kyverno, values == KYVERNO);
    }
    let objects = render(&[]).expect("a chart");
    assert_eq!(option(&objects, "CLIENT_CA"), Some("/gatekeeper/ca.crt"));
    assert_eq!(option(&objects, "ANY_CLIENT"), None);
    assert_eq!(option(&objects, "LISTEN"), None);
    let volumes = pod(&objects)["volumes"].as_array().expect("volumes");
    let secret = volumes.iter().find(|it| it["name"] == "gatekeeper").expect("a volume");
    // Its key is nobody's business.
    let items = json!([{"key": "ca.crt", "path": "ca.crt"}]);
    let expected = json!({"secretName": "gatekeeper-webhook-server-cert", "items": items});
    assert_eq!(secret["secret"], expected);
    assert_eq!(names(&one(&objects, "Service", "")["spec"]["ports"]), ["gatekeeper", "health"]);
}

/// The container's own variables start a server that answers an API server.
#[tokio::test]
#[ignore = "needs Helm"]
async fn helm_chart_without_gatekeeper_answers_an_api_server() {
    let kit = Kit::new();
    let objects = render(WEBHOOK).expect("a chart");
    let settings = &one(&objects, "ConfigMap", "ringfence-provider")["data"]["settings.json"];
    kit.write("settings.json", settings.as_str().expect("text"));
    let folder = kit.text("");
    let module = module().display().to_string();
    let variables = pod(&objects)["containers"][0]["env"].as_array().expect("variables");
    let variables = variables.iter().map(|variable| {
        let name = variable["name"].as_str().expect("a name");
        let value = variable["value"].as_str().expect("a value");
        let value = match name.trim_start_matches("RINGFENCE_PROVIDER_") {
            "MODULE" => module.clone(),
            "LISTEN" | "SERVICE_LISTEN" => "127.0.0.1:0".to_owned(),
            _ => value.replace("/certificates/", &folder).replace("/configuration/", &folder),
        };
        (name.to_owned(), value)
    });
    let health = ("RINGFENCE_PROVIDER_HEALTH_LISTEN".to_owned(), "127.0.0.1:0".to_owned());
    let server = Server::of_variables(&variables.chain([health]).collect::<Vec<_>>());
    let nobody = Client::nobody(&kit, server.services);
    for (privileged, allowed) in [(false, true), (true, false)] {
        let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
            "request": request(privileged)});
        let reply = nobody.post("/admission", &review.to_string()).await;
        assert_eq!(reply.json()["response"]["allowed"], allowed, "{reply:?}");
    }
}

/// The instructions for those without Gatekeeper are for a cluster that has none.
#[test]
#[ignore = "needs Helm"]
fn helm_chart_is_installed_as_instructions_say() {
    for page in [
        include_str!("../../../deploy/webhook/README.md"),
        include_str!("../../../deploy/kyverno/README.md"),
    ] {
        let from = page.find("helm install").expect("instructions");
        let command = page[from..].replace("\\\n", " ");
        let words: Vec<&str> = command.lines().next().expect("a line").split_whitespace().collect();
        let values = words.windows(2).filter(|pair| pair[0] == "--set").map(|pair| pair[1]);
        let objects = render(&values.collect::<Vec<_>>()).expect("a chart");
        assert!(objects.iter().all(|it| it["kind"] != "Provider"));
        assert_eq!(option(&objects, "SERVICE_LISTEN"), Some("0.0.0.0:8443"));
    }
}

#[test]
#[ignore = "needs Helm"]
fn helm_chart_lets_in_over_the_network_who_asks_and_nobody_else() {
    let gatekeeper = json!({"from": [{"podSelector": {"matchLabels": {"gatekeeper.sh/system": "yes"}}}],
        "ports": [{"port": "gatekeeper", "protocol": "TCP"}]});
    let health = json!({"ports": [{"port": "health", "protocol": "TCP"}]});
    let services = |from: &Value| {
        let mut rule = json!({"ports": [{"port": "services", "protocol": "TCP"}]});
        if !from.is_null() {
            rule["from"] = from.clone();
        }
        rule
    };
    let kyverno =
        json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kyverno"}}});
    let nodes = json!({"ipBlock": {"cidr": "10.0.0.0/28"}});
    let from_nodes = "networkPolicy.servicesFrom[0].ipBlock.cidr=10.0.0.0/28";
    let everybody = Value::Null;
    for (values, ingress) in [
        (vec![], json!([gatekeeper, health])),
        (vec!["kyverno.enabled=true"], json!([gatekeeper, services(&json!([kyverno])), health])),
        (
            vec!["kyverno.enabled=true", from_nodes],
            json!([gatekeeper, services(&json!([kyverno, nodes])), health]),
        ),
        (KYVERNO.to_vec(), json!([services(&json!([kyverno])), health])),
        // The API server is no pod: which addresses it has, only its operator knows.
        (WEBHOOK.to_vec(), json!([services(&everybody), health])),
        ([WEBHOOK, &[from_nodes]].concat(), json!([services(&json!([nodes])), health])),
        ([WEBHOOK, &["kyverno.enabled=true"]].concat(), json!([services(&everybody), health])),
        (
            [WEBHOOK, &["kyverno.enabled=true", from_nodes]].concat(),
            json!([services(&json!([kyverno, nodes])), health]),
        ),
    ] {
        let objects = render(&values).expect("a chart");
        let spec = &one(&objects, "NetworkPolicy", "")["spec"];
        assert_eq!(spec["ingress"], ingress, "{values:?}");
        assert_eq!(spec["policyTypes"], json!(["Ingress", "Egress"]));
        let labels = &one(&objects, "Deployment", "")["spec"]["template"]["metadata"]["labels"];
        for (label, value) in spec["podSelector"]["matchLabels"].as_object().expect("labels") {
            assert_eq!(&labels[label], value);
        }
        // A policy by name of port does nothing where there is no such port.
        let ports = names(&pod(&objects)["containers"][0]["ports"]);
        for rule in ingress.as_array().expect("rules") {
            assert!(ports.contains(&rule["ports"][0]["port"].as_str().expect("a port")));
        }
    }
    // The module comes from wherever the registry is, by a name that somebody has to tell.
    let objects = render(&[]).expect("a chart");
    let egress = &one(&objects, "NetworkPolicy", "")["spec"]["egress"];
    let ports = egress.as_array().expect("rules").iter().flat_map(|rule| {
        assert!(rule.get("to").is_none(), "{rule}");
        rule["ports"].as_array().expect("ports").iter().map(|port| port["port"].as_u64())
    });
    let ports = ports.flatten().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(ports, [53, 443, 5353, 6443].into());
    // A module that is there already, and no cluster to ask: no way out.
    let objects = render(&["module.configMap=policy"]).expect("a chart");
    assert_eq!(one(&objects, "NetworkPolicy", "")["spec"]["egress"], json!([]));
    let objects = render(&["networkPolicy.enabled=false"]).expect("a chart");
    assert!(objects.iter().all(|it| it["kind"] != "NetworkPolicy"));
}

#[test]
#[ignore = "needs Helm"]
fn helm_chart_keeps_replicas_up() {
    let objects = render(&[]).expect("a chart");
    let deployment = &one(&objects, "Deployment", "")["spec"];
    let budget = &one(&objects, "PodDisruptionBudget", "")["spec"];
    assert_eq!(budget, &json!({"selector": deployment["selector"], "maxUnavailable": 1}));
    assert_eq!(deployment["replicas"], 3);
    assert_eq!(deployment["strategy"]["rollingUpdate"]["maxUnavailable"], 0);
    let container = &pod(&objects)["containers"][0];
    for (probe, path) in
        [("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")]
    {
        let get = json!({"path": path, "port": "health"});
        assert_eq!(container[probe]["httpGet"], get, "{probe}");
    }
    // A module may take a minute to come and be compiled; who is not ready is known within seconds.
    let startup = &container["startupProbe"];
    assert_eq!((&startup["periodSeconds"], &startup["failureThreshold"]), (&json!(1), &json!(60)));
    let readiness = &container["readinessProbe"];
    let after = [&readiness["periodSeconds"], &readiness["failureThreshold"]];
    let seconds = after.iter().map(|it| it.as_u64().expect("a number")).product::<u64>();
    let lame_duck = default("lame-duck-seconds");
    assert!(seconds < lame_duck, "it ends before anybody knows that it is about to");
    let grace = pod(&objects)["terminationGracePeriodSeconds"].as_u64().expect("a number");
    assert!(grace > lame_duck + default("drain-seconds"));
    let resources = &container["resources"];
    assert_eq!(resources["requests"], json!({"cpu": "100m", "memory": "96Mi"}));
    // A server that is throttled holds up the cluster.
    assert_eq!(resources["limits"], json!({"memory": "1Gi"}));
}

#[test]
#[ignore = "needs Helm"]
fn helm_chart_takes_certificates_of_others() {
    let authority = "certificates.caBundle=an authority";
    let encoded = STANDARD.encode("an authority");
    let issuer = ["certificates.from=certManager", "certificates.issuerRef.name=a", authority];
    let secret =
        ["certificates.from=existingSecret", "certificates.existingSecret=mine", authority];
    for (values, name) in [(issuer, "ringfence-provider-tls"), (secret, "mine")] {
        let values = [&values[..], &["kyverno.enabled=true"]].concat();
        let objects = render(&values).expect("a chart");
        // No key is made here.
        assert!(objects.iter().all(|it| it["kind"] != "Secret"));
        let volumes = pod(&objects)["volumes"].as_array().expect("volumes");
        let volume = volumes.iter().find(|it| it["name"] == "certificates").expect("a volume");
        assert_eq!(volume["secret"], json!({"secretName": name}));
        let provider = &one(&objects, "Provider", "ringfence")["spec"];
        assert_eq!(provider["caBundle"], *encoded);
        let told = &one(&objects, "ConfigMap", "ringfence-provider-ca")["data"]["ca.crt"];
        assert_eq!(told, "an authority");
        let certificates: Vec<_> =
            objects.iter().filter(|it| it["kind"] == "Certificate").collect();
        if name == "mine" {
            assert!(certificates.is_empty());
            continue;
        }
        let [certificate] = certificates[..] else { panic!("{certificates:?}") };
        let certificate = &certificate["spec"];
        assert_eq!(certificate["secretName"], name);
        assert_eq!(certificate["issuerRef"], json!({"name": "a"}));
        let names = certificate["dnsNames"].as_array().expect("names");
        let url = provider["url"].as_str().expect("text");
        let host = url.trim_start_matches("https://").split(':').next().expect("a host");
        assert!(names.contains(&json!(host)), "{names:?}");
        assert!(names.contains(&json!(format!("{host}.svc"))), "API servers ask for {host}.svc");
        assert!(certificate["usages"].as_array().expect("usages").contains(&json!("server auth")));
    }
}

/// The sum that values.yaml has in a comment: what the pod may come to use fits into its limit.
#[test]
fn the_limit_on_memory_has_room_for_all_that_may_be_held() {
    let text = include_str!("../../../deploy/gatekeeper/chart/values.yaml");
    let values: Value = serde_saphyr::from_str(text).expect("YAML");
    let of = |option: &str, long: &str| {
        values["options"][option].as_u64().unwrap_or_else(|| default(long))
    };
    let mebibytes = |text: &Value| {
        let text = text.as_str().expect("text");
        let gibibytes = text.strip_suffix("Gi").map(|it| (it, 1024));
        let (number, unit) = gibibytes.or(text.strip_suffix("Mi").map(|it| (it, 1))).expect("unit");
        number.parse::<u64>().expect("a number") * unit
    };
    let workers = values["options"]["WORKERS"].as_u64().expect("processors are no bound");
    let doors = 2;
    let instances = doors * workers * of("KEY_MEMORY_MIB", "key-memory-mib");
    let bodies = doors * of("MAX_BODIES_MIB", "max-bodies-mib") * 3;
    let kept = of("CACHE_MIB", "cache-mib");
    let itself = mebibytes(&values["resources"]["requests"]["memory"]);
    let connections = doors * of("MAX_CONNECTIONS", "max-connections") / 16;
    let sum = instances + bodies + kept + connections + itself;
    let limit = mebibytes(&values["resources"]["limits"]["memory"]);
    // And what the cluster says, of which there are 64 for answers and 64 for each kind.
    assert!(sum + 2 * 64 <= limit, "{sum} and 128 in {limit}");
    for number in [instances, bodies, kept, connections, itself, sum] {
        assert!(text.contains(&format!("#  {number:>4}  ")), "values.yaml does not say {number}");
    }
}

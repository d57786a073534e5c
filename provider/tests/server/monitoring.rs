//! The dashboard, the alerts and the documentation know the metrics that there are, and no others.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use crate::certificates::{Kit, module};
use crate::client::{Client, get, provider_request};
use crate::cluster::kubeconfig;
use crate::gatekeeper::key;
use crate::plain::Plain;
use crate::process::Server;

/// Every name that begins like the provider's.
fn names(text: &str) -> BTreeSet<String> {
    let letter = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    let starts = text.match_indices("ringfence_provider_").map(|(at, _)| &text[at..]);
    starts
        .map(|rest| rest[..rest.find(|it| !letter(it)).unwrap_or(rest.len())].to_owned())
        .collect()
}

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[tokio::test]
async fn they_name_what_is_served() {
    let kit = Kit::new();
    let cluster = Plain::serve(Box::new(|_| None));
    let watching = ["--kubeconfig", &kubeconfig(&kit, cluster.address), "--watch", "v1/Namespace"];
    let mut server = Server::start(&kit, &module(), &watching);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    // Something of everything: a family without a member is not served.
    server.wait_for("watch_failed", 1);
    client.keys(&[&key(true, &json!({"profile": "baseline"}))]).await;
    let stranger = Client::nobody(&kit, server.gatekeeper);
    assert!(stranger.try_post("/validate", &provider_request(&[])).await.is_err());
    kit.install(&kit.ours.server());
    server.wait_for("certificates_reloaded", 2);

    let served = get(server.health, "/metrics").await.body;
    let samples = served.lines().filter(|line| !line.starts_with('#'));
    let samples: BTreeSet<String> = samples.flat_map(names).collect();
    assert!(samples.len() > 12, "{samples:?}");
    for name in [
        "deploy/gatekeeper/chart/files/dashboard.json",
        "deploy/gatekeeper/chart/files/alerts.yaml",
    ] {
        let used = names(&file(name));
        assert!(used.len() > 5, "{name}: {used:?}");
        let unknown: Vec<_> = used.difference(&samples).collect();
        assert!(unknown.is_empty(), "{name} has {unknown:?}, and there are {samples:?}");
    }
    let documented = names(&file("docs/provider.md"));
    let is_part = |name: &str| ["_bucket", "_count", "_sum"].iter().any(|end| name.ends_with(end));
    let samples: BTreeSet<String> = samples.into_iter().filter(|name| !is_part(name)).collect();
    let histograms = ["evaluation_duration_seconds", "request_duration_seconds"];
    let histograms = histograms.map(|name| format!("ringfence_provider_{name}"));
    let served: BTreeSet<String> = samples.into_iter().chain(histograms).collect();
    assert_eq!(documented, served, "docs/provider.md lists the metrics");
}

/// An alert on an outcome that there is none of would never tell.
#[test]
fn they_name_outcomes_that_there_are() {
    let page = file("docs/provider.md");
    let documented = page
        .lines()
        .find(|line| line.starts_with("| `ringfence_provider_requests_total`"))
        .expect("the metric is documented");
    let alerts: serde_json::Value =
        serde_saphyr::from_str(&file("deploy/gatekeeper/chart/files/alerts.yaml")).expect("YAML");
    let rules = alerts["groups"][0]["rules"].as_array().expect("rules");
    let mut seen = BTreeSet::new();
    for rule in rules {
        let expression = rule["expr"].as_str().expect("an expression");
        for (at, opening) in expression.match_indices("requests_total{outcome=~\"") {
            let outcomes = &expression[at + opening.len()..];
            for outcome in outcomes[..outcomes.find('"').expect("an end")].split('|') {
                assert!(documented.contains(&format!("`{outcome}`")), "{rule}");
                seen.insert((rule["alert"].as_str().expect("a name"), outcome));
            }
        }
    }
    for outcome in ["overloaded", "timed_out", "abandoned"] {
        for alert in ["RingfenceProviderFailing", "RingfenceProviderOverloaded"] {
            assert!(seen.contains(&(alert, outcome)), "{alert} does not tell of {outcome}");
        }
    }
}

#[test]
fn the_dashboard_is_whole() {
    let text = file("deploy/gatekeeper/chart/files/dashboard.json");
    let dashboard: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    assert!(panels.len() > 10);
    for (index, panel) in panels.iter().enumerate() {
        assert!(panel["title"].is_string() && panel["targets"][0]["expr"].is_string(), "{panel}");
        let place = |panel: &serde_json::Value| {
            ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().expect("a number"))
        };
        let [x, y, w, h] = place(panel);
        assert!(x + w <= 24, "{panel}");
        for other in &panels[..index] {
            let [ox, oy, ow, oh] = place(other);
            let apart = x + w <= ox || ox + ow <= x || y + h <= oy || oy + oh <= y;
            assert!(apart, "{} lies on {}", panel["title"], other["title"]);
        }
    }
}

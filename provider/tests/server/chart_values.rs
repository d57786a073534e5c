//! What values of the chart come to together, and which cannot.

use std::collections::BTreeSet;

use serde_json::json;

use crate::chart::{VARIANTS, one, render};
use crate::chart_objects::{WEBHOOK, default, names, option, pod};

#[test]
#[ignore = "needs Helm"]
fn helm_refuses_values_that_cannot_work() {
    for (values, says) in [
        (&["certificates.from=nothing"][..], "certificates"),
        (&["certificates.from=existingSecret", "certificates.caBundle=b"], "existingSecret"),
        (&["certificates.from=existingSecret", "certificates.existingSecret=a"], "caBundle"),
        (&["certificates.from=certManager", "certificates.caBundle=b"], "issuerRef"),
        (&["provider.timeout=0"], "timeout"),
        (&["replicas=0"], "replicas"),
        (&["module.refrence=a"], "module"),
        (&["gatekeeper.enabled=false"], "nobody would be served"),
        (&["webhook.enabled=true"], "settings"),
        (&["gatekeeper.enable=false"], "gatekeeper"),
        (&["networkPolicy.servicesFrom=a"], "servicesFrom"),
        (&["options.ANY_CLIENT=true"], "ANY_CLIENT"),
        (
            &["webhook.enabled=true", "settings.profile=baseline", "clusterData.enabled=true"],
            "servicesFrom",
        ),
        (&["options.workers=2"], "workers"),
    ] {
        let error = render(values).expect_err("an error");
        assert!(error.contains(says), "{values:?}: {error}");
    }
}

/// What values decide cannot be set as an option beside them.
#[test]
#[ignore = "needs Helm"]
fn helm_chart_sets_nothing_twice() {
    let mut all = BTreeSet::new();
    for variant in VARIANTS {
        let objects = render(variant).expect("a chart");
        let variables = names(&pod(&objects)["containers"][0]["env"]);
        let once: BTreeSet<String> = variables.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(once.len(), variables.len(), "{variables:?}");
        all.extend(once);
    }
    // Those that may be set are options by default, or make room for what is set.
    let free = ["WORKERS", "MAX_BODIES_MIB", "TIMEOUT_MS", "KEY_TIMEOUT_MS"];
    let options = all.iter().map(|name| name.trim_start_matches("RINGFENCE_PROVIDER_"));
    for option in options.filter(|option| !free.contains(option)) {
        let error = render(&[&format!("options.{option}=1")]).expect_err("an error");
        assert!(error.contains(option), "{option}: {error}");
    }
}

/// Where the system's priority classes need a ResourceQuota, and nobody else has made one.
#[test]
#[ignore = "needs Helm"]
fn helm_chart_may_use_its_priority_class() {
    for (values, has_quota) in [
        (vec![], false),
        (WEBHOOK.to_vec(), true),
        ([WEBHOOK, &["priorityClassName="]].concat(), false),
        ([WEBHOOK, &["priorityClassName=mine"]].concat(), false),
    ] {
        let objects = render(&values).expect("a chart");
        assert_eq!(objects.iter().any(|it| it["kind"] == "ResourceQuota"), has_quota, "{values:?}");
    }
    let objects = render(WEBHOOK).expect("a chart");
    let quota = &one(&objects, "ResourceQuota", "")["spec"];
    // Others in the namespace may have the class, too.
    assert_eq!(quota["hard"], json!({"pods": "100"}));
    let scope = &quota["scopeSelector"]["matchExpressions"][0];
    assert_eq!(scope["values"], json!([pod(&objects)["priorityClassName"]]));
}

#[test]
#[ignore = "needs Helm"]
fn helm_chart_has_the_provider_give_up_before_gatekeeper_does() {
    for seconds in [1, 2, 5] {
        let set = format!("provider.timeout={seconds}");
        let objects = render(&[&set]).expect("a chart");
        assert_eq!(one(&objects, "Provider", "")["spec"]["timeout"], seconds);
        let own = option(&objects, "TIMEOUT_MS").and_then(|it| it.parse().ok());
        assert_eq!(own, Some(seconds * 1000 - 500));
        let of_a_key = option(&objects, "KEY_TIMEOUT_MS").and_then(|it| it.parse().ok());
        assert_eq!(of_a_key, own.map(|own: u64| own * 2 / 3));
    }
    assert!(default("timeout-ms") < 2000 && default("key-timeout-ms") < default("timeout-ms"));
    let objects = render(&["options.TIMEOUT_MS=700"]).expect("a chart");
    assert_eq!(option(&objects, "TIMEOUT_MS"), Some("700"));
    let objects = render(&["options.KEY_TIMEOUT_MS=700"]).expect("a chart");
    assert_eq!(option(&objects, "KEY_TIMEOUT_MS"), Some("700"));
}

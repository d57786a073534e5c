use std::cell::Cell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::date::Date;
use crate::settings::Settings;
use crate::validate;

fn mistakes(exemptions: &Value) -> Vec<String> {
    mistakes_in(&exemptions.to_string())
}

fn mistakes_in(exemptions: &str) -> Vec<String> {
    let errors = Settings::decode(&[r#"{"exemptions":"#, exemptions, "}"].concat())
        .err()
        .unwrap_or_default();
    errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
}

/// An exemption with another `match`.
fn scoped(scope: &Value) -> Value {
    json!({"id": "x", "reason": "SEC-1", "rules": ["capabilities"], "match": scope})
}

#[test]
fn a_sound_exemption_has_no_mistakes() {
    let all = json!([{
        "id": "istio-init", "reason": "SEC-1234", "expires": "2020-02-29",
        "rules": ["capabilities", "capabilities_baseline", "procMount_restricted"],
        "values": ["NET_*", "", "unset"],
        "match": {
            "namespaces": ["shop-*"], "serviceAccounts": ["web", "shop/*", "shop-*/web"],
            "users": ["jane@*", "system:serviceaccount:ci:deployer"],
            "groups": ["system:masters", "system:serviceaccounts:ci"],
            "containers": ["istio-*"],
            "containerLists": ["initContainers", "containers", "ephemeralContainers"],
            "images": ["istio/*", "nginx", "registry.example/*"],
        },
    }, scoped(&json!({"images": ["nginx"]}))]);
    assert_eq!(mistakes(&all), [""; 0]);
}

#[test]
fn every_mistake_is_reported_with_its_path() {
    let all = r#"[
        {},
        {"id": " ", "reason": "", "rules": [], "values": [], "match": {}, "expires": "soon"},
        {"id": "a", "reason": 3, "rules": ["capabilites", "*", 7], "match": "everything",
         "expire": "2027-01-01", "values": ["*"]},
        {"id": "a", "reason": "r", "rules": ["sysctls"], "expires": "2027-02-30",
         "match": {"namespace": ["x"], "namespaces": "x", "containerLists": ["all"],
                   "images": ["*", "docker.io/*", "Nginx"], "users": [""], "groups": []}},
        "istio"
    ]"#;
    let expected = [
        "[0].id: it is missing",
        "[0].reason: it is missing",
        "[0].rules: it is missing",
        "[0].match: it is missing",
        "[1].id: it is empty",
        "[1].reason: it is empty",
        "[1].rules: an empty list fits nothing; fill it, or remove the key",
        "[1].values: an empty list fits nothing; fill it, or remove the key",
        "[1].match: it is for everything; give `namespaces`, `serviceAccounts`, `runtimeClasses`, `images`, `users` \
         or `groups`",
        "[1].expires: `soon` is no day; write it as in 2027-03-31",
        "[2].reason: expected a string, found a number",
        "[2].rules[0]: unknown rule or check `capabilites`, did you mean `capabilities`?",
        "[2].rules[2]: expected a string, found a number",
        "[2].match: expected an object, found a string",
        "[2].expire: unknown setting `expire`, did you mean `expires`?",
        "[2].values[0]: `*` is everything; name what is meant, or remove the key",
        "[3].expires: `2027-02-30` is no day; write it as in 2027-03-31",
        "[3].match.namespace: unknown setting `namespace`, did you mean `namespaces`?",
        "[3].match.namespaces: expected a list, found a string",
        "[3].match.containerLists[0]: expected containers, initContainers or ephemeralContainers",
        "[3].match.images[0]: `*` stands at the end only, behind a registry or repository and a \
         slash, as in `registry.example/team/*`",
        "[3].match.images[1]: everybody may push to this registry; name an account of it, as in \
         `docker.io/istio/*`",
        "[3].match.images[2]: no image reference; expected \
         `[registry/]repository[:tag][@digest]`, or `registry/repository/*`",
        "[3].match.users[0]: it is empty",
        "[3].match.groups: an empty list fits nothing; fill it, or remove the key",
        "[4]: expected an object, found a string",
    ];
    let expected = expected.map(|text| format!("exemptions{text}"));
    assert_eq!(mistakes_in(all), expected);
}

#[test]
fn an_id_is_given_once() {
    let one = scoped(&json!({"namespaces": ["a"]}));
    assert_eq!(
        mistakes(&json!([one, one])),
        ["exemptions[1].id: a second exemption `x`; each has its own id"]
    );
}

#[test]
fn a_scope_that_everybody_can_enter_is_refused() {
    for (scope, complaint) in [
        (json!({"namespaces": ["*"]}), "`*` is everything"),
        (json!({"namespaces": ["shop", "**"]}), "`*` is everything"),
        (json!({"containers": ["istio-init"]}), "names of containers are the tenant's"),
        (json!({"containerLists": ["containers"]}), "names of containers are the tenant's"),
        (json!({"containerLists": []}), "it is for everything"),
        (json!({"containerLists": [], "images": ["nginx"]}), "an empty list is the pod itself"),
        (json!({"containers": ["*"], "images": ["nginx"]}), "`*` is everything"),
        (json!({"serviceAccounts": ["web"]}), "a service account of this name can be made"),
        (json!({"serviceAccounts": ["*/web"]}), "`*` is everything"),
        (json!({"serviceAccounts": ["*"], "namespaces": ["a"]}), "`*` is everything"),
        (json!({"serviceAccounts": ["a/b/c"]}), "`a/b/c` is no service account"),
        (json!({"serviceAccounts": ["shop/"]}), "`shop/` is no service account"),
        (
            json!({"serviceAccounts": ["system:serviceaccount:shop:web"]}),
            "`system:serviceaccount:shop:web` is no service account",
        ),
        (json!({"users": ["*"]}), "`*` is everything"),
        (json!({"users": ["system:kube-controller-manager"]}), "it covers"),
        (
            json!({"users": ["system:serviceaccount:kube-system:replicaset-controller"]}),
            "it covers",
        ),
        (json!({"users": ["system:serviceaccount:kube-system:other-controller"]}), "it covers"),
        (json!({"users": ["system:serviceaccount:kube-system:z*-controller"]}), "it covers"),
        (json!({"users": ["system:serviceaccount:*"]}), "it covers"),
        (json!({"users": ["*-controller"]}), "it covers"),
        (json!({"users": ["system:anonymous"]}), "it covers"),
        (json!({"groups": ["system:authenticated"]}), "it covers `system:authenticated`"),
        (json!({"groups": ["system:unauthenticated"]}), "it covers"),
        (json!({"groups": ["system:serviceaccounts"]}), "it covers"),
        (json!({"groups": ["system:serviceaccounts:kube-*"]}), "it covers"),
        (json!({"groups": ["*:masters", "sys*"]}), "it covers"),
    ] {
        let mistakes = mistakes(&json!([scoped(&scope)]));
        let [mistake] = &*mistakes else { panic!("{scope}: {mistakes:?}") };
        let (_, message) = mistake.split_once(": ").unwrap();
        assert!(message.starts_with(complaint), "{scope}: {mistake}");
    }
}

/// The answer to the creation of a pod in which `web` adds two capabilities, `init` and `debug` one
/// each, and which shares the node's network.
fn answer(exemptions: &Value, namespace: &str, today: Option<&str>) -> Value {
    let container = |name: &str, image: &str, add: &[&str]| json!({"name": name, "image": image, "securityContext": {"capabilities": {"add": add}}});
    let request = json!({
        "kind": {"group": "", "version": "v1", "kind": "Pod"}, "operation": "CREATE",
        "namespace": namespace, "name": "web",
        "userInfo": {"username": "jane", "groups": ["dev", "system:authenticated"]},
        "object": {"apiVersion": "v1", "kind": "Pod", "spec": {
            "serviceAccountName": "web", "hostNetwork": true,
            "initContainers": [container("init", "istio/proxyv2:1.2", &["NET_ADMIN"])],
            "containers": [container("web", "shop/web", &["NET_ADMIN", "SYS_ADMIN"])],
            "ephemeralContainers": [container("debug", "istio/proxyv2:1.2", &["NET_ADMIN"])],
        }},
    });
    let settings = json!({"profile": "baseline", "exemptions": exemptions});
    let payload = json!({"request": request, "settings": settings}).to_string();
    let today = today.and_then(Date::parse);
    serde_json::from_slice(&validate(payload.as_bytes(), &|| today)).unwrap()
}

/// What identifies each item of an annotation that lists violations.
fn listed(answer: &Value, annotation: &str) -> BTreeSet<String> {
    let text = answer["audit_annotations"][annotation].as_str().unwrap_or("[]");
    let items: Vec<Value> = serde_json::from_str(text).unwrap();
    items
        .iter()
        .map(|item| format!("{} {} {}", item["check"], item["path"], item["found"]))
        .collect()
}

#[test]
fn the_date_is_asked_once_and_only_where_it_matters() {
    let asked = |exemptions: &Value| {
        let count = Cell::new(0);
        let payload = json!({
            "request": {
                "kind": {"kind": "Pod"}, "operation": "CREATE", "namespace": "shop",
                "object": {"spec": {"hostNetwork": true, "hostPID": true, "containers": [
                    {"name": "web", "image": "web"},
                ]}},
            },
            "settings": {"profile": "baseline", "exemptions": exemptions},
        });
        validate(payload.to_string().as_bytes(), &|| {
            count.set(count.get() + 1);
            Date::parse("2026-01-15")
        });
        count.get()
    };
    let exemption = |id: &str, rule: &str, namespace: &str, expires: Value| {
        json!({"id": id, "reason": "r", "rules": [rule], "expires": expires,
               "match": {"namespaces": [namespace]}})
    };
    let day = json!("2026-12-31");
    assert_eq!(asked(&json!([])), 0);
    assert_eq!(asked(&json!([exemption("a", "hostNamespaces", "shop", Value::Null)])), 0);
    assert_eq!(asked(&json!([exemption("a", "hostNamespaces", "other", day.clone())])), 0);
    assert_eq!(asked(&json!([exemption("a", "sysctls", "shop", day.clone())])), 0);
    let (a, b) = (
        exemption("a", "hostNamespaces", "shop", json!("2020-01-01")),
        exemption("b", "hostNamespaces", "shop", day),
    );
    assert_eq!(asked(&json!([a, b])), 1);
}

#[test]
fn without_a_date_an_exemption_that_ends_does_not_apply() {
    let exemption = json!({
        "id": "a", "reason": "r", "rules": ["hostNamespaces"], "expires": "9999-12-31",
        "match": {"namespaces": ["shop"]},
    });
    let hint = |today| {
        let answer = answer(&json!([exemption]), "shop", today);
        let violations = answer["audit_annotations"]["violations"].as_str().unwrap();
        violations
            .contains("exemption a is not applied: it ends one day, and the host tells no date")
    };
    assert!(hint(None));
    assert!(!hint(Some("2026-01-15")));
}

const LISTS: &[&str] = &["containers", "initContainers", "ephemeralContainers"];

fn keys() -> impl Strategy<Value = Value> {
    let key = |name: &'static str, least: usize, from: &'static [&'static str]| {
        prop::option::of(subsequence(from, least..=from.len()))
            .prop_map(move |values| values.map(|values| (name, json!(values))))
    };
    let scope = [
        key("namespaces", 1, &["shop", "sh*", "other"]),
        key("serviceAccounts", 1, &["shop/web", "*p/w*", "shop/api"]),
        key("users", 1, &["jane", "j*", "joe"]),
        key("groups", 1, &["dev", "ops"]),
        key("images", 1, &["istio/*", "shop/web:latest", "nginx"]),
        key("containers", 1, &["web", "i*", "de*"]),
        key("containerLists", 0, LISTS),
    ];
    let values = key("values", 1, &["NET_ADMIN", "*_ADMIN", "true", "CHOWN"]);
    let rules = subsequence(&["capabilities", "capabilities_baseline", "hostNamespaces"][..], 1..3);
    let expires = select(&[None, Some("2026-01-15"), Some("2026-01-14")][..]);
    (scope, values, rules, expires).prop_map(|(scope, values, rules, expires)| {
        let scope: serde_json::Map<_, _> =
            scope.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut all = json!({"reason": "r", "rules": rules, "match": scope, "expires": expires});
        if let Some((name, value)) = values {
            all[name] = value;
        }
        all
    })
}

proptest! {
    #[test]
    fn exemptions_never_add_up(
        mut exemptions in prop::collection::vec(keys(), 1..6),
        day in select(&[Some("2026-01-15"), Some("2026-01-16"), None][..]),
    ) {
        for (index, exemption) in exemptions.iter_mut().enumerate() {
            exemption["id"] = json!(index.to_string());
        }
        exemptions.retain(|exemption| mistakes(&json!([exemption])).is_empty());
        let together = answer(&json!(exemptions), "shop", day);
        let alone = exemptions.iter().flat_map(|exemption| {
            listed(&answer(&json!([exemption]), "shop", day), "waived")
        });
        prop_assert_eq!(listed(&together, "waived"), alone.collect::<BTreeSet<_>>());
        // What is waived and what is left are all there was.
        let mut all = listed(&together, "violations");
        all.extend(listed(&together, "waived"));
        prop_assert_eq!(all, listed(&answer(&json!([]), "shop", day), "violations"));
        prop_assert_eq!(&together["accepted"], listed(&together, "violations").is_empty());
    }
}

#[test]
fn the_number_of_warnings_is_bounded() {
    let exemptions = (0..30).map(|index| {
        json!({"id": index.to_string(), "reason": "r", "rules": ["capabilities"],
               "values": [format!("C{index}")], "expires": "2026-01-15",
               "match": {"namespaces": ["shop"]}})
    });
    let add = (0..30).map(|index| format!("C{index}"));
    let payload = json!({
        "request": {
            "kind": {"kind": "Pod"}, "operation": "CREATE", "namespace": "shop",
            "object": {"spec": {"containers": [{
                "name": "web", "image": "web",
                "securityContext": {"capabilities": {"add": add.collect::<Vec<_>>()}},
            }]}},
        },
        "settings": {"profile": "baseline", "exemptions": exemptions.collect::<Vec<_>>()},
    });
    let answer = validate(payload.to_string().as_bytes(), &|| Date::parse("2026-01-15"));
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["accepted"], true, "{answer:#}");
    let warnings = answer["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 21);
    assert_eq!(warnings[0], "ringfence: exemption 0 expires on 2026-01-15");
    assert_eq!(warnings[20], "ringfence: and more exemptions expire soon");
}

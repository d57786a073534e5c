//! Whatever the text: nothing panics, and what is not understood is not said to be sure.

use proptest::prelude::*;
use ringfence_network::{
    Answer, Direction, Endpoint, Fact, Labels, NetworkPolicy, Pod, Protocol, Snapshot, findings,
    from_json, isolation, reach,
};

/// A string: one that means something somewhere, or any.
fn text() -> BoxedStrategy<String> {
    let known = prop::sample::select(vec![
        "TCP",
        "UDP",
        "tcp",
        "web",
        "In",
        "NotIn",
        "Exists",
        "DoesNotExist",
        "Gt",
        "Ingress",
        "Egress",
        "0.0.0.0/0",
        "0.0.0.0/1",
        "::/0",
        "8000::/1",
        "10.0.0.0/8",
        "10.1.0.0/16",
        "a",
        "",
    ]);
    prop_oneof![
        4 => known.prop_map(|text| format!("{text:?}")),
        1 => "[a-z0-9:./-]{0,9}".prop_map(|text| format!("{text:?}")),
    ]
    .boxed()
}

fn number() -> BoxedStrategy<String> {
    prop_oneof![
        4 => (0..70_000i64).prop_map(|number| number.to_string()),
        1 => any::<i64>().prop_map(|number| number.to_string()),
    ]
    .boxed()
}

/// An object with some of these fields, in which now and then a value is of another type.
fn object(fields: Vec<(&'static str, BoxedStrategy<String>)>) -> BoxedStrategy<String> {
    let odd = prop::sample::select(vec!["null", "{}", "[]", "true", "[null]", "[{}]", "1", "\"\""]);
    let fields = fields.into_iter().map(|(key, value)| {
        let value = prop_oneof![99 => value, 1 => odd.clone().prop_map(str::to_owned)];
        prop::option::weighted(0.7, value).prop_map(move |value| Some((key, value?)))
    });
    let fields = fields.collect::<Vec<_>>();
    let object = fields.prop_map(|fields| {
        let fields = fields.into_iter().flatten();
        let fields = fields.map(|(key, value)| format!("{key:?}:{value}"));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    });
    object.boxed()
}

fn list(item: BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop::collection::vec(item, 0..3).prop_map(|items| format!("[{}]", items.join(","))).boxed()
}

fn selector() -> BoxedStrategy<String> {
    let requirement = object(vec![("key", text()), ("operator", text()), ("values", list(text()))]);
    let labels = object(vec![("a", text()), ("b", text())]);
    object(vec![("matchLabels", labels), ("matchExpressions", list(requirement))])
}

fn rule(peers: &'static str) -> BoxedStrategy<String> {
    let port = object(vec![
        ("protocol", text()),
        ("port", prop_oneof![number(), text()].boxed()),
        ("endPort", number()),
    ]);
    let block = object(vec![("cidr", text()), ("except", list(text()))]);
    let peer = prop_oneof![
        object(vec![("ipBlock", block.clone())]),
        object(vec![("podSelector", selector()), ("namespaceSelector", selector()),]),
        object(vec![("ipBlock", block), ("podSelector", selector())]),
    ]
    .boxed();
    object(vec![("ports", list(port)), (peers, list(peer))])
}

fn spec() -> BoxedStrategy<String> {
    object(vec![
        ("podSelector", selector()),
        ("policyTypes", list(text())),
        ("ingress", list(rule("from"))),
        ("egress", list(rule("to"))),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn policies(spec in spec()) {
        let text = format!(r#"{{"spec":{spec}}}"#);
        let Ok(policy) = from_json::<NetworkPolicy<'_>>(&text) else { return Ok(()) };
        let policies = [policy];
        let found = findings(&policies[0]);
        let isolated = isolation(&policies, "default", &Labels::default());
        let pod: Pod<'_> = from_json("{}").expect("a pod");
        let snapshot = Snapshot { policies: &policies, pods: &[], namespaces: &[] };
        let address = Endpoint::Address([192, 0, 2, 1].into());
        for direction in Direction::BOTH {
            isolated.openness(direction);
            if matches!(isolated.isolates(direction), Answer::Unknown(_)) {
                let has_defect = found.iter().any(|finding| matches!(finding.fact, Fact::Defect(_)));
                prop_assert!(has_defect, "{text}: {found:?}");
            }
        }
        let answer = reach(snapshot, address, Endpoint::Pod(&pod), Protocol::Tcp, 80).answer;
        if matches!(answer, Answer::Unknown(_)) {
            let has_defect = found.iter().any(|finding| matches!(finding.fact, Fact::Defect(_)));
            prop_assert!(has_defect, "{text}: {found:?}");
        }
    }
}

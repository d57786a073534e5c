//! Whatever the text: nothing panics, and what is not understood is not said to be sure.

use proptest::prelude::*;
use ringfence_network::{
    Answer, Direction, Endpoint, Fact, Labels, NetworkPolicy, Pod, Protocol, Snapshot, findings,
    from_json, isolation, reach,
};

/// JSON that often is a field of a policy, and often is not what it should be.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<u16>().prop_map(|number| number.to_string()),
        "[a-zA-Z0-9:./-]{0,8}".prop_map(|text| format!("{text:?}")),
        prop::sample::select(vec![
            "TCP",
            "UDP",
            "web",
            "In",
            "Exists",
            "Ingress",
            "Egress",
            "0.0.0.0/0",
            "::/0",
            "::/1",
            "10.0.0.0/8",
            "a",
        ])
        .prop_map(|text| format!("{text:?}")),
    ];
    let keys = prop::sample::select(vec![
        "podSelector",
        "policyTypes",
        "ingress",
        "egress",
        "from",
        "to",
        "ports",
        "port",
        "endPort",
        "protocol",
        "ipBlock",
        "cidr",
        "except",
        "namespaceSelector",
        "matchLabels",
        "matchExpressions",
        "key",
        "operator",
        "values",
    ]);
    leaf.prop_recursive(6, 48, 4, move |inner| {
        let fields = prop::collection::hash_map(keys.clone(), inner.clone(), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            fields.prop_map(|fields| {
                let fields = fields.iter().map(|(key, value)| format!("{key:?}:{value}"));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

/// Rules of all kinds of values: right types more often than not.
fn spec() -> impl Strategy<Value = String> {
    let object = |keys: &'static [&'static str]| {
        prop::collection::vec(value(), keys.len()).prop_map(move |values| {
            let fields = keys.iter().zip(values).map(|(key, value)| format!("{key:?}:{value}"));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        })
    };
    let port = object(&["protocol", "port", "endPort"]);
    let block = object(&["cidr", "except"]).prop_map(|block| format!(r#"{{"ipBlock":{block}}}"#));
    let peer = prop_oneof![block, object(&["podSelector", "namespaceSelector", "ipBlock"])];
    (port, peer, value()).prop_map(|(port, peer, types)| {
        format!(
            r#"{{"policyTypes":{types},"ingress":[{{"ports":[{port}],"from":[{peer}]}}],
                "egress":[{{"to":[{peer},{peer}]}}]}}"#
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn policies(spec in prop_oneof![spec(), value()]) {
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

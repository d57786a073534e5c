use super::*;
use crate::from_json;

/// Paths and facts of a policy with that `spec`.
#[track_caller]
fn check(spec: &str, expected: &[(&str, Fact)]) {
    let text = format!(r#"{{"metadata":{{"namespace":"shop"}},"spec":{spec}}}"#);
    let policy = from_json(&text).expect("a policy");
    let found = findings(&policy);
    let found = found.iter().map(|finding| (&*finding.path, finding.fact)).collect::<Vec<_>>();
    assert_eq!(found, expected, "{spec}");
}

const PORTS: &str = r#""ports":[{"port":443},{"port":53},{"port":53,"protocol":"UDP"}]"#;

#[track_caller]
fn check_egress_to(peers: &str, expected: &[(&str, Fact)]) {
    check(
        &format!(r#"{{"policyTypes":["Egress"],"egress":[{{"to":{peers},{PORTS}}}]}}"#),
        expected,
    );
}

#[test]
fn rules_that_leave_something_out() {
    check("{}", &[]);
    check(r#"{"policyTypes":["Ingress","Egress"]}"#, &[]);
    check(r#"{"ingress":[{}]}"#, &[("spec.ingress[0]", Fact::AllowsAll)]);
    check(r#"{"ingress":[null]}"#, &[("spec.ingress[0]", Fact::AllowsAll)]);
    check(r#"{"egress":[{"to":[]}]}"#, &[("spec.egress[0]", Fact::AllowsAll)]);
    check(r#"{"ingress":[{"ports":[{"port":80}]}]}"#, &[("spec.ingress[0]", Fact::AnyPeer)]);
    check(r#"{"ingress":[{"from":[{"podSelector":{}}]}]}"#, &[("spec.ingress[0]", Fact::AnyPort)]);
    check(
        r#"{"ingress":[{"from":[{"podSelector":{}}],"ports":[{"protocol":"UDP"},{"port":1}]}]}"#,
        &[("spec.ingress[0].ports[0]", Fact::WholeProtocol(Protocol::Udp))],
    );
}

#[test]
fn rules_nobody_reads() {
    let spec = r#"{"policyTypes":["Ingress"],"egress":[{}]}"#;
    check(spec, &[("spec.egress", Fact::IgnoredRules)]);
    check(r#"{"policyTypes":["Egress"],"ingress":[{}]}"#, &[("spec.ingress", Fact::IgnoredRules)]);
}

#[test]
fn namespaces() {
    let at = "spec.egress[0].to[0].namespaceSelector";
    let every = |every_pod| Fact::EveryNamespace { every_pod };
    check_egress_to(r#"[{"namespaceSelector":{}}]"#, &[(at, every(true))]);
    check_egress_to(r#"[{"namespaceSelector":{},"podSelector":{}}]"#, &[(at, every(true))]);
    check_egress_to(
        r#"[{"namespaceSelector":{"matchLabels":{}},"podSelector":{"matchLabels":{"a":"b"}}}]"#,
        &[(at, every(false))],
    );
    check_egress_to(
        r#"[{"namespaceSelector":{"matchExpressions":[
            {"key":"a","operator":"DoesNotExist"},{"key":"b","operator":"NotIn","values":["c"]}]}}]"#,
        &[(at, Fact::EveryNamespaceBut)],
    );
    check_egress_to(
        r#"[{"namespaceSelector":{"matchExpressions":[
            {"key":"a","operator":"DoesNotExist"},{"key":"b","operator":"Exists"}]}}]"#,
        &[],
    );
}

#[test]
fn selectors_that_select_nothing_or_nobody_knows_what() {
    let nothing = r#"{"matchLabels":{"a":"1"},
        "matchExpressions":[{"key":"a","operator":"DoesNotExist"}]}"#;
    let bad = r#"{"matchExpressions":[{"key":"a","operator":"Exists"},{"key":"b","operator":"Gt"},
        {"key":"b","operator":"NotIn"}]}"#;
    check(
        &format!(r#"{{"podSelector":{nothing}}}"#),
        &[("spec.podSelector", Fact::SelectsNothing)],
    );
    check_egress_to(
        &format!(r#"[{{"podSelector":{nothing},"namespaceSelector":{bad}}}]"#),
        &[
            ("spec.egress[0].to[0].podSelector", Fact::SelectsNothing),
            (
                "spec.egress[0].to[0].namespaceSelector.matchExpressions[1].operator",
                Fact::Defect(Defect::Operator),
            ),
            (
                "spec.egress[0].to[0].namespaceSelector.matchExpressions[2].values",
                Fact::Defect(Defect::Values),
            ),
        ],
    );
}

#[test]
fn every_address() {
    let at = "spec.ingress[0].from[0].ipBlock";
    let from =
        |peers: &str| format!(r#"{{"ingress":[{{"from":{peers},"ports":[{{"port":1}}]}}]}}"#);
    check(&from(r#"[{"ipBlock":{"cidr":"0.0.0.0/0"}}]"#), &[(at, Fact::EveryAddress(Family::V4))]);
    check(&from(r#"[{"ipBlock":{"cidr":"::1/0"}}]"#), &[(at, Fact::EveryAddress(Family::V6))]);
    check(&from(r#"[{"ipBlock":{"cidr":"0.0.0.0/0","except":["10.0.0.0/8"]}}]"#), &[]);
    check(
        &from(r#"[{"ipBlock":{"cidr":"128.0.0.0/1"}},{"ipBlock":{"cidr":"0.0.0.0/1"}}]"#),
        &[("spec.ingress[0].from", Fact::EveryAddressTogether(Family::V4))],
    );
    check(
        &from(
            r#"[{"ipBlock":{"cidr":"0.0.0.0/0","except":["10.0.0.0/8"]}},
                {"ipBlock":{"cidr":"10.0.0.0/7"}}]"#,
        ),
        &[("spec.ingress[0].from", Fact::EveryAddressTogether(Family::V4))],
    );
}

#[test]
fn addresses_over_rules_with_the_same_ports() {
    let rules = |second: &str| {
        format!(
            r#"{{"ingress":[{{"from":[{{"ipBlock":{{"cidr":"8000::/1"}}}}],"ports":[{{"port":1}}]}},
                {{"from":[{{"ipBlock":{{"cidr":"::/1"}}}}],"ports":[{{{second}}}]}}]}}"#
        )
    };
    let together = Fact::EveryAddressTogether(Family::V6);
    check(&rules(r#""port":1,"protocol":"TCP""#), &[("spec.ingress", together)]);
    check(&rules(r#""port":2"#), &[]);
    // All of one rule, although another has the same ports.
    check(
        r#"{"ingress":[{"from":[{"podSelector":{}}],"ports":[{"port":1}]},
            {"from":[{"ipBlock":{"cidr":"8000::/1"}},{"ipBlock":{"cidr":"::/1"}}],
             "ports":[{"port":1}]}]}"#,
        &[("spec.ingress[1].from", together)],
    );
}

#[test]
fn everything_from_pieces() {
    let at = |index| format!("spec.ingress[0].from[{index}].ipBlock");
    check(
        r#"{"ingress":[{"from":[{"ipBlock":{"cidr":"::/0"}},{"ipBlock":{"cidr":"0.0.0.0/0"}}]}]}"#,
        &[
            ("spec.ingress[0]", Fact::AnyPort),
            (&at(0), Fact::EveryAddress(Family::V6)),
            (&at(1), Fact::EveryAddress(Family::V4)),
            ("spec.ingress", Fact::AllowsAllTogether),
        ],
    );
}

#[test]
fn metadata_services() {
    let at = "spec.egress[0].to[0].ipBlock";
    let block = |block: &str, facts: &[(&str, Fact)]| {
        check_egress_to(&format!(r#"[{{"ipBlock":{block}}}]"#), facts);
    };
    let found = Fact::Metadata;
    block(r#"{"cidr":"169.254.0.0/16"}"#, &[(at, found(MetadataAddress::LinkLocal))]);
    block(r#"{"cidr":"169.254.0.0/16","except":["169.254.169.254/32"]}"#, &[]);
    let both = [(at, found(MetadataAddress::AwsV6)), (at, found(MetadataAddress::GoogleV6))];
    block(r#"{"cidr":"fd00::/8"}"#, &both);
    block(r#"{"cidr":"fd20:ce::254/128"}"#, &both[1..]);
    block(r#"{"cidr":"168.63.129.16/32"}"#, &[(at, found(MetadataAddress::Azure))]);
    block(r#"{"cidr":"100.64.0.0/10"}"#, &[(at, found(MetadataAddress::Alibaba))]);
    block(r#"{"cidr":"10.0.0.0/8"}"#, &[]);
    // Who may come in from there is no way to it.
    check(
        r#"{"ingress":[{"from":[{"ipBlock":{"cidr":"169.254.0.0/16"}}],"ports":[{"port":1}]}]}"#,
        &[],
    );
}

#[test]
fn names_cannot_be_asked_for() {
    let egress = |rules: &str, missing: Option<(bool, bool)>| {
        let found = missing.map(|(udp, tcp)| ("spec.egress", Fact::NoDns { udp, tcp }));
        let spec = format!(r#"{{"policyTypes":["Egress"],"egress":{rules}}}"#);
        check(&spec, found.as_slice());
    };
    let to = r#""to":[{"podSelector":{"matchLabels":{"a":"b"}}}]"#;
    egress("[]", None);
    egress(&format!(r#"[{{{to},"ports":[{{"port":443}}]}}]"#), Some((true, true)));
    egress(&format!(r#"[{{{to},"ports":[{{"port":53}}]}}]"#), Some((true, false)));
    egress(&format!(r#"[{{{to},"ports":[{{"port":53,"protocol":"UDP"}}]}}]"#), Some((false, true)));
    egress(&format!(r#"[{{{to},"ports":[{{"port":"dns"}}]}}]"#), Some((true, false)));
    let in_system = format!(
        r#"{{"metadata":{{"namespace":"kube-system"}},
            "spec":{{"policyTypes":["Egress"],"egress":[{{{to}}}]}}}}"#
    );
    let found = findings(&from_json(&in_system).expect("a policy"));
    assert_eq!(found.iter().map(|finding| finding.fact).collect::<Vec<_>>(), [Fact::AnyPort]);
    // All ports of a pod beside it are no way to the cluster's DNS servers.
    egress(&format!(r#"[{{{to},"ports":[{{"port":1,"endPort":99}}]}}]"#), Some((true, true)));
    egress(
        r#"[{"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}}}],
            "ports":[{"port":1,"endPort":99},{"port":53,"protocol":"UDP"}]}]"#,
        None,
    );
}

#[test]
fn what_the_api_server_refuses() {
    let defect = Fact::Defect;
    check(
        r#"{"policyTypes":["Ingress","egress"]}"#,
        &[("spec.policyTypes[1]", defect(Defect::PolicyType))],
    );
    let rule = |rule: &str, path: &str, found: Defect| {
        check(&format!(r#"{{"ingress":[{rule}]}}"#), &[(path, defect(found))]);
    };
    for (peer, field, found) in [
        ("{}", "", Defect::EmptyPeer),
        ("null", "", Defect::EmptyPeer),
        (r#"{"podSelector":{},"ipBlock":{"cidr":"0.0.0.0/0"}}"#, "", Defect::MixedPeer),
        (r#"{"ipBlock":{}}"#, ".ipBlock.cidr", Defect::Cidr),
        (r#"{"ipBlock":{"cidr":"10.0.0.0"}}"#, ".ipBlock.cidr", Defect::Cidr),
        (r#"{"ipBlock":{"cidr":"10.0.0.0/33"}}"#, ".ipBlock.cidr", Defect::Cidr),
        (r#"{"ipBlock":{"cidr":"10.0.0.0/+8"}}"#, ".ipBlock.cidr", Defect::Cidr),
        (r#"{"ipBlock":{"cidr":"010.0.0.0/8"}}"#, ".ipBlock.cidr", Defect::Cidr),
        (r#"{"ipBlock":{"cidr":"::ffff:10.0.0.0/104"}}"#, ".ipBlock.cidr", Defect::Cidr),
        (
            r#"{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16","x"]}}"#,
            ".ipBlock.except[1]",
            Defect::Except,
        ),
        (
            r#"{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/16"]}}"#,
            ".ipBlock.except[0]",
            Defect::ExceptOutside,
        ),
        (
            r#"{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.0.0.0/8"]}}"#,
            ".ipBlock.except[0]",
            Defect::ExceptOutside,
        ),
    ] {
        let path = format!("spec.ingress[0].from[0]{field}");
        rule(&format!(r#"{{"from":[{peer}],"ports":[{{"port":1}}]}}"#), &path, found);
    }
    for (port, field, found) in [
        (r#"{"protocol":"tcp"}"#, "protocol", Defect::Protocol),
        (r#"{"protocol":""}"#, "protocol", Defect::Protocol),
        (r#"{"protocol":"ICMP"}"#, "protocol", Defect::Protocol),
        (r#"{"port":0}"#, "port", Defect::Port),
        (r#"{"port":65536}"#, "port", Defect::Port),
        (r#"{"port":"80"}"#, "port", Defect::Port),
        (r#"{"port":"Web"}"#, "port", Defect::Port),
        (r#"{"port":"web--1"}"#, "port", Defect::Port),
        (r#"{"endPort":80}"#, "endPort", Defect::EndPort),
        (r#"{"port":"web","endPort":80}"#, "endPort", Defect::EndPort),
        (r#"{"port":80,"endPort":79}"#, "endPort", Defect::EndPort),
        (r#"{"port":80,"endPort":65536}"#, "endPort", Defect::EndPort),
    ] {
        let path = format!("spec.ingress[0].ports[0].{field}");
        rule(&format!(r#"{{"from":[{{"podSelector":{{}}}}],"ports":[{port}]}}"#), &path, found);
    }
}

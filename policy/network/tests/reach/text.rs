//! What the API's text decides.

use ringfence_network::Answer::{No, Yes};
use ringfence_network::{Cause, Direction, Endpoint, Protocol, Reach, Why, reach};

use crate::{Cluster, OUTSIDE, pod, unknown};

#[test]
fn without_policies_everything_passes() {
    assert_eq!(Cluster::plain(&[]).answers(), (Yes, Yes));
    assert_eq!(Cluster::plain(&[]).answers_of_address(OUTSIDE), (Yes, Yes));
}

#[test]
fn both_ends_have_to_let_it_pass() {
    let in_only = r#""ingress":[]"#;
    assert_eq!(Cluster::plain(&[in_only]).answers(), (No, Yes));
    let out_only = r#""policyTypes":["Egress"]"#;
    assert_eq!(Cluster::plain(&[out_only]).answers(), (Yes, No));
    assert_eq!(Cluster::plain(&[in_only, out_only]).answers_of_address(OUTSIDE), (No, No));
}

#[test]
fn policies_add_up() {
    let from_a = r#""ingress":[{"from":[{"podSelector":{"matchLabels":{"app":"a"}}}]}]"#;
    let from_c = r#""ingress":[{"from":[{"podSelector":{"matchLabels":{"app":"c"}}}]}]"#;
    assert_eq!(Cluster::plain(&[from_c]).answer(), No);
    assert_eq!(Cluster::plain(&[from_c, from_a]).answer(), Yes);
}

#[test]
fn the_answer_names_policy_and_rule() {
    let cluster = Cluster::plain(&[
        r#""ingress":[]"#,
        r#""ingress":[{"from":[{"ipBlock":{"cidr":"10.9.0.0/16"}}]},{"ports":[{"port":80}]}]"#,
    ]);
    cluster.ask(|snapshot| {
        let [a, b] = [0, 1].map(|index| Endpoint::Pod(&snapshot.pods[index]));
        let Reach { egress, ingress, .. } = reach(snapshot, a, b, Protocol::Tcp, 80);
        assert!(matches!(egress.why, Why::NotIsolated), "{egress:?}");
        assert_eq!(ingress.isolated_by.len(), 2);
        let Why::Rule(rule) = ingress.why else { panic!("{ingress:?}") };
        assert!(std::ptr::eq(rule.policy, &raw const snapshot.policies[1]));
        assert_eq!((rule.direction, &*rule.path()), (Direction::Ingress, "spec.ingress[1]"));
        let udp = reach(snapshot, a, b, Protocol::Udp, 80);
        assert!(matches!(udp.ingress.why, Why::NoRule), "{udp:?}");
    });
}

#[test]
fn a_pod_reaches_itself() {
    let mut cluster = Cluster::plain(&[r#""policyTypes":["Ingress","Egress"]"#]);
    cluster.pods[0] = cluster.pods[1].clone();
    assert_eq!(cluster.answers(), (Yes, Yes));
    // Two pods of one template are two.
    let template = r#"{"metadata":{"namespace":"shop","labels":{"app":"b"}}}"#.to_owned();
    cluster.pods = vec![template.clone(), template];
    assert_eq!(cluster.answers(), (No, No));
}

#[test]
fn selectors_of_namespaces() {
    let from = |selector: &str| format!(r#""ingress":[{{"from":[{{{selector}}}]}}]"#);
    let answer = |selector: &str, namespaces: &[&str]| {
        let mut cluster = Cluster::plain(&[&from(selector)]);
        cluster.pods[0] = r#"{"metadata":{"namespace":"bank","labels":{"app":"a"}}}"#.to_owned();
        cluster.namespaces = namespaces.iter().map(|&text| text.to_owned()).collect();
        cluster.answer()
    };
    let bank = r#"{"metadata":{"name":"bank","labels":{"team":"x"}}}"#;
    let by_team = r#""namespaceSelector":{"matchLabels":{"team":"x"}}"#;
    let by_name = r#""namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"bank"}}"#;
    assert_eq!(answer(r#""podSelector":{}"#, &[bank]), No);
    assert_eq!(answer(r#""namespaceSelector":{}"#, &[]), Yes);
    assert_eq!(answer(by_team, &[bank]), Yes);
    assert_eq!(answer(by_team, &[]), unknown(Cause::Labels));
    assert_eq!(answer(by_name, &[bank]), Yes);
    // The name is known of a namespace that is not in the snapshot, too.
    assert_eq!(answer(by_name, &[]), Yes);
    let both =
        |app: &str| format!(r#"{by_team},"podSelector":{{"matchLabels":{{"app":"{app}"}}}}"#);
    assert_eq!(answer(&both("a"), &[bank]), Yes);
    assert_eq!(answer(&both("c"), &[bank]), No);
    // Whatever the labels are: the pod is not selected.
    assert_eq!(answer(&both("c"), &[]), No);
}

#[test]
fn named_ports_are_the_destinations() {
    let named = [r#""ingress":[{"ports":[{"port":"web"}]}]"#];
    let answer = |spec: &str| Cluster::of(&pod("a", "", ""), &pod("b", spec, ""), &named).answer();
    let ports = |ports: &str| format!(r#"{{"ports":[{ports}]}}"#);
    let web = ports(r#"{"name":"web","containerPort":80}"#);
    let other = ports(r#"{"name":"web","containerPort":81}"#);
    let udp = ports(r#"{"name":"web","containerPort":80,"protocol":"UDP"}"#);
    assert_eq!(answer(""), No);
    assert_eq!(answer(&format!(r#""containers":[{web}]"#)), Yes);
    assert_eq!(answer(&format!(r#""containers":[{other}]"#)), No);
    assert_eq!(answer(&format!(r#""containers":[{udp}]"#)), No);
    // The first of two with the name decides, if it is not about the other.
    assert_eq!(answer(&format!(r#""containers":[{web},{other}]"#)), Yes);
    assert_eq!(answer(&format!(r#""containers":[{web},{web}]"#)), Yes);
    assert_eq!(answer(&format!(r#""containers":[{other},{web}]"#)), unknown(Cause::NamedPort));
    assert_eq!(answer(&format!(r#""initContainers":[{web}]"#)), unknown(Cause::NamedPort));
    assert_eq!(answer(&format!(r#""initContainers":[{other}]"#)), No);
    let sidecar = r#"{"restartPolicy":"Always","ports":[{"name":"web","containerPort":80}]}"#;
    assert_eq!(answer(&format!(r#""initContainers":[{sidecar}]"#)), Yes);
}

#[test]
fn what_is_outside_has_no_named_ports() {
    let named = r#""policyTypes":["Egress"],"egress":[{"ports":[{"port":"web"}]}]"#;
    assert_eq!(Cluster::plain(&[named]).answers_of_address(OUTSIDE), (Yes, No));
}

#[test]
fn blocks_are_held_against_addresses() {
    let from = r#""ingress":[{"from":[{"ipBlock":
        {"cidr":"10.0.0.0/8","except":["10.0.0.0/24"]}}]}]"#;
    assert_eq!(Cluster::plain(&[from]).answer(), No);
    assert_eq!(Cluster::plain(&[from]).answers_of_address("10.9.9.9").0, Yes);
    // The address is that of pod `a`.
    let from_a = r#""ingress":[{"from":[{"podSelector":{"matchLabels":{"app":"a"}}}]}]"#;
    assert_eq!(Cluster::plain(&[from_a]).answers_of_address("10.0.0.1").0, Yes);
    assert_eq!(Cluster::plain(&[from_a]).answers_of_address("::ffff:10.0.0.1").0, Yes);
    assert_eq!(Cluster::plain(&[from_a]).answers_of_address("10.0.0.3").0, No);
}

//! What it leaves open, and what manifests do not tell.

use ringfence_network::Answer::{No, Yes};
use ringfence_network::{Cause, Defect};

use crate::{Cluster, pod, unknown};

#[test]
fn an_address_that_pods_share_is_nobodys() {
    let mut cluster = Cluster::plain(&[]);
    cluster.pods.push(pod("c", "", r#""podIP":"10.0.0.1""#));
    let shared = unknown(Cause::SharedAddress);
    assert_eq!(cluster.answers_of_address("10.0.0.1"), (shared, shared));
    // A pod that has ended has given it back, and the node's is not a pod's.
    cluster.pods[2] = pod("c", "", r#""podIP":"10.0.0.1","phase":"Succeeded""#);
    assert_eq!(cluster.answers_of_address("10.0.0.1"), (Yes, Yes));
    cluster.pods[2] = pod("c", r#""hostNetwork":true"#, r#""podIP":"10.0.0.1""#);
    assert_eq!(cluster.answers_of_address("10.0.0.1"), (Yes, Yes));
}

#[test]
fn blocks_do_not_decide_without_addresses() {
    let answer = |a: &str, b: &str, blocks: &[&str]| {
        let listed = blocks.iter().map(|cidr| format!(r#"{{"ipBlock":{{"cidr":"{cidr}"}}}}"#));
        let listed = listed.collect::<Vec<_>>().join(",");
        let from = format!(r#""ingress":[{{"from":[{listed}]}}]"#);
        Cluster::of(&pod("a", "", a), &pod("b", "", b), &[&from]).answer()
    };
    let undecided = unknown(Cause::PodAddress);
    assert_eq!(answer("", "", &["10.0.0.0/8"]), undecided);
    assert_eq!(answer("", "", &["0.0.0.0/0"]), undecided);
    // Whatever addresses the pods have.
    assert_eq!(answer("", "", &["0.0.0.0/1", "::/0", "128.0.0.0/1"]), Yes);
    // The other has IPv4 only.
    assert_eq!(answer("", r#""podIP":"10.0.0.2""#, &["0.0.0.0/0"]), Yes);
    assert_eq!(answer("", r#""podIP":"10.0.0.2""#, &["::/0"]), No);
    assert_eq!(answer("", r#""podIP":"10.0.0.2""#, &["10.0.0.0/8"]), undecided);
}

#[test]
fn one_family_that_passes_is_enough() {
    let from_v6 = r#""ingress":[{"from":[{"ipBlock":{"cidr":"::/0"}}]}]"#;
    let dual = |last: u8| format!(r#""podIPs":[{{"ip":"10.0.0.{last}"}},{{"ip":"fd00::{last}"}}]"#);
    let v4 = r#""podIP":"10.0.0.1""#;
    let v6 = r#""podIP":"fd00::1""#;
    let answer =
        |a: &str, b: &str| Cluster::of(&pod("a", "", a), &pod("b", "", b), &[from_v6]).answer();
    assert_eq!(answer(&dual(1), &dual(2)), Yes);
    assert_eq!(answer(v4, &dual(2)), No);
    assert_eq!(answer(v6, &dual(2)), Yes);
    assert_eq!(answer("", &dual(2)), unknown(Cause::PodAddress));
    assert_eq!(answer(v6, r#""podIP":"10.0.0.2""#), unknown(Cause::AddressFamilies));
}

#[test]
fn policies_for_pods_on_the_host_network_may_not_hold() {
    let b = pod("b", r#""hostNetwork":true"#, r#""podIP":"192.0.2.1""#);
    let a = pod("a", "", r#""podIP":"10.0.0.1""#);
    let host = unknown(Cause::HostNetwork);
    let closed = Cluster::of(&a, &b, &[r#""policyTypes":["Ingress","Egress"]"#]);
    assert_eq!(closed.answers(), (host, host));
    // With or without them.
    let open = r#""policyTypes":["Ingress","Egress"],"ingress":[{}],"egress":[{}]"#;
    assert_eq!(Cluster::of(&a, &b, &[open]).answers(), (Yes, Yes));
}

#[test]
fn selectors_may_not_see_pods_on_the_host_network() {
    let answers = |a_node: &str, b_node: &str, peers: &str| {
        let a = pod("a", &format!(r#""hostNetwork":true{a_node}"#), r#""podIP":"192.0.2.1""#);
        let b = pod("b", b_node, r#""podIP":"10.0.0.2""#);
        let rules = format!(
            r#""policyTypes":["Ingress","Egress"],"ingress":[{{"from":[{peers}]}}],
                "egress":[{{"to":[{peers}]}}]"#
        );
        Cluster::of(&a, &b, &[&rules]).answers()
    };
    let (here, there) = (r#""nodeName":"n1""#, r#""nodeName":"n2""#);
    let of = |node: &str| format!(",{node}");
    let host = unknown(Cause::HostNetwork);
    let local = unknown(Cause::LocalNode);
    let selected = r#"{"podSelector":{"matchLabels":{"app":"a"}}}"#;
    let not_selected = r#"{"podSelector":{"matchLabels":{"app":"c"}}}"#;
    assert_eq!(answers(&of(here), there, selected), (host, host));
    assert_eq!(answers(&of(here), there, not_selected), (No, No));
    // Its own node comes in always, and goes out as the plugin likes.
    assert_eq!(answers(&of(here), here, not_selected), (Yes, local));
    assert_eq!(answers(&of(here), here, selected), (Yes, host));
    assert_eq!(answers("", here, not_selected), (local, local));
    // A node's address may be allowed like any other.
    let block = r#"{"ipBlock":{"cidr":"192.0.2.0/24"}}"#;
    assert_eq!(answers(&of(here), there, block), (Yes, Yes));
}

#[test]
fn a_pods_own_node_comes_in_by_its_address() {
    let closed = [r#""policyTypes":["Ingress","Egress"]"#];
    let status = r#""podIP":"10.0.0.2","hostIP":"192.0.2.1","hostIPs":[{"ip":"192.0.2.1"}]"#;
    let cluster = Cluster::of(&pod("a", "", ""), &pod("b", "", status), &closed);
    assert_eq!(cluster.answers_of_address("192.0.2.1"), (Yes, unknown(Cause::LocalNode)));
    assert_eq!(cluster.answers_of_address("192.0.2.2"), (No, No));
}

#[test]
fn what_the_api_server_refuses_decides_nothing() {
    let defect = |defect| unknown(Cause::Defect(defect));
    for (expected, spec) in [
        (defect(Defect::EmptyPeer), r#""ingress":[{"from":[{}]}]"#),
        (defect(Defect::MixedPeer), r#""ingress":[{"from":[{"ipBlock":{},"podSelector":{}}]}]"#),
        (defect(Defect::Cidr), r#""ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.1"}}]}]"#),
        (defect(Defect::Protocol), r#""ingress":[{"ports":[{"protocol":"tcp"}]}]"#),
        (defect(Defect::PolicyType), r#""policyTypes":["ingress"]"#),
        // With or without it.
        (Yes, r#""policyTypes":["ingress"],"ingress":[{}],"egress":[{}]"#),
        (Yes, r#""ingress":[{"from":[{},{"podSelector":{}}]}]"#),
        (No, r#""ingress":[{"from":[{}],"ports":[{"port":81}]}]"#),
    ] {
        assert_eq!(Cluster::plain(&[spec]).answer(), expected, "{spec}");
    }
    // A policy that may not be there opens nothing for certain.
    let broken = r#""policyTypes":["ingress"],"ingress":[{}]"#;
    let closed = r#""ingress":[]"#;
    assert_eq!(Cluster::plain(&[closed, broken]).answer(), defect(Defect::PolicyType));
    assert_eq!(Cluster::plain(&[closed, r#""policyTypes":["ingress"]"#]).answer(), No);
}

//! Whether one may reach another: a test for each point of the API's text and documentation.

use ringfence_network::{
    Answer, Cause, Defect, Direction, Endpoint, Namespace, NetworkPolicy, Pod, Protocol, Reach,
    Snapshot, Why, from_json, reach,
};

const OUTSIDE: &str = "198.51.100.3";

/// `a` of `shop`, with what is put in its `spec` and `status`.
fn pod(name: &str, spec: &str, status: &str) -> String {
    format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"shop","labels":{{"app":"{name}"}}}},
            "spec":{{{spec}}},"status":{{{status}}}}}"#
    )
}

/// A policy for `app: b` in `shop`.
fn policy_for_b(spec: &str) -> String {
    format!(
        r#"{{"metadata":{{"name":"p","namespace":"shop"}},
            "spec":{{"podSelector":{{"matchLabels":{{"app":"b"}}}},{spec}}}}}"#
    )
}

/// A cluster in manifests; the first two pods are asked about.
#[derive(Default)]
struct Cluster {
    policies: Vec<String>,
    pods: Vec<String>,
    namespaces: Vec<String>,
}

impl Cluster {
    /// Pods `a` and `b`, and policies for `b` with these `spec`s.
    fn of(a: &str, b: &str, specs: &[&str]) -> Self {
        let policies = specs.iter().map(|spec| policy_for_b(spec)).collect();
        Self { policies, pods: vec![a.to_owned(), b.to_owned()], namespaces: Vec::new() }
    }

    /// Plain pods with addresses.
    fn plain(specs: &[&str]) -> Self {
        let a = pod("a", "", r#""podIP":"10.0.0.1""#);
        Self::of(&a, &pod("b", "", r#""podIP":"10.0.0.2""#), specs)
    }

    fn ask<T>(&self, question: impl Fn(Snapshot<'_, '_>) -> T) -> T {
        let pods = self.pods.iter().map(|text| from_json(text).expect("a pod"));
        let pods = pods.collect::<Vec<Pod<'_>>>();
        let policies = self.policies.iter().map(|text| from_json(text).expect("a policy"));
        let policies = policies.collect::<Vec<NetworkPolicy<'_>>>();
        let namespaces = self.namespaces.iter().map(|text| from_json(text).expect("a namespace"));
        let namespaces = namespaces.collect::<Vec<Namespace<'_>>>();
        question(Snapshot { policies: &policies, pods: &pods, namespaces: &namespaces })
    }

    /// From `a` to port 80 of `b`, and back.
    fn answers(&self) -> (Answer, Answer) {
        self.ask(|snapshot| {
            let [a, b] = [0, 1].map(|index| Endpoint::Pod(&snapshot.pods[index]));
            (
                reach(snapshot, a, b, Protocol::Tcp, 80).answer,
                reach(snapshot, b, a, Protocol::Tcp, 80).answer,
            )
        })
    }

    /// From `a` to port 80 of `b`.
    fn answer(&self) -> Answer {
        self.answers().0
    }

    /// From that address to port 80 of `b`, and from `b` to that address.
    fn answers_of_address(&self, address: &str) -> (Answer, Answer) {
        self.ask(|snapshot| {
            let outside = Endpoint::Address(address.parse().expect("an address"));
            let b = Endpoint::Pod(&snapshot.pods[1]);
            (
                reach(snapshot, outside, b, Protocol::Tcp, 80).answer,
                reach(snapshot, b, outside, Protocol::Tcp, 80).answer,
            )
        })
    }
}

fn unknown(cause: Cause) -> Answer {
    Answer::Unknown(cause)
}

use Answer::{No, Yes};

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

//! Whether one may reach another: a test for each point of the API's text and documentation.

mod text;
mod unknown;

use ringfence_network::{
    Answer, Cause, Endpoint, Namespace, NetworkPolicy, Pod, Protocol, Snapshot, from_json, reach,
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

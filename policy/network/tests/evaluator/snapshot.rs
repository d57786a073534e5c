//! From manifests to what the evaluator takes.

use ringfence_network::{
    Endpoint, Namespace, NetworkPolicy, Pod, Protocol, Reach, Snapshot, from_json, reach,
};
use serde_json::Value;

use crate::model::End;
use crate::world::Manifests;

/// The manifests' texts: what is read borrows from them.
pub(crate) struct Texts {
    namespaces: Vec<String>,
    pods: Vec<String>,
    policies: Vec<String>,
}

/// What has been read.
pub(crate) struct Read<'a> {
    pub(crate) namespaces: Vec<Namespace<'a>>,
    pub(crate) pods: Vec<Pod<'a>>,
    pub(crate) policies: Vec<NetworkPolicy<'a>>,
}

impl Texts {
    pub(crate) fn of(manifests: &Manifests) -> Self {
        let texts = |values: &[Value]| values.iter().map(Value::to_string).collect();
        Self {
            namespaces: texts(&manifests.namespaces),
            pods: texts(&manifests.pods),
            policies: texts(&manifests.policies),
        }
    }

    pub(crate) fn read(&self) -> Read<'_> {
        Read {
            namespaces: read_all(&self.namespaces),
            pods: read_all(&self.pods),
            policies: read_all(&self.policies),
        }
    }
}

fn read_all<'a, T: ringfence_network::json::Decode<'a>>(texts: &'a [String]) -> Vec<T> {
    texts.iter().map(|text| from_json(text).expect("a manifest")).collect()
}

impl Read<'_> {
    /// What the evaluator says.
    pub(crate) fn reach(&self, from: End, to: End, traffic: (&str, u16)) -> Reach<'_, '_> {
        let snapshot =
            Snapshot { policies: &self.policies, pods: &self.pods, namespaces: &self.namespaces };
        let protocol = Protocol::parse(traffic.0).expect("a protocol");
        reach(snapshot, self.endpoint(from), self.endpoint(to), protocol, traffic.1)
    }

    pub(crate) fn endpoint(&self, end: End) -> Endpoint<'_, '_> {
        match end {
            End::Pod(index) => Endpoint::Pod(&self.pods[index]),
            End::Outside(address) => Endpoint::Address(address.parse().expect("an address")),
        }
    }
}

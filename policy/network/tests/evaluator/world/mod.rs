//! Small clusters: what policies are held against, as plain data and as manifests.

mod strategy;

use std::rc::Rc;

use serde_json::{Map, Value, json};

pub(crate) use strategy::{known_world, world};

/// Addresses of pods.
pub(crate) const ADDRESSES: [[&str; 5]; 2] = [
    ["10.0.0.1", "10.0.1.2", "192.168.0.7", "203.0.113.9", "100.64.0.1"],
    ["fd00::1", "2001:db8::2", "fd00:0:0:1::5", "2001:db8:8000::1", "fe80::1"],
];

/// Addresses outside of the cluster.
pub(crate) const OUTSIDE: [&str; 2] = ["198.51.100.3", "2001:db8:ffff::99"];

/// What is asked for: protocol and port.
pub(crate) const TRAFFIC: [(&str, u16); 6] =
    [("TCP", 80), ("TCP", 8080), ("UDP", 53), ("TCP", 53), ("SCTP", 9), ("TCP", 443)];

pub(crate) type Labels = Vec<(String, String)>;

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) pods: Vec<Pod>,
    /// Shared: what is not known completes a world in many ways, and changes no policy.
    pub(crate) policies: Rc<[Policy]>,
}

#[derive(Debug, Clone)]
pub(crate) struct Namespace {
    pub(crate) name: String,
    /// `None` where the snapshot does not have the namespace.
    pub(crate) labels: Option<Labels>,
}

#[derive(Debug, Clone)]
pub(crate) struct Pod {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) labels: Labels,
    pub(crate) addresses: Vec<String>,
    pub(crate) host_network: bool,
    /// Empty where it is not known.
    pub(crate) node: String,
    pub(crate) ports: Vec<(String, u16, &'static str)>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Selector {
    pub(crate) labels: Labels,
    pub(crate) expressions: Vec<(String, &'static str, Vec<String>)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) namespace: String,
    pub(crate) selector: Option<Selector>,
    pub(crate) types: Option<Vec<&'static str>>,
    pub(crate) ingress: Option<Vec<Rule>>,
    pub(crate) egress: Option<Vec<Rule>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) ports: Option<Vec<Port>>,
    pub(crate) peers: Option<Vec<Peer>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Port {
    pub(crate) protocol: Option<&'static str>,
    pub(crate) port: Option<PortRef>,
    pub(crate) end: Option<u16>,
}

#[derive(Debug, Clone)]
pub(crate) enum PortRef {
    Number(u16),
    Name(&'static str),
}

#[derive(Debug, Clone)]
pub(crate) enum Peer {
    Pods { namespaces: Option<Selector>, pods: Option<Selector> },
    Block { cidr: &'static str, except: Vec<&'static str> },
}

/// The manifests of a world, as texts.
#[derive(Debug)]
pub(crate) struct Manifests {
    pub(crate) namespaces: Vec<Value>,
    pub(crate) pods: Vec<Value>,
    pub(crate) policies: Vec<Value>,
}

impl World {
    pub(crate) fn manifests(&self) -> Manifests {
        let listed = self.namespaces.iter().filter_map(|namespace| {
            let labels = labels(namespace.labels.as_ref()?);
            Some(json!({"metadata": {"name": namespace.name, "labels": labels}}))
        });
        Manifests {
            namespaces: listed.collect(),
            pods: self.pods.iter().map(Pod::manifest).collect(),
            policies: self.policies.iter().enumerate().map(Policy::manifest).collect(),
        }
    }
}

impl Pod {
    fn manifest(&self) -> Value {
        let ports = self.ports.iter().map(|(name, port, protocol)| {
            json!({"name": name, "containerPort": port, "protocol": protocol})
        });
        let ips = self.addresses.iter().map(|ip| json!({"ip": ip})).collect::<Vec<_>>();
        json!({
            "metadata": {
                "name": self.name, "namespace": self.namespace, "labels": labels(&self.labels),
            },
            "spec": {
                "hostNetwork": self.host_network,
                "nodeName": self.node,
                "containers": [{"name": "c", "ports": ports.collect::<Vec<_>>()}],
            },
            "status": {"podIPs": ips},
        })
    }
}

impl Policy {
    fn manifest((index, policy): (usize, &Self)) -> Value {
        let mut spec = Map::new();
        put(&mut spec, "podSelector", policy.selector.as_ref().map(Selector::manifest));
        put(&mut spec, "policyTypes", policy.types.as_ref().map(|types| json!(types)));
        put(&mut spec, "ingress", policy.ingress.as_ref().map(|rules| manifests(rules, "from")));
        put(&mut spec, "egress", policy.egress.as_ref().map(|rules| manifests(rules, "to")));
        let name = format!("policy-{index}");
        json!({"metadata": {"name": name, "namespace": policy.namespace}, "spec": spec})
    }
}

fn manifests(rules: &[Rule], peers: &str) -> Value {
    let rules = rules.iter().map(|rule| {
        let mut fields = Map::new();
        let ports = rule.ports.as_ref();
        put(&mut fields, "ports", ports.map(|ports| ports.iter().map(Port::manifest).collect()));
        let listed = rule.peers.as_ref();
        put(&mut fields, peers, listed.map(|peers| peers.iter().map(Peer::manifest).collect()));
        Value::Object(fields)
    });
    rules.collect()
}

impl Port {
    fn manifest(&self) -> Value {
        let mut fields = Map::new();
        put(&mut fields, "protocol", self.protocol.map(Into::into));
        let port = self.port.as_ref().map(|port| match port {
            PortRef::Number(number) => json!(number),
            PortRef::Name(name) => json!(name),
        });
        put(&mut fields, "port", port);
        put(&mut fields, "endPort", self.end.map(Into::into));
        Value::Object(fields)
    }
}

impl Peer {
    fn manifest(&self) -> Value {
        let mut fields = Map::new();
        match self {
            Self::Pods { namespaces, pods } => {
                let namespaces = namespaces.as_ref().map(Selector::manifest);
                put(&mut fields, "namespaceSelector", namespaces);
                put(&mut fields, "podSelector", pods.as_ref().map(Selector::manifest));
            }
            Self::Block { cidr, except } => {
                put(&mut fields, "ipBlock", Some(json!({"cidr": cidr, "except": except})));
            }
        }
        Value::Object(fields)
    }
}

impl Selector {
    fn manifest(&self) -> Value {
        let expressions = self.expressions.iter().map(
            |(key, operator, values)| json!({"key": key, "operator": operator, "values": values}),
        );
        let expressions = expressions.collect::<Vec<_>>();
        json!({"matchLabels": labels(&self.labels), "matchExpressions": expressions})
    }
}

fn labels(labels: &Labels) -> Value {
    labels.iter().map(|(key, value)| (key.clone(), Value::from(&**value))).collect()
}

fn put(fields: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        fields.insert(key.to_owned(), value);
    }
}

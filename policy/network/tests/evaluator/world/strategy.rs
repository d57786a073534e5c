//! How worlds are drawn. The universe is small, so that selectors, ports and blocks meet often.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{
    ADDRESSES, Labels, Namespace, Peer, Pod, Policy, Port, PortRef, Rule, Selector, World,
};

const NAMESPACES: [&str; 3] = ["bank", "shop", "default"];
const POD_KEYS: [&str; 2] = ["app", "tier"];
const NAMESPACE_KEYS: [&str; 2] = ["team", "env"];
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// A world of which everything is known, in one family of addresses, without host networks.
pub(crate) fn known_world() -> impl Strategy<Value = World> {
    let namespaces = NAMESPACES.map(|name| namespace(name).boxed());
    let pods =
        |family: usize| (0..4usize).map(|index| known_pod(family, index)).collect::<Vec<_>>();
    let parts = (namespaces, (0..2usize).prop_flat_map(pods), vec(policy(), 0..4));
    parts.prop_map(|(namespaces, pods, policies)| World {
        namespaces: namespaces.into(),
        pods,
        policies: policies.into(),
    })
}

/// A world with everything that may be unknown.
pub(crate) fn world() -> impl Strategy<Value = World> {
    // One unlisted namespace at most: its labels are completed in many ways.
    let unlisted = option::of(0..NAMESPACES.len());
    (known_world(), vec(unknown(), 4), unlisted).prop_map(|(mut world, unknown, unlisted)| {
        for (pod, (addresses, host_network, node)) in world.pods.iter_mut().zip(unknown) {
            if let Some(addresses) = addresses {
                pod.addresses = addresses.into_iter().map(str::to_owned).collect();
            }
            pod.host_network = host_network;
            pod.node = node.to_owned();
        }
        if let Some(index) = unlisted {
            world.namespaces[index].labels = None;
        }
        world
    })
}

/// Other addresses, host network, and node of a pod.
fn unknown() -> impl Strategy<Value = (Option<Vec<&'static str>>, bool, &'static str)> {
    let [v4, v6] = ADDRESSES.map(|family| select(family.to_vec()));
    let addresses = prop_oneof![
        2 => Just(Vec::new()),
        1 => v6.clone().prop_map(|address| vec![address]),
        2 => (v4, v6).prop_map(|(v4, v6)| vec![v4, v6]),
    ];
    (option::weighted(0.4, addresses), prop::bool::weighted(0.15), select(vec!["", "n1", "n2"]))
}

fn namespace(name: &'static str) -> impl Strategy<Value = Namespace> {
    labels(NAMESPACE_KEYS)
        .prop_map(move |labels| Namespace { name: name.to_owned(), labels: Some(labels) })
}

fn known_pod(family: usize, index: usize) -> impl Strategy<Value = Pod> {
    let ports = vec((select(vec!["web", "dns"]), select(vec![80, 8080, 53])), 0..3);
    (select(NAMESPACES.to_vec()), labels(POD_KEYS), ports, any::<bool>()).prop_map(
        move |(namespace, labels, drawn, udp)| {
            let mut ports = Vec::<(String, u16, &'static str)>::new();
            for (name, port) in drawn {
                let protocol = if udp && name == "dns" { "UDP" } else { "TCP" };
                let is_taken = ports.iter().any(|taken| taken.0 == name || taken.1 == port);
                if !is_taken {
                    ports.push((name.to_owned(), port, protocol));
                }
            }
            Pod {
                name: format!("pod-{index}"),
                namespace: namespace.to_owned(),
                labels,
                addresses: vec![ADDRESSES[family][index].to_owned()],
                host_network: false,
                node: String::new(),
                ports,
            }
        },
    )
}

fn labels(keys: [&'static str; 2]) -> impl Strategy<Value = Labels> {
    keys.map(|key| option::of(value()).prop_map(move |value| Some((key.to_owned(), value?))))
        .prop_map(|labels| labels.into_iter().flatten().collect())
}

/// One of the values a label may have, among them the empty one.
fn value() -> impl Strategy<Value = String> {
    select(vec!["x", "y", ""]).prop_map(str::to_owned)
}

fn selector(keys: [&'static str; 2], is_of_namespaces: bool) -> impl Strategy<Value = Selector> {
    let mut of_expressions = keys.to_vec();
    if is_of_namespaces {
        of_expressions.push(NAMESPACE_NAME);
    }
    let expression =
        (select(of_expressions), 0..4usize, vec(value(), 1..3), select(NAMESPACES.to_vec()))
            .prop_map(|(key, operator, values, name)| {
                let values = if key == NAMESPACE_NAME { vec![name.to_owned()] } else { values };
                let operator = ["In", "NotIn", "Exists", "DoesNotExist"][operator];
                let values = if operator.ends_with("In") { values } else { Vec::new() };
                (key.to_owned(), operator, values)
            });
    prop_oneof![
        1 => Just(Selector::default()),
        2 => labels(keys).prop_map(|labels| Selector { labels, ..Selector::default() }),
        2 => (option::weighted(0.2, labels(keys)), vec(expression, 1..3)).prop_map(
            |(labels, expressions)| Selector { labels: labels.unwrap_or_default(), expressions }
        ),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let types = prop_oneof![
        1 => Just(Some(Vec::new())),
        2 => Just(None),
        3 => subsequence(vec!["Ingress", "Egress"], 1..3).prop_map(Some),
    ];
    let rules = || option::weighted(0.8, vec(rule(), 0..3));
    let selector = option::of(selector(POD_KEYS, false));
    (select(NAMESPACES.to_vec()), selector, types, rules(), rules()).prop_map(
        |(namespace, selector, types, ingress, egress)| Policy {
            namespace: namespace.to_owned(),
            selector,
            types,
            ingress,
            egress,
        },
    )
}

fn rule() -> impl Strategy<Value = Rule> {
    (option::of(vec(port(), 0..3)), option::weighted(0.9, vec(peer(), 0..3)))
        .prop_map(|(ports, peers)| Rule { ports, peers })
}

fn port() -> impl Strategy<Value = Port> {
    let protocol = option::of(select(vec!["TCP", "UDP", "SCTP"]));
    let which = prop_oneof![
        Just((None, None)),
        select(vec![9, 53, 80, 8080]).prop_map(|port| (Some(PortRef::Number(port)), None)),
        select(vec!["web", "dns"]).prop_map(|name| (Some(PortRef::Name(name)), None)),
        select(vec![(1, 79), (80, 80), (53, 8080), (1, 65535), (81, 65535)])
            .prop_map(|(first, last)| (Some(PortRef::Number(first)), Some(last))),
    ];
    (protocol, which).prop_map(|(protocol, (port, end))| Port { protocol, port, end })
}

fn peer() -> impl Strategy<Value = Peer> {
    let pods = option::of(selector(POD_KEYS, false));
    let namespaces = option::of(selector(NAMESPACE_KEYS, true));
    let selecting = (pods, namespaces).prop_map(|(pods, namespaces)| {
        let pods = if namespaces.is_none() { Some(pods.unwrap_or_default()) } else { pods };
        Peer::Pods { namespaces, pods }
    });
    let blocks = vec![
        ("0.0.0.0/0", &["10.0.0.0/8", "203.0.113.9/32", "192.0.0.0/2"][..]),
        ("0.0.0.0/1", &["10.0.1.0/24"]),
        ("128.0.0.0/1", &["192.168.0.0/16"]),
        ("10.0.0.77/8", &["10.0.0.0/24", "10.0.0.0/30"]),
        ("::/0", &["fd00::/8", "2001:db8::/33"]),
        ("::/1", &["2001:db8::/32"]),
        ("8000::/1", &[]),
        ("fd00::/16", &["fd00::/64"]),
    ];
    let block = select(blocks).prop_flat_map(|(cidr, except)| {
        subsequence(except.to_vec(), 0..=except.len())
            .prop_map(move |except| Peer::Block { cidr, except })
    });
    prop_oneof![3 => selecting, 2 => block]
}

//! A second reading of the API text, as literal as it goes, over worlds of which everything is
//! known; what is not known is completed in every way first.

use crate::world::{ADDRESSES, Labels, Peer, Pod, Policy, Port, PortRef, Rule, Selector, World};

/// One end of traffic: a pod of the world, or an address outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum End {
    Pod(usize),
    Outside(&'static str),
}

/// What the API leaves to the plugin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plugin {
    /// It knows pods on the host network from their nodes.
    pub(crate) tells_host_pods: bool,
    /// It lets pods send to their own node whatever policies say.
    pub(crate) lets_out_to_node: bool,
}

/// Every world that the given one may be, as far as the two pods see.
pub(crate) fn completions(world: &World, ends: [End; 2]) -> Vec<World> {
    let mut worlds = vec![world.clone()];
    for end in ends {
        let End::Pod(index) = end else { continue };
        if world.pods[index].addresses.is_empty() {
            worlds = vary(&worlds, &addresses(), |world, addresses| {
                world.pods[index].addresses.clone_from(addresses);
            });
        }
        let has_host_pod = world.pods.iter().any(|pod| pod.host_network);
        if has_host_pod && world.pods[index].node.is_empty() {
            let nodes = ["n1".to_owned(), "n2".to_owned()];
            worlds = vary(&worlds, &nodes, |world, node| world.pods[index].node.clone_from(node));
        }
        let namespace = &world.pods[index].namespace;
        let place = world.namespaces.iter().position(|known| known.name == *namespace).unwrap();
        if worlds[0].namespaces[place].labels.is_none() {
            worlds = vary(&worlds, &namespace_labels(), |world, labels| {
                world.namespaces[place].labels = Some(labels.clone());
            });
        }
    }
    worlds
}

fn vary<T>(worlds: &[World], choices: &[T], put: impl Fn(&mut World, &T)) -> Vec<World> {
    let pairs = worlds.iter().flat_map(|world| choices.iter().map(move |choice| (world, choice)));
    pairs
        .map(|(world, choice)| {
            let mut world = world.clone();
            put(&mut world, choice);
            world
        })
        .collect()
}

fn addresses() -> Vec<Vec<String>> {
    let [v4, v6] = ADDRESSES.map(|family| family.map(str::to_owned));
    let single = v4.iter().chain(&v6).map(|address| vec![address.clone()]);
    let dual = v4.iter().zip(v6.iter().rev()).map(|(v4, v6)| vec![v4.clone(), v6.clone()]);
    single.chain(dual).collect()
}

fn namespace_labels() -> Vec<Labels> {
    let values = [None, Some("x"), Some("y"), Some("")];
    let pairs = values.iter().flat_map(|team| values.iter().map(move |env| (team, env)));
    let label = |key: &str, value: &Option<&str>| Some((key.to_owned(), (*value)?.to_owned()));
    pairs
        .map(|(team, env)| [label("team", team), label("env", env)].into_iter().flatten().collect())
        .collect()
}

/// Whether traffic may pass. `None` where the two have no family of addresses in common.
pub(crate) fn may_reach(
    world: &World,
    plugin: Plugin,
    from: End,
    to: End,
    traffic: (&str, u16),
) -> Option<bool> {
    if from == to {
        return Some(true);
    }
    let (from_addresses, to_addresses) = (addresses_of(world, from), addresses_of(world, to));
    let is_v6 = |address: &str| address.contains(':');
    let mut passes = None;
    for source in &from_addresses {
        for destination in to_addresses.iter().filter(|to| is_v6(to) == is_v6(source)) {
            let case = Case { world, plugin, to, traffic };
            let may = case.passes(true, from, (to, destination))
                && case.passes(false, to, (from, source));
            passes = Some(passes.unwrap_or(false) || may);
        }
    }
    passes
}

fn addresses_of(world: &World, end: End) -> Vec<String> {
    match end {
        End::Pod(index) => world.pods[index].addresses.clone(),
        End::Outside(address) => vec![address.to_owned()],
    }
}

struct Case<'w> {
    world: &'w World,
    plugin: Plugin,
    to: End,
    traffic: (&'w str, u16),
}

impl Case<'_> {
    fn pod(&self, end: End) -> Option<&Pod> {
        match end {
            End::Pod(index) => Some(&self.world.pods[index]),
            End::Outside(_) => None,
        }
    }

    /// "Traffic is allowed to a pod if there are no NetworkPolicies selecting the pod, OR if the
    /// traffic source is the pod's local node, OR if the traffic matches at least one ingress rule
    /// across all of the NetworkPolicy objects whose podSelector matches the pod."
    fn passes(&self, is_egress: bool, end: End, peer: (End, &str)) -> bool {
        let Some(pod) = self.pod(end) else { return true };
        if pod.host_network && !self.plugin.tells_host_pods {
            return true;
        }
        let selecting = self.world.policies.iter().filter(|policy| {
            policy.namespace == pod.namespace
                && policy.selector.as_ref().is_none_or(|selector| selects(selector, &pod.labels))
                && types(policy).contains(&if is_egress { "Egress" } else { "Ingress" })
        });
        let selecting = selecting.collect::<Vec<_>>();
        let peer_pod = self.pod(peer.0);
        let is_local_node = peer_pod.is_some_and(|peer| peer.host_network && peer.node == pod.node);
        selecting.is_empty()
            || (is_local_node && (!is_egress || self.plugin.lets_out_to_node))
            || selecting.iter().any(|policy| {
                let rules = if is_egress { &policy.egress } else { &policy.ingress };
                rules.iter().flatten().any(|rule| self.matches(policy, rule, peer_pod, peer.1))
            })
    }

    /// "The traffic must match both ports and from."
    fn matches(&self, policy: &Policy, rule: &Rule, peer: Option<&Pod>, address: &str) -> bool {
        let ports = rule.ports.as_deref().unwrap_or_default();
        let peers = rule.peers.as_deref().unwrap_or_default();
        (ports.is_empty() || ports.iter().any(|port| self.is_port(port)))
            && (peers.is_empty()
                || peers.iter().any(|listed| self.is_peer(policy, listed, peer, address)))
    }

    fn is_port(&self, port: &Port) -> bool {
        let (protocol, number) = self.traffic;
        let is_number = match (&port.port, port.end) {
            (None, _) => true,
            (Some(PortRef::Number(first)), None) => *first == number,
            (Some(PortRef::Number(first)), Some(last)) => (*first..=last).contains(&number),
            (Some(PortRef::Name(name)), _) => self.pod(self.to).is_some_and(|pod| {
                let named = (*name, number, protocol);
                pod.ports.iter().any(|(name, port, protocol)| (&**name, *port, *protocol) == named)
            }),
        };
        port.protocol.unwrap_or("TCP") == protocol && is_number
    }

    fn is_peer(&self, policy: &Policy, listed: &Peer, peer: Option<&Pod>, address: &str) -> bool {
        match listed {
            Peer::Block { cidr, except } => {
                is_in(address, cidr) && !except.iter().any(|except| is_in(address, except))
            }
            Peer::Pods { namespaces, pods } => {
                let Some(peer) = peer else { return false };
                let in_namespace = match namespaces {
                    None => peer.namespace == policy.namespace,
                    Some(selector) => selects(selector, &self.labels_of(&peer.namespace)),
                };
                let is_selected = match pods {
                    None => true,
                    Some(selector) => selects(selector, &peer.labels),
                };
                let is_seen = !peer.host_network || self.plugin.tells_host_pods;
                is_seen && in_namespace && is_selected
            }
        }
    }

    fn labels_of(&self, name: &str) -> Labels {
        let namespace = self.world.namespaces.iter().find(|known| known.name == name).unwrap();
        let mut labels = namespace.labels.clone().unwrap();
        labels.push(("kubernetes.io/metadata.name".to_owned(), name.to_owned()));
        labels
    }
}

/// "If this field is not specified, it will default based on the existence of ingress or egress
/// rules; policies that contain an egress section are assumed to affect egress, and all policies
/// are assumed to affect ingress."
fn types(policy: &Policy) -> Vec<&'static str> {
    match &policy.types {
        Some(types) if !types.is_empty() => types.clone(),
        _ if policy.egress.as_ref().is_some_and(|rules| !rules.is_empty()) => {
            vec!["Ingress", "Egress"]
        }
        _ => vec!["Ingress"],
    }
}

fn selects(selector: &Selector, labels: &Labels) -> bool {
    let value = |key: &str| labels.iter().find(|label| label.0 == key).map(|label| &label.1);
    selector.labels.iter().all(|label| labels.contains(label))
        && selector.expressions.iter().all(|(key, operator, values)| {
            let value = value(key);
            let is_listed = value.is_some_and(|value| values.contains(value));
            match *operator {
                "In" => is_listed,
                "NotIn" => !is_listed,
                "Exists" => value.is_some(),
                _ => value.is_none(),
            }
        })
}

/// Whether the address starts with the CIDR's bits, written out.
fn is_in(address: &str, cidr: &str) -> bool {
    let (start, length) = cidr.split_once('/').unwrap();
    let length = length.parse::<usize>().unwrap();
    let (address, start) = (bits(address), bits(start));
    address.len() == start.len() && address.starts_with(&start[..length])
}

fn bits(address: &str) -> String {
    let octets = match address.parse().unwrap() {
        std::net::IpAddr::V4(address) => address.octets().to_vec(),
        std::net::IpAddr::V6(address) => address.octets().to_vec(),
    };
    octets.iter().map(|octet| format!("{octet:08b}")).collect()
}

//! How much rules open together.

use crate::cidr::{Block, Family, blocks_cover};
use crate::model::{Direction, NetworkPolicy, Rule, Who};
use crate::port::{self, Protocol};
use crate::ranges::Range;
use crate::selector::{LabelSelector, Width};

/// How much rules open, from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Openness {
    /// There are no rules.
    Closed,
    /// Something less than what follows.
    Partly,
    /// Every pod of every namespace, on every port of every protocol.
    EveryPod,
    /// Everyone, on every port of every protocol: as if there were no policy.
    Everything,
}

/// How much the rules of these policies for the direction open together.
///
/// What it says is so; it may say less than is so. Per protocol, it unites the ports of rules that
/// each are for everyone, and the peers of rules that each are for every port. It does not find out
/// that `0.0.0.0/1` on the lower ports of one rule, and three like it, make a whole.
pub fn openness<'p, 'a: 'p>(
    policies: impl IntoIterator<Item = &'p NetworkPolicy<'a>>,
    direction: Direction,
) -> Openness {
    let mut by_protocol = Protocol::ALL.map(|protocol| (protocol, Union::default()));
    let mut is_closed = true;
    for rule in policies.into_iter().flat_map(|policy| policy.rules(direction)) {
        is_closed = false;
        let peers = Peers::of(rule);
        for (protocol, union) in &mut by_protocol {
            union.add(&peers, port::ranges(rule.ports, *protocol));
        }
    }
    if is_closed {
        return Openness::Closed;
    }
    let opened = by_protocol.into_iter().map(|(_, union)| union.openness());
    opened.min().unwrap_or(Openness::Partly)
}

/// The peers of one rule.
#[derive(Debug, Default)]
struct Peers {
    everyone: bool,
    every_pod: bool,
    blocks: Vec<Block>,
}

impl Peers {
    fn of(rule: Rule<'_, '_>) -> Self {
        let mut peers = Self { everyone: rule.peers.is_empty(), ..Self::default() };
        for peer in rule.peers {
            match peer.who() {
                Who::Addresses(block) => peers.blocks.push(block),
                Who::Pods { namespaces: Some(namespaces), pods } => {
                    let all_pods = pods.is_none_or(LabelSelector::is_empty);
                    let all_namespaces = namespaces.width_of_namespaces() == Width::Everything;
                    peers.every_pod |= all_namespaces && all_pods;
                }
                Who::Pods { namespaces: None, .. } | Who::Defect(..) => {}
            }
        }
        peers.everyone |= are_everyone(&peers.blocks);
        peers
    }
}

/// Everyone has an address: pods, too.
fn are_everyone(blocks: &[Block]) -> bool {
    Family::BOTH.into_iter().all(|family| blocks_cover(family, blocks))
}

/// What rules open for one protocol.
#[derive(Debug, Default)]
struct Union {
    /// Ports that are open to everyone.
    to_everyone: Vec<Range>,
    /// Ports that are open to every pod.
    to_every_pod: Vec<Range>,
    /// Addresses to which every port is open.
    on_every_port: Vec<Block>,
}

impl Union {
    fn add(&mut self, peers: &Peers, ports: Vec<Range>) {
        if port::are_all(ports.clone()) {
            self.on_every_port.extend(peers.blocks.iter().cloned());
        }
        if peers.every_pod || peers.everyone {
            self.to_every_pod.extend(&ports);
        }
        if peers.everyone {
            self.to_everyone.extend(ports);
        }
    }

    fn openness(self) -> Openness {
        if port::are_all(self.to_everyone) || are_everyone(&self.on_every_port) {
            Openness::Everything
        } else if port::are_all(self.to_every_pod) {
            Openness::EveryPod
        } else {
            Openness::Partly
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_json;

    fn of(rules: &str) -> Openness {
        let text = format!(r#"{{"spec":{{"ingress":{rules}}}}}"#);
        let policy: NetworkPolicy<'_> = from_json(&text).expect("a policy");
        openness([&policy], Direction::Ingress)
    }

    #[test]
    fn unions() {
        use Openness::{Closed, EveryPod, Everything, Partly};
        for (expected, rules) in [
            (Closed, "[]"),
            (Closed, "null"),
            (Everything, "[{}]"),
            (Everything, "[null]"),
            (Everything, r#"[{"from":[],"ports":null}]"#),
            // `to` is no field of an ingress rule.
            (Everything, r#"[{"to":[{"podSelector":{}}]}]"#),
            (Partly, r#"[{"ports":[{}]}]"#),
            (Partly, r#"[{"ports":[{"port":"web"},{"protocol":"UDP"},{"protocol":"SCTP"}]}]"#),
            (Everything, r#"[{"ports":[{},{"protocol":"UDP"},{"protocol":"SCTP"}]}]"#),
            (
                Everything,
                r#"[{"ports":[{"port":1,"endPort":99},{"protocol":"UDP"}]},
                    {"ports":[{"port":100,"endPort":65535},{"protocol":"SCTP"}]}]"#,
            ),
            (
                Partly,
                r#"[{"ports":[{"port":1,"endPort":98},{"protocol":"UDP"}]},
                    {"ports":[{"port":100,"endPort":65535},{"protocol":"SCTP"}]}]"#,
            ),
            (Partly, r#"[{"from":[{"ipBlock":{"cidr":"0.0.0.0/0"}}]}]"#),
            (
                Everything,
                r#"[{"from":[{"ipBlock":{"cidr":"0.0.0.0/0"}}]},
                    {"from":[{"ipBlock":{"cidr":"::/1"}},{"ipBlock":{"cidr":"8000::/1"}}]}]"#,
            ),
            (
                Everything,
                r#"[{"from":[{"ipBlock":{"cidr":"::/0"}}, {"ipBlock":
                        {"cidr":"0.0.0.0/0","except":["10.0.0.0/8"]}}]},
                    {"from":[{"ipBlock":{"cidr":"10.0.0.0/7"}}]}]"#,
            ),
            (EveryPod, r#"[{"from":[{"namespaceSelector":{}}]}]"#),
            (EveryPod, r#"[{"from":[{"namespaceSelector":{},"podSelector":{}}]}]"#),
            (Partly, r#"[{"from":[{"podSelector":{}}]}]"#),
            (
                Partly,
                r#"[{"from":[{"namespaceSelector":{},"podSelector":{"matchLabels":{"a":"b"}}}]}]"#,
            ),
            (Partly, r#"[{"from":[{}]}]"#),
            (Partly, r#"[{"from":[null]}]"#),
        ] {
            assert_eq!(of(rules), expected, "{rules}");
        }
    }
}

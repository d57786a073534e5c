//! Whether egress rules let names be asked for.

use super::Fact;
use crate::model::{Direction, NetworkPolicy, Rule};
use crate::port::{Protocol, Which};

/// The port of DNS: RFC 1035, 4.2.
const DNS: u128 = 53;

/// Over which protocols no rule lets names be asked for. A policy without rules is made to be
/// completed by others, and one with an entry nobody understands may have it there.
pub(super) fn missing(policy: &NetworkPolicy<'_>) -> Option<Fact> {
    if policy.rule_count(Direction::Egress) == 0 {
        return None;
    }
    let is_missing =
        |protocol| !policy.rules(Direction::Egress).any(|rule| may_ask(policy, rule, protocol));
    let (udp, tcp) = (is_missing(Protocol::Udp), is_missing(Protocol::Tcp));
    (udp || tcp).then_some(Fact::NoDns { udp, tcp })
}

/// Whether the rule may be meant for DNS: it names port 53, or a port by name, which may be it; or
/// its ports include 53, and its peers may be where DNS servers are, in another namespace.
fn may_ask(policy: &NetworkPolicy<'_>, rule: Rule<'_, '_>, protocol: Protocol) -> bool {
    let leaves_namespace = rule.peers.is_empty()
        || policy.namespace() == "kube-system"
        || rule
            .peers
            .iter()
            .any(|peer| peer.namespace_selector.is_some() || peer.ip_block.is_some());
    if rule.ports.is_empty() {
        return leaves_namespace;
    }
    rule.ports.iter().any(|port| match port.parse() {
        Err(_) => true,
        Ok(port) if port.protocol != protocol => false,
        Ok(port) => match port.which {
            Which::Named(_) => true,
            Which::Every => leaves_namespace,
            Which::Range(range) => {
                range.contains(DNS) && (range.first == range.last || leaves_namespace)
            }
        },
    })
}

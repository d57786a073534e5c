//! One end of traffic: what the policies that select a pod say of it.

use crate::answer::{Answer, Cause};
use crate::cidr::are_in;
use crate::cluster::Pod;
use crate::isolation::isolation;
use crate::model::{Direction, NetworkPolicy, Peer, Rule, Who};
use crate::port;
use crate::reach::{Endpoint, Party, RuleAt, Side, Traffic, Why};
use crate::selector::LabelSelector;

/// Whether the traffic may leave where it comes from.
pub(crate) fn egress<'s, 'a>(traffic: &Traffic<'s, 'a>) -> Side<'s, 'a> {
    side(traffic, Direction::Egress, &traffic.from, &traffic.to)
}

/// Whether the traffic may enter where it goes to.
pub(crate) fn ingress<'s, 'a>(traffic: &Traffic<'s, 'a>) -> Side<'s, 'a> {
    side(traffic, Direction::Ingress, &traffic.to, &traffic.from)
}

fn side<'s, 'a>(
    traffic: &Traffic<'s, 'a>,
    direction: Direction,
    subject: &Party<'s, 'a>,
    peer: &Party<'s, 'a>,
) -> Side<'s, 'a> {
    let Some(pod) = subject.pod() else {
        return Side { answer: Answer::Yes, why: Why::Outside, isolated_by: Vec::new() };
    };
    let mut side = by_policies(traffic, direction, pod, peer);
    if side.answer == Answer::Yes {
        return side;
    }
    match is_of_node(pod, peer) {
        // "Traffic is allowed […] if the traffic source is the pod's local node" (`ingress` of
        // NetworkPolicySpec). Of the other direction only the documentation says so, and plugins
        // differ.
        Answer::Yes if direction == Direction::Ingress => {
            side.answer = Answer::Yes;
            side.why = Why::LocalNode;
        }
        Answer::Yes | Answer::Unknown(_) if side.answer == Answer::No => {
            side.answer = Answer::Unknown(Cause::LocalNode);
            side.why = Why::Undecided(None);
        }
        _ => {}
    }
    // Some plugins hold no policy against such a pod: then the traffic passes.
    if pod.spec.host_network && side.answer != Answer::Yes {
        side.answer = Answer::Unknown(Cause::HostNetwork);
        side.why = Why::Undecided(None);
    }
    side
}

/// Whether the peer is the pod's own node: the node itself, or a pod with its network.
fn is_of_node(pod: &Pod<'_>, peer: &Party<'_, '_>) -> Answer {
    match peer.endpoint {
        Endpoint::Address(address) => pod.node_addresses().any(|node| node == address).into(),
        Endpoint::Pod(peer) if !peer.spec.host_network => Answer::No,
        Endpoint::Pod(peer) => {
            let (one, other) = (&pod.spec.node_name, &peer.spec.node_name);
            if one.is_empty() || other.is_empty() {
                Answer::Unknown(Cause::LocalNode)
            } else {
                (one == other).into()
            }
        }
    }
}

/// What the policies say, wherever the pod and its peer are.
///
/// A policy that may select the pod leaves two worlds: one in which it isolates the pod, and lets
/// pass what its rules say, and one in which it is not there.
fn by_policies<'s, 'a>(
    traffic: &Traffic<'s, 'a>,
    direction: Direction,
    pod: &'s Pod<'a>,
    peer: &Party<'s, 'a>,
) -> Side<'s, 'a> {
    let found = isolation(traffic.snapshot.policies, pod.namespace(), &pod.metadata.labels);
    let isolated_by = found.by(direction).map(|selecting| selecting.policy).collect();
    let mut doubt = None;
    let mut opening = None;
    let mut all_open = true;
    for selecting in found.by(direction) {
        let (answer, rule) = opens(traffic, direction, selecting.policy, peer);
        match selecting.isolates(direction).and(answer) {
            Answer::Yes => {
                let why = rule.map_or(Why::NotIsolated, Why::Rule);
                return Side { answer: Answer::Yes, why, isolated_by };
            }
            Answer::Unknown(cause) => {
                doubt.get_or_insert((cause, rule));
            }
            Answer::No => {}
        }
        opening = opening.or(rule);
        all_open &= answer == Answer::Yes;
    }
    let (answer, why) = match (found.isolates(direction), doubt) {
        (Answer::No, _) => (Answer::Yes, Why::NotIsolated),
        (Answer::Yes, None) => (Answer::No, Why::NoRule),
        (Answer::Yes, Some((cause, rule))) => (Answer::Unknown(cause), Why::Undecided(rule)),
        // Whether they isolate the pod or not: it is let through.
        (Answer::Unknown(_), _) if all_open => {
            (Answer::Yes, opening.map_or(Why::NotIsolated, Why::Rule))
        }
        (Answer::Unknown(cause), _) => (Answer::Unknown(cause), Why::Undecided(opening)),
    };
    Side { answer, why, isolated_by }
}

/// Whether a rule of the policy is about the traffic, and which: the first that is, else the first
/// that may be.
fn opens<'s, 'a>(
    traffic: &Traffic<'s, 'a>,
    direction: Direction,
    policy: &'s NetworkPolicy<'a>,
    peer: &Party<'s, 'a>,
) -> (Answer, Option<RuleAt<'s, 'a>>) {
    let mut opens = (Answer::No, None);
    for (index, rule) in policy.rules(direction).enumerate() {
        let answer = is_about(traffic, policy, rule, peer);
        let at = Some(RuleAt { policy, direction, index });
        match answer {
            Answer::Yes => return (answer, at),
            Answer::Unknown(_) if opens.0 == Answer::No => opens = (answer, at),
            _ => {}
        }
    }
    opens
}

/// "The traffic must match both ports and from" (`NetworkPolicyIngressRule`).
fn is_about(
    traffic: &Traffic<'_, '_>,
    policy: &NetworkPolicy<'_>,
    rule: Rule<'_, '_>,
    peer: &Party<'_, '_>,
) -> Answer {
    let ports = port::match_any(rule.ports, traffic.to.pod(), traffic.protocol, traffic.port);
    if ports == Answer::No {
        return ports;
    }
    ports.and(is_among(traffic, policy, rule.peers, peer))
}

/// Whether the peer is one of the rule's.
fn is_among(
    traffic: &Traffic<'_, '_>,
    policy: &NetworkPolicy<'_>,
    peers: &[Peer<'_>],
    peer: &Party<'_, '_>,
) -> Answer {
    if peers.is_empty() {
        return Answer::Yes;
    }
    let mut blocks = Vec::new();
    let mut answer = Answer::No;
    for entry in peers {
        answer = answer.or(match entry.who() {
            Who::Addresses(block) => {
                blocks.push(block);
                Answer::No
            }
            Who::Pods { namespaces, pods } => selects(traffic, policy, namespaces, pods, peer),
            Who::Defect(defect, _) => Answer::Unknown(Cause::Defect(defect)),
        });
    }
    // Together: halves make a whole where the address is not known.
    answer.or(are_in(&blocks, peer.seen(traffic.family)))
}

/// Whether selectors of a peer select it. What is no pod is never selected.
fn selects(
    traffic: &Traffic<'_, '_>,
    policy: &NetworkPolicy<'_>,
    namespaces: Option<&LabelSelector<'_>>,
    pods: Option<&LabelSelector<'_>>,
    peer: &Party<'_, '_>,
) -> Answer {
    let Some(pod) = peer.pod() else {
        return Answer::No;
    };
    let in_namespace = match namespaces {
        None => (pod.namespace() == policy.namespace()).into(),
        Some(selector) => selector.matches(&traffic.snapshot.namespace(pod.namespace())),
    };
    let is_selected = pods.map_or(Answer::Yes, |pods| pods.matches(&pod.metadata.labels));
    match in_namespace.and(is_selected) {
        Answer::Yes if pod.spec.host_network => Answer::Unknown(Cause::HostNetwork),
        answer => answer,
    }
}

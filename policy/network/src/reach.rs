//! Whether one may reach another.

use std::net::IpAddr;

use crate::answer::{Answer, Cause};
use crate::cidr::{Family, Seen};
use crate::cluster::{Pod, Snapshot};
use crate::model::{Direction, NetworkPolicy};
use crate::port::Protocol;
use crate::side;

/// One end of traffic.
#[derive(Debug, Clone, Copy)]
pub enum Endpoint<'s, 'a> {
    /// A pod.
    Pod(&'s Pod<'a>),
    /// An address, as the policy's enforcer sees it. One that a pod of the snapshot is known to
    /// have is that pod; any other is taken to be outside of the cluster, or a node.
    Address(IpAddr),
}

/// Whether traffic may pass, and what decides it at either end. Where families of addresses differ,
/// the ends are told for the one that decides.
#[derive(Debug)]
pub struct Reach<'s, 'a> {
    /// Whether it may.
    pub answer: Answer,
    /// Whether it may leave where it comes from.
    pub egress: Side<'s, 'a>,
    /// Whether it may enter where it goes to.
    pub ingress: Side<'s, 'a>,
}

/// What one end has to say.
#[derive(Debug, Clone)]
pub struct Side<'s, 'a> {
    /// Whether the traffic may pass.
    pub answer: Answer,
    /// Why.
    pub why: Why<'s, 'a>,
    /// The policies that isolate the pod in that direction, and those that may.
    pub isolated_by: Vec<&'s NetworkPolicy<'a>>,
}

/// Why traffic may pass at one end, may not, or may or may not.
#[derive(Debug, Clone, Copy)]
pub enum Why<'s, 'a> {
    /// No pod: no policy is about it.
    Outside,
    /// "A pod cannot block access to itself."
    SamePod,
    /// The traffic comes from the pod's own node, which is always let through.
    LocalNode,
    /// No policy isolates the pod in that direction.
    NotIsolated,
    /// A rule is about the traffic.
    Rule(RuleAt<'s, 'a>),
    /// The pod is isolated, and no rule is about the traffic.
    NoRule,
    /// It cannot be said; with the rule that may be about it, if one is in doubt.
    Undecided(Option<RuleAt<'s, 'a>>),
}

/// A rule of a policy.
#[derive(Debug, Clone, Copy)]
pub struct RuleAt<'s, 'a> {
    /// The policy.
    pub policy: &'s NetworkPolicy<'a>,
    /// In which list.
    pub direction: Direction,
    /// Where in the list.
    pub index: usize,
}

/// Traffic of one family of addresses, with what is known of both ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traffic<'s, 'a> {
    pub(crate) snapshot: Snapshot<'s, 'a>,
    pub(crate) from: Party<'s, 'a>,
    pub(crate) to: Party<'s, 'a>,
    pub(crate) family: Family,
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
}

/// One end, and its addresses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Party<'s, 'a> {
    pub(crate) endpoint: Endpoint<'s, 'a>,
    /// At most one of each family; none where they are not known.
    addresses: [Option<IpAddr>; 2],
}

/// Whether traffic of the protocol may go from one to the other's port.
///
/// "For a connection from a source pod to a destination pod to be allowed, both the egress policy
/// on the source pod and the ingress policy on the destination pod need to allow the connection"
/// (Kubernetes documentation, "Network Policies"). Replies are let through, and not asked for.
///
/// Pods talk over the families of addresses that both have; where both pods' are known, one family
/// that passes is enough. Where a pod's are not known, every family has to give the same answer.
pub fn reach<'s, 'a>(
    snapshot: Snapshot<'s, 'a>,
    from: Endpoint<'s, 'a>,
    to: Endpoint<'s, 'a>,
    protocol: Protocol,
    port: u16,
) -> Reach<'s, 'a> {
    let (Some(from), Some(to)) = (Party::find(snapshot, from), Party::find(snapshot, to)) else {
        return Reach::undecided(Cause::SharedAddress);
    };
    if let (Endpoint::Pod(one), Endpoint::Pod(other)) = (from.endpoint, to.endpoint)
        && one.is(other)
    {
        let side = Side { answer: Answer::Yes, why: Why::SamePod, isolated_by: Vec::new() };
        return Reach::of(side.clone(), side);
    }
    let families = Family::BOTH.into_iter();
    let families = families.filter(|family| from.may_have(*family) && to.may_have(*family));
    let reaches = families.map(|family| {
        let traffic = Traffic { snapshot, from, to, family, protocol, port };
        Reach::of(side::egress(&traffic), side::ingress(&traffic))
    });
    let all_known = from.is_known() && to.is_known();
    let together = reaches.reduce(|one, other| Reach::together(one, other, all_known));
    together.unwrap_or_else(|| Reach::undecided(Cause::AddressFamilies))
}

impl<'s, 'a> Reach<'s, 'a> {
    fn of(egress: Side<'s, 'a>, ingress: Side<'s, 'a>) -> Self {
        Self { answer: egress.answer.and(ingress.answer), egress, ingress }
    }

    fn undecided(cause: Cause) -> Self {
        let side = Side::undecided(cause, None);
        Self::of(side.clone(), side)
    }

    /// The answer over two families of addresses.
    ///
    /// Where both ends surely have both, the more open one. Else both have to agree: which of them
    /// the ends have in common is not known.
    fn together(one: Self, other: Self, all_known: bool) -> Self {
        let is_other_more = one.answer == Answer::No || other.answer == Answer::Yes;
        let (more, mut less) = if is_other_more { (other, one) } else { (one, other) };
        if all_known {
            return more;
        }
        if less.answer == Answer::No && more.answer != Answer::No {
            less.answer = Answer::Unknown(Cause::PodAddress);
        }
        less
    }
}

impl Side<'_, '_> {
    pub(crate) fn undecided<'s, 'a>(cause: Cause, rule: Option<RuleAt<'s, 'a>>) -> Side<'s, 'a> {
        let why = Why::Undecided(rule);
        Side { answer: Answer::Unknown(cause), why, isolated_by: Vec::new() }
    }
}

impl<'s, 'a> Party<'s, 'a> {
    /// Finds whose an address is. `None` where several pods have it; ended pods, and those on the
    /// host network, have none of their own.
    fn find(snapshot: Snapshot<'s, 'a>, endpoint: Endpoint<'s, 'a>) -> Option<Self> {
        let address = match endpoint {
            Endpoint::Pod(pod) => {
                let addresses = Family::BOTH.map(|family| pod.address(family));
                return Some(Self { endpoint, addresses });
            }
            Endpoint::Address(address) => address.to_canonical(),
        };
        let addresses = [Some(address), None];
        let has_it = |pod: &&Pod<'_>| {
            let is_own = !pod.spec.host_network && !pod.has_ended();
            is_own && pod.addresses().any(|other| other == address)
        };
        let mut owners = snapshot.pods.iter().filter(has_it);
        let endpoint = owners.next().map_or(Endpoint::Address(address), Endpoint::Pod);
        owners.next().is_none().then_some(Self { endpoint, addresses })
    }

    fn is_known(&self) -> bool {
        self.addresses.iter().any(Option::is_some)
    }

    fn may_have(&self, family: Family) -> bool {
        !self.is_known() || self.address(family).is_some()
    }

    fn address(&self, family: Family) -> Option<IpAddr> {
        self.addresses.iter().flatten().copied().find(|address| Family::of(*address) == family)
    }

    /// What is known of its address in that family.
    pub(crate) fn seen(&self, family: Family) -> Seen {
        self.address(family).map_or(Seen::Family(family), Seen::Address)
    }

    pub(crate) fn pod(&self) -> Option<&'s Pod<'a>> {
        match self.endpoint {
            Endpoint::Pod(pod) => Some(pod),
            Endpoint::Address(_) => None,
        }
    }
}

impl RuleAt<'_, '_> {
    /// Where the rule stands in its policy, such as `spec.ingress[0]`.
    pub fn path(&self) -> String {
        let mut path = ["spec.", self.direction.field(), "["].concat();
        ringfence_json::push_decimal(&mut path, self.index);
        path.push(']');
        path
    }
}

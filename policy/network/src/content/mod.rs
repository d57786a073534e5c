//! What stands in a NetworkPolicy that opens more than it looks, or less, or nothing that is known.

mod dns;
mod place;
mod rule;

use crate::answer::Answer;
use crate::cidr::{Block, Family, MetadataAddress, blocks_cover};
use crate::defect::Defect;
use crate::model::{Direction, NetworkPolicy, NetworkPolicyPort, Peer, Rule, Who};
use crate::openness::{Openness, openness};
use crate::port::Protocol;
use crate::selector::{LabelSelector, Width};

use self::place::Place;

/// Something found in a policy, without a judgement on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where, such as `spec.ingress[0].from[1].ipBlock`.
    pub path: String,
    /// In the rules of which direction.
    pub direction: Option<Direction>,
    /// What.
    pub fact: Fact,
}

/// What may be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// A rule without peers and ports: everyone, on every port.
    AllowsAll,
    /// A rule without peers: everyone.
    AnyPeer,
    /// A rule without ports: every port.
    AnyPort,
    /// A port entry without a port: every port of the protocol.
    WholeProtocol(Protocol),
    /// An empty `namespaceSelector`: every namespace; all its pods, or those that a `podSelector`
    /// asks labels of.
    EveryNamespace {
        /// Whether all its pods.
        every_pod: bool,
    },
    /// A `namespaceSelector` that only leaves out: every namespace that is made without its labels.
    EveryNamespaceBut,
    /// An `ipBlock` with every address of the family.
    EveryAddress(Family),
    /// `ipBlock`s that together have every address of the family, on the same ports.
    EveryAddressTogether(Family),
    /// No rule alone, but all together: everyone, on every port.
    AllowsAllTogether,
    /// An `ipBlock` of an egress rule with the address of a metadata service.
    Metadata(MetadataAddress),
    /// Egress rules, none of which lets names be asked for over these protocols: a hint. DNS wants
    /// both: "All general-purpose DNS implementations MUST support both UDP and TCP transport" (RFC
    /// 7766, 5).
    NoDns {
        /// Not over UDP.
        udp: bool,
        /// Not over TCP.
        tcp: bool,
    },
    /// Rules for a direction that `policyTypes` leaves out: nobody reads them.
    IgnoredRules,
    /// A selector that contradicts itself.
    SelectsNothing,
    /// The API server refuses it.
    Defect(Defect),
}

/// Rules up to which address blocks of different rules are united: each is held against each.
const UNITED: usize = 64;

/// Finds what there is, in document order; of a direction as a whole, behind its rules.
pub fn findings(policy: &NetworkPolicy<'_>) -> Vec<Finding> {
    let mut found = Findings::default();
    found.selector(None, &|| "spec.podSelector".to_owned(), &policy.spec.pod_selector);
    for index in policy.policy_type_defects() {
        let path = place::item("spec.policyTypes", index);
        found.add(None, path, Fact::Defect(Defect::PolicyType));
    }
    for direction in Direction::BOTH {
        found.direction(policy, direction);
    }
    found.0
}

/// What has been found.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, direction: Option<Direction>, path: String, fact: Fact) {
        self.0.push(Finding { path, direction, fact });
    }

    fn direction(&mut self, policy: &NetworkPolicy<'_>, direction: Direction) {
        let whole = || ["spec.", direction.field()].concat();
        if policy.is_about(direction) == Answer::No {
            if policy.rule_count(direction) > 0 {
                self.add(Some(direction), whole(), Fact::IgnoredRules);
            }
            return;
        }
        for (index, rule) in policy.rules(direction).enumerate() {
            self.rule(Place { direction, index }, rule);
        }
        self.addresses_together(policy, direction);
        let has_open_rule = policy.rules(direction).any(allows_all);
        if !has_open_rule && openness([policy], direction) == Openness::Everything {
            self.add(Some(direction), whole(), Fact::AllowsAllTogether);
        }
        if direction == Direction::Egress
            && let Some(fact) = dns::missing(policy)
        {
            self.add(Some(direction), whole(), fact);
        }
    }

    /// Blocks that have every address together, and none alone: within a rule, or in rules with the
    /// same ports.
    fn addresses_together(&mut self, policy: &NetworkPolicy<'_>, direction: Direction) {
        let rules = policy.rules(direction).collect::<Vec<_>>();
        for (index, rule) in rules.iter().enumerate() {
            let is_like = |other: &Rule<'_, '_>| have_same_ports(rule.ports, other.ports);
            let is_united = rules.len() <= UNITED;
            if is_united && rules.iter().take(index).any(is_like) {
                continue;
            }
            let like = rules.iter().enumerate().skip(index);
            let like = like.filter(|(at, other)| *at == index || is_united && is_like(other));
            let groups = like.map(|(at, other)| (at, blocks(other.peers))).collect::<Vec<_>>();
            for family in Family::BOTH {
                self.addresses_of_family_together(direction, &groups, family);
            }
        }
    }

    /// The same of one family, and of the blocks of these rules.
    fn addresses_of_family_together(
        &mut self,
        direction: Direction,
        groups: &[(usize, Vec<Block>)],
        family: Family,
    ) {
        let has_family = |block: &Block| block.family() == family;
        let mut groups = groups.iter().filter(|(_, blocks)| blocks.iter().any(has_family));
        let all = groups.clone().flat_map(|(_, blocks)| blocks);
        let is_whole = all.clone().any(|block| has_family(block) && block.is_everything());
        let Some((first, _)) = groups.next() else {
            return;
        };
        if is_whole || !blocks_cover(family, all) {
            return;
        }
        let path = match groups.next() {
            None => Place { direction, index: *first }.field(direction.peers_field()),
            Some(_) => ["spec.", direction.field()].concat(),
        };
        self.add(Some(direction), path, Fact::EveryAddressTogether(family));
    }

    /// What is wrong with a selector, whatever it selects.
    fn selector(
        &mut self,
        direction: Option<Direction>,
        path: &dyn Fn() -> String,
        selector: &LabelSelector<'_>,
    ) {
        for (index, defect) in selector.defects() {
            let field = match defect {
                Defect::Values => ".values",
                Defect::Key => ".key",
                _ => ".operator",
            };
            let path = place::item(&[&path(), ".matchExpressions"].concat(), index);
            self.add(direction, [&path, field].concat(), Fact::Defect(defect));
        }
        if selector.width() == Width::Nothing {
            self.add(direction, path(), Fact::SelectsNothing);
        }
    }
}

fn allows_all(rule: Rule<'_, '_>) -> bool {
    rule.peers.is_empty() && rule.ports.is_empty()
}

fn blocks(peers: &[Peer<'_>]) -> Vec<Block> {
    let blocks = peers.iter().filter_map(|peer| match peer.who() {
        Who::Addresses(block) => Some(block),
        Who::Pods { .. } | Who::Defect(..) => None,
    });
    blocks.collect()
}

fn have_same_ports(one: &[NetworkPolicyPort<'_>], other: &[NetworkPolicyPort<'_>]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| one.parse() == other.parse())
}

#[cfg(test)]
mod tests;

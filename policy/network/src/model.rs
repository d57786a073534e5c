//! NetworkPolicy as its JSON says it: `k8s.io/api/networking/v1` names, borrowed.
//!
//! An absent field, `null` and an empty list mean the same wherever the API says so; where it does
//! not (selectors of a peer, `protocol`, `port`, `endPort`), the field is an `Option`.

use std::borrow::Cow;

use ringfence_json::{Decode, Error, Scanner, record};

use crate::answer::{Answer, Cause};
use crate::cidr::Block;
use crate::defect::Defect;
use crate::labels::Labels;
use crate::port::Port;
use crate::selector::LabelSelector;

record! {
    /// `metadata`.
    pub struct Metadata<'a> {
        /// The name.
        name: Cow<'a, str> = "name",
        /// The namespace; empty where the manifest leaves it to who applies it.
        namespace: Cow<'a, str> = "namespace",
        /// The labels.
        labels: Labels<'a> = "labels",
    }

    /// `networking.k8s.io/v1` NetworkPolicy.
    pub struct NetworkPolicy<'a> {
        /// `metadata`.
        metadata: Metadata<'a> = "metadata",
        /// `spec`.
        spec: NetworkPolicySpec<'a> = "spec",
    }

    /// `spec` of a NetworkPolicy.
    pub struct NetworkPolicySpec<'a> {
        /// Which pods of the policy's namespace it is about. "If it is not specified, it defaults
        /// to an empty selector", and an empty one matches all.
        pod_selector: LabelSelector<'a> = "podSelector",
        /// `Ingress`, `Egress` or both; see [`NetworkPolicy::is_about`].
        policy_types: Vec<Cow<'a, str>> = "policyTypes",
        /// What may come in. No rules: nothing.
        ingress: Vec<IngressRule<'a>> = "ingress",
        /// What may go out. No rules: nothing.
        egress: Vec<EgressRule<'a>> = "egress",
    }

    /// One of `ingress`. Its own type: a `to` in it is an unknown field, and drops out.
    pub struct IngressRule<'a> {
        /// To which ports. Empty: to all.
        ports: Vec<NetworkPolicyPort<'a>> = "ports",
        /// From whom. Empty: from everyone.
        from: Vec<Peer<'a>> = "from",
    }

    /// One of `egress`.
    pub struct EgressRule<'a> {
        /// To which ports. Empty: to all.
        ports: Vec<NetworkPolicyPort<'a>> = "ports",
        /// To whom. Empty: to everyone.
        to: Vec<Peer<'a>> = "to",
    }

    /// One of `ports`.
    pub struct NetworkPolicyPort<'a> {
        /// `TCP`, `UDP` or `SCTP`. Absent: TCP.
        protocol: Option<Cow<'a, str>> = "protocol",
        /// A number or a name. Absent: all of the protocol.
        port: Option<IntOrString<'a>> = "port",
        /// The last of the ports that start at `port`.
        end_port: Option<i64> = "endPort",
    }

    /// One of `from` or `to`.
    pub struct Peer<'a> {
        /// Pods: of the selected namespaces, or of the policy's own.
        pod_selector: Option<LabelSelector<'a>> = "podSelector",
        /// Namespaces: all pods of theirs, or the selected ones.
        namespace_selector: Option<LabelSelector<'a>> = "namespaceSelector",
        /// Addresses.
        ip_block: Option<IpBlock<'a>> = "ipBlock",
    }

    /// Addresses.
    pub struct IpBlock<'a> {
        /// Which.
        cidr: Cow<'a, str> = "cidr",
        /// Which of them are left out.
        except: Vec<Cow<'a, str>> = "except",
    }
}

/// A port by number or by name: the string `"80"` is a name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as they are called")]
pub enum IntOrString<'a> {
    Int(i64),
    String(Cow<'a, str>),
}

impl Default for IntOrString<'_> {
    fn default() -> Self {
        Self::Int(0)
    }
}

impl<'a> Decode<'a> for IntOrString<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        if scanner.at_string() {
            scanner.string().map(Self::String)
        } else {
            scanner.integer().map(Self::Int)
        }
    }
}

/// Which way traffic goes, seen from the pod that a policy selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the pod.
    Ingress,
    /// From the pod.
    Egress,
}

impl Direction {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Ingress, Self::Egress];

    /// As `policyTypes` has it.
    pub fn policy_type(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    /// The field of `spec` with the rules.
    pub fn field(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    /// The field of a rule with the peers.
    pub fn peers_field(self) -> &'static str {
        match self {
            Self::Ingress => "from",
            Self::Egress => "to",
        }
    }
}

/// A rule of either direction.
#[derive(Debug, Clone, Copy)]
pub struct Rule<'p, 'a> {
    /// To which ports. Empty: to all.
    pub ports: &'p [NetworkPolicyPort<'a>],
    /// From or to whom. Empty: everyone.
    pub peers: &'p [Peer<'a>],
}

impl<'a> NetworkPolicy<'a> {
    /// The namespace whose pods the policy is about: `default` where the manifest does not say.
    pub fn namespace(&self) -> &str {
        or_default(&self.metadata.namespace)
    }

    /// Whether the policy is about this direction.
    ///
    /// Where `policyTypes` is absent or empty: about ingress, and about egress if it has rules for
    /// that (`SetDefaults_NetworkPolicy` of `pkg/apis/networking/v1`). A list that names the
    /// direction is, whatever else is in it; one with a defect that does not, may be.
    pub fn is_about(&self, direction: Direction) -> Answer {
        let types = &self.spec.policy_types;
        if types.is_empty() {
            return (direction == Direction::Ingress || !self.spec.egress.is_empty()).into();
        }
        if types.iter().any(|listed| *listed == direction.policy_type()) {
            return Answer::Yes;
        }
        match self.policy_type_defects().next() {
            Some(_) => Answer::Unknown(Cause::Defect(Defect::PolicyType)),
            None => Answer::No,
        }
    }

    /// Which items of `policyTypes` are none.
    pub(crate) fn policy_type_defects(&self) -> impl Iterator<Item = usize> {
        let types = self.spec.policy_types.iter().enumerate();
        let is_none = |listed: &str| !matches!(listed, "Ingress" | "Egress");
        types.filter_map(move |(index, listed)| is_none(listed).then_some(index))
    }

    /// How many rules there are for the direction, whether the policy is about it or not.
    pub fn rule_count(&self, direction: Direction) -> usize {
        match direction {
            Direction::Ingress => self.spec.ingress.len(),
            Direction::Egress => self.spec.egress.len(),
        }
    }

    /// The rules for the direction, whether the policy is about it or not.
    pub fn rules(&self, direction: Direction) -> impl Iterator<Item = Rule<'_, 'a>> {
        (0..self.rule_count(direction)).filter_map(move |index| self.rule(direction, index))
    }

    /// One of them.
    pub fn rule(&self, direction: Direction, index: usize) -> Option<Rule<'_, 'a>> {
        match direction {
            Direction::Ingress => {
                let rule = self.spec.ingress.get(index)?;
                Some(Rule { ports: &rule.ports, peers: &rule.from })
            }
            Direction::Egress => {
                let rule = self.spec.egress.get(index)?;
                Some(Rule { ports: &rule.ports, peers: &rule.to })
            }
        }
    }
}

/// The namespace of what does not say one.
pub(crate) fn or_default(namespace: &str) -> &str {
    if namespace.is_empty() { "default" } else { namespace }
}

/// Who a peer is.
#[derive(Debug)]
pub(crate) enum Who<'p, 'a> {
    /// Pods. Without a selector of namespaces: of the policy's own; without one of pods: all.
    Pods { namespaces: Option<&'p LabelSelector<'a>>, pods: Option<&'p LabelSelector<'a>> },
    /// Whoever has one of these addresses.
    Addresses(Block),
    /// Nobody knows.
    Defect(Defect, Option<usize>),
}

impl<'a> Peer<'a> {
    /// Reads the fields together: "If [ipBlock] is set then neither of the other fields can be",
    /// and validation wants at least one.
    pub(crate) fn who(&self) -> Who<'_, 'a> {
        match (&self.pod_selector, &self.namespace_selector, &self.ip_block) {
            (None, None, None) => Who::Defect(Defect::EmptyPeer, None),
            (None, None, Some(block)) => match Block::parse(block) {
                Ok(block) => Who::Addresses(block),
                Err((defect, except)) => Who::Defect(defect, except),
            },
            (_, _, Some(_)) => Who::Defect(Defect::MixedPeer, None),
            (pods, namespaces, None) => {
                Who::Pods { namespaces: namespaces.as_ref(), pods: pods.as_ref() }
            }
        }
    }
}

impl<'a> NetworkPolicyPort<'a> {
    /// Reads the fields together.
    ///
    /// # Errors
    /// What the API server refuses in them.
    pub(crate) fn parse(&self) -> Result<Port<'_>, Defect> {
        Port::parse(self)
    }
}

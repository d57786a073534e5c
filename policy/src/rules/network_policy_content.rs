//! # networkPolicyContent
//!
//! A NetworkPolicy can isolate a pod and open it again in the same breath: a rule without peers lets
//! everyone through, an empty `namespaceSelector` every tenant, and `0.0.0.0/0` the internet and the
//! address where a cloud hands out the node's credentials.
//!
//! ## Allowed values
//!
//! Rules of NetworkPolicies that name who is meant:
//!
//! * no rule without peers, and none without peers and ports (`anyPeer`, `allowsAll`), nor several
//!   that are as much together;
//! * no `namespaceSelector` of every namespace, nor one that only leaves some out (`everyNamespace`);
//! * no `ipBlock` with every address of a family, in one block or in several (`everyAddress`);
//! * in `egress`, none with the address of a metadata service (`metadataAddress`): 169.254.169.254,
//!   fd00:ec2::254, fd20:ce::254, 168.63.129.16, 100.100.100.200;
//! * nothing that the API server would refuse.
//!
//! It warns of egress rules that let no names be asked for, rules of a direction that `policyTypes`
//! leaves out, and selectors that contradict themselves.
//!
//! ## Parameters
//!
//! `allowIngress` and `allowEgress` name what rules of the direction may open all the same: a
//! gateway takes `allowIngress: [anyPeer]`. Who may reach every address may reach the metadata
//! service, unless the block leaves it out with `except`.
//!
//! ## How to fix
//!
//! Name the peers, by labels of pods and namespaces, or by the addresses they have.
//!
//! Source: Kubernetes documentation, "Network Policies"; `k8s.io/api/networking/v1/types.go`; the
//! documentation of the clouds on their metadata services.

use std::borrow::Cow;

use ringfence_network::{Direction, Fact, Family as Addresses, Finding, findings};

use crate::network_policy::NetworkPolicy;
use crate::plain::PlainCheck;
use crate::pod::Admission;
use crate::report::{Place, Report};
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::settings::{choices, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "networkPolicyContent",
    title: "what NetworkPolicies open",
    family: Family::Namespaces,
    fields: &["spec"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "networkPolicyContent",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "NetworkPolicies open no more than what they name",
            check: CheckFn::Plain(PlainCheck::NetworkPolicy(check)),
        }],
    }],
};

choices! {
    /// What a rule of a NetworkPolicy may open.
    pub enum Opening {
        /// Everyone, on every port.
        AllowsAll = "allowsAll",
        /// Everyone, on the ports that are named.
        AnyPeer = "anyPeer",
        /// Every port.
        AnyPort = "anyPort",
        /// Every address of a family.
        EveryAddress = "everyAddress",
        /// Pods of every namespace.
        EveryNamespace = "everyNamespace",
        /// A metadata service.
        MetadataAddress = "metadataAddress",
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// What rules of `ingress` may open.
        allow_ingress: Vec<Opening> = "allowIngress",
        /// What rules of `egress` may open.
        allow_egress: Vec<Opening> = "allowEgress",
        /// Whether every rule has to name ports.
        require_ports: bool = "requirePorts",
    }
}

fn check<'p>(policy: &'p NetworkPolicy<'_>, _: &'p Admission<'p>, report: &mut Report<'p>) {
    let given = report.parameters().network_policy_content.as_deref();
    let mut everywhere = None;
    let all = findings(&policy.policy);
    for finding in &all {
        let place = Place::at(finding.path.clone());
        match judged(finding) {
            // Every address has those of the metadata services among them, and was told of.
            Judged::Opens(Opening::MetadataAddress, _) if everywhere == Some(&finding.path) => {}
            Judged::Opens(opening, text) => {
                if !given.map_or(opening == Opening::AnyPort, |it| it.allows(opening, finding)) {
                    let found = [opening.name(), ": ", &text].concat();
                    report.violation(place, found, "whom the rule is meant for", mend(opening));
                    if opening == Opening::EveryAddress {
                        everywhere = Some(&finding.path);
                    }
                }
            }
            Judged::Refused => {
                let hint = "write what the API server takes";
                report.violation(place, "refused by the API server", "a valid policy", hint);
            }
            Judged::Odd(found, allowed) => {
                report.warning(place, found, allowed, "see what is meant");
            }
        }
    }
}

impl Parameters {
    fn allows(&self, opening: Opening, finding: &Finding) -> bool {
        let allowed = match finding.direction {
            Some(Direction::Ingress) => &*self.allow_ingress,
            Some(Direction::Egress) => &*self.allow_egress,
            None => &[],
        };
        allowed.contains(&opening) || (opening == Opening::AnyPort && !self.require_ports)
    }
}

/// What a fact is to the rule.
enum Judged {
    /// A rule opens that much.
    Opens(Opening, Cow<'static, str>),
    /// The API server refuses it.
    Refused,
    /// It is not what it looks like: what it is, and what would be looked for.
    Odd(&'static str, &'static str),
}

fn judged(finding: &Finding) -> Judged {
    let opens = |opening, text: &'static str| Judged::Opens(opening, text.into());
    match finding.fact {
        Fact::AllowsAll => opens(Opening::AllowsAll, "everyone on every port"),
        Fact::AllowsAllTogether => {
            opens(Opening::AllowsAll, "the rules together open every port to everyone")
        }
        Fact::AnyPeer => opens(Opening::AnyPeer, "everyone on these ports"),
        Fact::AnyPort => opens(Opening::AnyPort, "every port"),
        Fact::WholeProtocol(_) => opens(Opening::AnyPort, "every port of the protocol"),
        Fact::EveryNamespace { every_pod: true } => {
            opens(Opening::EveryNamespace, "every pod of every namespace")
        }
        Fact::EveryNamespace { every_pod: false } => {
            opens(Opening::EveryNamespace, "pods of every namespace that take the labels")
        }
        Fact::EveryNamespaceBut => {
            opens(Opening::EveryNamespace, "every namespace that is made without the labels")
        }
        Fact::EveryAddress(Addresses::V4) => opens(Opening::EveryAddress, "every IPv4 address"),
        Fact::EveryAddress(Addresses::V6) => opens(Opening::EveryAddress, "every IPv6 address"),
        Fact::EveryAddressTogether(Addresses::V4) => {
            opens(Opening::EveryAddress, "the blocks together are every IPv4 address")
        }
        Fact::EveryAddressTogether(Addresses::V6) => {
            opens(Opening::EveryAddress, "the blocks together are every IPv6 address")
        }
        Fact::Metadata(address) => {
            let text = [&*address.address().to_string(), ", of a metadata service"].concat();
            Judged::Opens(Opening::MetadataAddress, text.into())
        }
        Fact::NoDns { .. } => Judged::Odd("no rule for DNS", "port 53 over UDP and TCP"),
        Fact::IgnoredRules => {
            Judged::Odd("rules that are not read", "the direction in policyTypes")
        }
        Fact::SelectsNothing => Judged::Odd("a selector that fits nothing", "one that can fit"),
        Fact::Defect(_) => Judged::Refused,
    }
}

fn mend(opening: Opening) -> &'static str {
    match opening {
        Opening::AllowsAll | Opening::AnyPeer => "name the peers in `from` or `to`",
        Opening::AnyPort => "name the ports",
        Opening::EveryNamespace => "select the namespaces that are meant, by a label they have",
        Opening::EveryAddress => "name the blocks that are meant",
        Opening::MetadataAddress => "leave it out with `except`, as 169.254.169.254/32",
    }
}

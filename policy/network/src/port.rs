//! Ports of rules, and of pods.

use crate::answer::{Answer, Cause};
use crate::cluster::Pod;
use crate::defect::Defect;
use crate::model::{IntOrString, NetworkPolicyPort};
use crate::ranges::{Range, cover};

/// What has ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "as they are called")]
pub enum Protocol {
    Tcp,
    Udp,
    Sctp,
}

impl Protocol {
    /// All that a policy may name.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Sctp];

    /// Reads the name as the API has it.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.name() == name)
    }

    /// As the API has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }
}

/// Every port there is.
const EVERY: Range = Range { first: 1, last: u16::MAX as u128 };

/// One of a rule's `ports`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Port<'p> {
    pub(crate) protocol: Protocol,
    pub(crate) which: Which<'p>,
}

/// Which ports of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which<'p> {
    Every,
    Range(Range),
    /// What the destination calls so.
    Named(&'p str),
}

impl<'p> Port<'p> {
    /// As `ValidateNetworkPolicyPort` of `pkg/apis/networking/validation`.
    pub(crate) fn parse(port: &'p NetworkPolicyPort<'_>) -> Result<Self, Defect> {
        let protocol = match &port.protocol {
            None => Protocol::Tcp,
            Some(name) => Protocol::parse(name).ok_or(Defect::Protocol)?,
        };
        let which = match (&port.port, port.end_port) {
            (None, None) => Which::Every,
            (Some(IntOrString::String(name)), None) if is_port_name(name) => Which::Named(name),
            (Some(IntOrString::Int(first)), last) => {
                let (first, last) = (number(*first), last.map(number));
                let first = first.ok_or(Defect::Port)?;
                let last = last.unwrap_or(Some(first)).filter(|last| first <= *last);
                Which::Range(Range { first, last: last.ok_or(Defect::EndPort)? })
            }
            (_, Some(_)) => return Err(Defect::EndPort),
            (Some(_), None) => return Err(Defect::Port),
        };
        Ok(Self { protocol, which })
    }

    /// Whether traffic of that protocol to that port of the destination is meant; `destination` is
    /// `None` for what is no pod, whose ports have no names.
    fn matches(self, destination: Option<&Pod<'_>>, protocol: Protocol, port: u16) -> Answer {
        if self.protocol != protocol {
            return Answer::No;
        }
        match self.which {
            Which::Every => Answer::Yes,
            Which::Range(range) => range.contains(port.into()).into(),
            Which::Named(name) => {
                destination.map_or(Answer::No, |pod| calls(pod, protocol, name, port))
            }
        }
    }
}

/// Whether a rule with these `ports` is about that traffic.
pub(crate) fn match_any(
    ports: &[NetworkPolicyPort<'_>],
    destination: Option<&Pod<'_>>,
    protocol: Protocol,
    port: u16,
) -> Answer {
    if ports.is_empty() {
        return Answer::Yes;
    }
    Answer::any(ports.iter().map(|entry| match entry.parse() {
        Ok(entry) => entry.matches(destination, protocol, port),
        Err(defect) => Answer::Unknown(Cause::Defect(defect)),
    }))
}

/// The ranges of ports of the protocol that `ports` have by number; all where there are none.
pub(crate) fn ranges(ports: &[NetworkPolicyPort<'_>], protocol: Protocol) -> Vec<Range> {
    if ports.is_empty() {
        return vec![EVERY];
    }
    let of_protocol = ports.iter().filter_map(|port| port.parse().ok());
    let of_protocol = of_protocol.filter(|port| port.protocol == protocol);
    of_protocol
        .filter_map(|port| match port.which {
            Which::Every => Some(EVERY),
            Which::Range(range) => Some(range),
            Which::Named(_) => None,
        })
        .collect()
}

/// Whether the ranges have every port.
pub(crate) fn are_all(ranges: Vec<Range>) -> bool {
    cover(EVERY, ranges)
}

/// Whether the pod calls its port by that name.
///
/// Of the containers that run together, and declare the name for the protocol, the first decides,
/// as in `FindPort` of `pkg/api/v1/pod`; some plugins take any of them. Some plugins do not look at
/// containers of `initContainers`, and one that ends before the others start serves nobody.
fn calls(pod: &Pod<'_>, protocol: Protocol, name: &str, port: u16) -> Answer {
    let mut together = pod.named_ports(true, protocol, name);
    if let Some(first) = together.next() {
        let unsure = first != i64::from(port) && together.any(|other| other == i64::from(port));
        return if unsure {
            Answer::Unknown(Cause::NamedPort)
        } else {
            (first == i64::from(port)).into()
        };
    }
    let before = pod.named_ports(false, protocol, name).any(|other| other == i64::from(port));
    if before { Answer::Unknown(Cause::NamedPort) } else { Answer::No }
}

/// As `IsValidPortName` of `k8s.io/apimachinery`: up to 15 of `a-z`, `0-9` and `-`, a letter among
/// them, `-` neither at an end nor beside another.
fn is_port_name(name: &str) -> bool {
    let is_legal = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (1..=15).contains(&name.len())
        && name.bytes().all(is_legal)
        && name.bytes().any(|byte| byte.is_ascii_lowercase())
        && !name.contains("--")
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn number(port: i64) -> Option<u128> {
    u128::try_from(port).ok().filter(|port| EVERY.contains(*port))
}

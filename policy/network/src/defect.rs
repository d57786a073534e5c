//! What the API server refuses.

/// Something that validation of `networking.k8s.io/v1` refuses. It may still stand in a manifest,
/// or in a cluster that took it before it was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// A label selector's operator is none of `In`, `NotIn`, `Exists`, `DoesNotExist`.
    Operator,
    /// `In` or `NotIn` without values, or `Exists` or `DoesNotExist` with some.
    Values,
    /// A label selector's key is empty.
    Key,
    /// A policy type is neither `Ingress` nor `Egress`.
    PolicyType,
    /// A peer without a field.
    EmptyPeer,
    /// A peer with an `ipBlock` and a selector.
    MixedPeer,
    /// Not a CIDR that everyone reads alike: leading zeros are octal to some, and an IPv4 address
    /// in IPv6 clothes is either to others.
    Cidr,
    /// An `except` that is no such CIDR.
    Except,
    /// An `except` that is not a part of its `cidr`.
    ExceptOutside,
    /// A protocol that is none of `TCP`, `UDP`, `SCTP`.
    Protocol,
    /// A port that is neither a number from 1 to 65535 nor a port's name.
    Port,
    /// An `endPort` without a number to start from, below it, or above 65535.
    EndPort,
}

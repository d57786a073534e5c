//! What `ringfence-network` answers, in words.

use ringfence_network::{Answer, Cause, Defect};

/// The word for an answer.
pub(super) fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Unknown(_) => "unknown",
    }
}

/// Why something cannot be said, and what would tell.
pub(super) fn cause(cause: Cause) -> String {
    let text = match cause {
        Cause::Defect(defect) => {
            return format!(
                "a policy has {}, which the API server refuses; mend it",
                self::defect(defect)
            );
        }
        Cause::HostNetwork => {
            "a pod is on the host network, where plugins may or may not hold policies against it"
        }
        Cause::LocalNode => {
            "the peer may be the pod's own node, whose traffic plugins let through or not"
        }
        Cause::PodAddress => {
            "an ipBlock decides, and the pod's address is not known; ask about a running pod"
        }
        Cause::Labels => {
            "labels of a namespace decide, and are not known; add the Namespace to the manifests"
        }
        Cause::NamedPort => {
            "the port's name is given more than once, or by an init container only; name it once"
        }
        Cause::SharedAddress => "several pods have the address; name one of them",
        Cause::AddressFamilies => "one end has IPv4 addresses only, the other IPv6 addresses only",
    };
    text.to_owned()
}

fn defect(defect: Defect) -> &'static str {
    match defect {
        Defect::Operator => "a selector with an operator that is none",
        Defect::Values => "a selector with values where none belong, or none where some do",
        Defect::Key => "a selector with an empty key",
        Defect::PolicyType => "a policyType that is neither Ingress nor Egress",
        Defect::EmptyPeer => "a peer without a field",
        Defect::MixedPeer => "a peer with both an ipBlock and a selector",
        Defect::Cidr => "a cidr that is none, or that readers understand differently",
        Defect::Except => "an except that is no CIDR",
        Defect::ExceptOutside => "an except that is no part of its cidr",
        Defect::Protocol => "a protocol that is none of TCP, UDP, SCTP",
        Defect::Port => "a port that is neither a number nor a name",
        Defect::EndPort => "an endPort that does not fit its port",
    }
}

//! What a container may do, wherever it has it from.

use crate::pod::Container;
use crate::report::Place;

/// Whether the container has every capability, and no seccomp profile.
pub(super) fn is_privileged(container: Container<'_, '_>) -> bool {
    container.security_context().privileged == Some(true)
}

/// Where a container gets a capability: from being privileged, or by adding it.
pub(super) fn holds<'p>(container: Container<'p, '_>, capability: &str) -> Option<Place<'p>> {
    if is_privileged(container) {
        return Some(container.at("securityContext.privileged"));
    }
    let add = &container.security_context().capabilities.add;
    let index = add.iter().position(|name| gives(name, capability))?;
    Some(container.at_item("securityContext.capabilities.add", index, ""))
}

/// The same for `NET_RAW`, which runtimes grant where it is not dropped.
pub(super) fn holds_net_raw<'p>(
    container: Container<'p, '_>,
    is_granted: bool,
) -> Option<Place<'p>> {
    holds(container, "NET_RAW").or_else(|| {
        let drop = &container.security_context().capabilities.drop;
        let is_dropped = drop.iter().any(|name| name == "ALL" || name == "NET_RAW");
        (is_granted && !is_dropped).then(|| container.at("securityContext.capabilities.drop"))
    })
}

/// Whether a name in `capabilities.add` may give the capability: in any case, with or without
/// `CAP_`. Letters beyond ASCII count as well: a runtime that folds them finds an `S` in `ſ`.
pub(in crate::rules) fn gives(name: &str, capability: &str) -> bool {
    let mut plain = name.trim();
    while let Some((prefix, rest)) = plain.split_at_checked(4)
        && prefix.eq_ignore_ascii_case("CAP_")
    {
        plain = rest;
    }
    plain.eq_ignore_ascii_case(capability) || plain.eq_ignore_ascii_case("ALL") || !name.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::gives;

    #[test]
    fn a_capability_is_found_in_any_spelling() {
        for name in ["NET_RAW", "net_raw", "CAP_NET_RAW", "cap_net_raw", " Net_Raw ", "all", "ALL"]
        {
            assert!(gives(name, "NET_RAW"), "{name}");
        }
        for name in ["CAP_ALL", "CAP_CAP_NET_RAW", "NET_RAẄ", "ſ"] {
            assert!(gives(name, "NET_RAW"), "{name}");
        }
        for name in ["", "NET", "NET_RAW_", "NET_ADMIN", "CAP_", "RAW"] {
            assert!(!gives(name, "NET_RAW"), "{name}");
        }
    }
}

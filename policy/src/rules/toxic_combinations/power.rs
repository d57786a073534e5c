//! What a container may do, wherever it has it from.

use crate::pod::Container;
use crate::report::Place;
use crate::rules::capabilities::gives;

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

//! What a rule sees of a connection to a pod: the options of `kubectl exec` and its like.

use std::borrow::Cow;

use crate::json::record;
use crate::pod::Metadata;

record! {
    /// `v1` PodExecOptions, PodAttachOptions, PodPortForwardOptions or PodProxyOptions.
    pub struct Connection<'a> {
        /// What the object says it is.
        api_version: Cow<'a, str> = "apiVersion",
        /// What the object says it is.
        kind: Cow<'a, str> = "kind",
        /// `metadata`, which options do not have.
        metadata: Metadata<'a> = "metadata",
        /// The container, where one is named.
        container: Cow<'a, str> = "container",
    }
}

/// The kinds of options, and the subresource that each is sent to.
static KINDS: &[(&str, &str)] = &[
    ("PodExecOptions", "exec"),
    ("PodAttachOptions", "attach"),
    ("PodPortForwardOptions", "portforward"),
    ("PodProxyOptions", "proxy"),
];

/// The kind of options of that name.
pub(crate) fn find(group: &str, kind: &str) -> Option<&'static str> {
    KINDS.iter().map(|(known, _)| *known).find(|known| group.is_empty() && *known == kind)
}

/// The subresource that options of a kind are sent to; empty for another kind.
pub(crate) fn sub_resource(kind: &str) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, name)| name)
}

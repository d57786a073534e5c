//! What a rule sees of a connection to a pod: the options of `kubectl exec` and its like.

use std::borrow::Cow;

use crate::json::record;
use crate::plain::Revise;

record! {
    /// `v1` PodExecOptions, PodAttachOptions, PodPortForwardOptions or PodProxyOptions.
    pub struct Connection<'a> {
        /// Which of them.
        kind: Cow<'a, str> = "kind",
        /// The container, where one is named.
        container: Cow<'a, str> = "container",
    }
}

impl Revise for Connection<'_> {
    /// Nobody updates one.
    fn keeps(&self, _: &Self, _: &str) -> bool {
        false
    }
}

/// The kinds of options.
pub(crate) static KINDS: &[&str] =
    &["PodExecOptions", "PodAttachOptions", "PodPortForwardOptions", "PodProxyOptions"];

/// The subresource that options of a kind are sent to; empty for another kind.
pub(crate) fn sub_resource(kind: &str) -> &'static str {
    match kind {
        "PodExecOptions" => "exec",
        "PodAttachOptions" => "attach",
        "PodPortForwardOptions" => "portforward",
        "PodProxyOptions" => "proxy",
        _ => "",
    }
}

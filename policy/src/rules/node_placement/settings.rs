//! What settings may say of the rule.

use crate::json::same;
use crate::pattern::{self, Pattern};
use crate::pod::NodeSelectorRequirement;
use crate::settings::{Decoder, Path, settings, shown};
use crate::text::cut;

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by is_consistent {
        /// Labels of nodes that every pod must ask for, by `nodeSelector` or in every term of the
        /// required node affinity.
        require: Vec<RequiredLabel> = "require",
        /// Whether pods may tolerate the taints of control-plane nodes.
        allow_control_plane: bool = "allowControlPlane",
        /// Whether pods may tolerate every taint, those of control-plane nodes among them: a
        /// toleration without a key.
        allow_tolerate_everything: bool = "allowTolerateEverything",
        /// Whether pods may name their node, past the scheduler.
        allow_node_name: bool = "allowNodeName",
        /// Keys of taints that pods may tolerate, beside `node.kubernetes.io/*`. An empty list:
        /// none.
        allow_tolerations: Option<Vec<Pattern>> = "allowTolerations",
        /// Labels by which pods may choose nodes, beside those of `require`, in `nodeSelector` and
        /// in required and preferred node affinity; `metadata.name` is the node's name. An empty
        /// list: none.
        allow_labels: Option<Vec<Pattern>> = "allowLabels",
        /// Pools of nodes, and the namespaces that they belong to. The first that fits a namespace
        /// is its own: its pods ask for the label, and those of no other namespace may ask for it,
        /// nor tolerate the taints.
        pools: Vec<Pool> = "pools",
    }

    /// A pool of nodes.
    #[derive(Default)]
    pub struct Pool checked by is_pool {
        /// The namespaces that it belongs to.
        namespaces: Vec<Pattern> = "namespaces",
        /// The label that its nodes have.
        key: String = "key",
        /// The values of it.
        values: Vec<String> = "values",
        /// Keys of the taints that keep other pods out.
        taints: Vec<Pattern> = "taints",
    }

    /// A label that nodes must have.
    #[derive(Default)]
    pub struct RequiredLabel checked by is_label {
        /// The label.
        key: String = "key",
        /// Its values, of which one must hold.
        values: Vec<String> = "values",
    }
}

impl Parameters {
    /// Whether a taint of control-plane nodes may be tolerated.
    pub(super) fn allows_control_plane(&self, key: &str) -> bool {
        let names_it = |pattern: &&Pattern| {
            let text = pattern.as_str();
            text.starts_with(super::ROLES) || !text.contains('*')
        };
        let mut named = self.allow_tolerations.iter().flatten().filter(names_it);
        self.allow_control_plane || named.any(|pattern| pattern.matches(key))
    }

    /// Whether a taint of another node may be tolerated.
    pub(super) fn allows_toleration(&self, key: &str) -> bool {
        let allow = self.allow_tolerations.as_ref();
        allow.is_none_or(|allow| allow.iter().any(|pattern| pattern.matches(key)))
    }

    /// Those taints, for people.
    pub(super) fn allowed_tolerations(&self) -> String {
        pattern::list(self.allow_tolerations.as_deref().unwrap_or_default())
    }

    /// Whether nodes may be chosen by a label.
    pub(super) fn allows_label(&self, key: &str) -> bool {
        self.require.iter().any(|label| same(key.as_bytes(), &label.key))
            || self.pools.iter().any(|pool| same(key.as_bytes(), &pool.key))
            || self.allow_labels.iter().flatten().any(|pattern| pattern.matches(key))
    }

    /// Those labels, for people.
    pub(super) fn allowed_labels(&self) -> String {
        let pools = self.pools.iter().map(|pool| pool.key.as_str());
        let required = self.require.iter().map(|label| label.key.as_str()).chain(pools);
        let allowed = self.allow_labels.iter().flatten().map(Pattern::as_str);
        let names = required.chain(allowed).collect::<Vec<_>>();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }
}

/// A label of nodes, with the values of which one must hold.
#[derive(Clone, Copy)]
pub(super) struct Label<'p> {
    pub key: &'p str,
    pub values: &'p [String],
}

impl RequiredLabel {
    pub(super) fn label(&self) -> Label<'_> {
        Label { key: &self.key, values: &self.values }
    }
}

impl Pool {
    /// Whether it belongs to that namespace.
    pub(super) fn is_of(&self, namespace: &str) -> bool {
        self.namespaces.iter().any(|pattern| pattern.matches(namespace))
    }

    pub(super) fn label(&self) -> Label<'_> {
        Label { key: &self.key, values: &self.values }
    }
}

impl Label<'_> {
    /// Whether a value is one that must hold.
    pub(super) fn has(&self, value: &str) -> bool {
        self.values.iter().any(|known| same(value.as_bytes(), known))
    }

    /// Whether a requirement fits only nodes that have the label with one of its values.
    pub(super) fn pins(&self, requirement: &NodeSelectorRequirement<'_>) -> bool {
        requirement.key == self.key
            && requirement.operator == "In"
            && !requirement.values.is_empty()
            && requirement.values.iter().all(|value| self.has(value))
    }
}

fn is_consistent(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    let path = path.key("require");
    for (index, label) in parameters.require.iter().enumerate() {
        if parameters.require.iter().take(index).any(|other| other.key == label.key) {
            let message = format!(
                "`{}` is required twice; write all its values into one item",
                shown(&label.key)
            );
            decoder.error(&path.index(index).key("key"), message);
        }
    }
}

fn is_label(label: &RequiredLabel, decoder: &mut Decoder, path: &Path<'_>) {
    can_be_label(label.label(), decoder, path);
}

fn is_pool(pool: &Pool, decoder: &mut Decoder, path: &Path<'_>) {
    can_be_label(pool.label(), decoder, path);
    if pool.namespaces.is_empty() {
        let message = "no namespace is named, and so the pool is nobody's; name at least one";
        decoder.error(&path.key("namespaces"), message.to_owned());
    }
}

fn can_be_label(label: Label<'_>, decoder: &mut Decoder, path: &Path<'_>) {
    if !is_key(label.key) {
        let message = format!(
            "`{}` cannot be the key of a label; expected a name such as `pool`, or \
             `example.com/pool`",
            shown(label.key)
        );
        decoder.error(&path.key("key"), message);
    }
    if label.values.is_empty() {
        let message = "no value is given, and so no node would do; name at least one";
        decoder.error(&path.key("values"), message.to_owned());
    }
    for (index, value) in label.values.iter().enumerate() {
        if !value.is_empty() && !is_name(value) {
            let message = format!(
                "`{}` cannot be the value of a label; expected letters, digits, `-`, `_` and `.`",
                shown(value)
            );
            decoder.error(&path.key("values").index(index), message);
        }
    }
}

/// Whether it can be the key of a label: `IsQualifiedName` of `apimachinery/pkg/util/validation`.
pub(super) fn is_key(text: &str) -> bool {
    let (prefix, name) = cut(text, b'/').unwrap_or(("a", text));
    let is_prefix_byte =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    is_name(name) && !prefix.is_empty() && prefix.len() <= 253 && prefix.bytes().all(is_prefix_byte)
}

/// Whether it can be the name part of a label's key, or its value.
fn is_name(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_outer = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 63
        && text.bytes().all(is_inner)
        && is_outer(text.bytes().next())
        && is_outer(text.bytes().next_back())
}

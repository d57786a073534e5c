//! Where a pod may run: `k8s.io/api/core/v1` names.

use std::borrow::Cow;

use crate::json::record;

record! {
    /// `spec.affinity`.
    pub struct Affinity<'a> {
        /// Towards nodes.
        node_affinity: NodeAffinity<'a> = "nodeAffinity",
    }

    /// Which nodes a pod may run on.
    pub struct NodeAffinity<'a> {
        /// What holds when the pod is scheduled.
        required: Option<NodeSelector<'a>> = "requiredDuringSchedulingIgnoredDuringExecution",
        /// What the scheduler would rather have.
        preferred: Vec<PreferredSchedulingTerm<'a>> = "preferredDuringSchedulingIgnoredDuringExecution",
    }

    /// A preference of the scheduler, with a weight.
    pub struct PreferredSchedulingTerm<'a> {
        /// What a node has to have.
        preference: NodeSelectorTerm<'a> = "preference",
    }

    /// Terms of which one must hold.
    pub struct NodeSelector<'a> {
        /// The terms.
        node_selector_terms: Vec<NodeSelectorTerm<'a>> = "nodeSelectorTerms",
    }

    /// Requirements that must all hold; a term without any holds for no node.
    pub struct NodeSelectorTerm<'a> {
        /// On a node's labels.
        match_expressions: Vec<NodeSelectorRequirement<'a>> = "matchExpressions",
        /// On a node's fields.
        match_fields: Vec<NodeSelectorRequirement<'a>> = "matchFields",
    }

    /// One requirement.
    pub struct NodeSelectorRequirement<'a> {
        /// A label or field.
        key: Cow<'a, str> = "key",
        /// `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`.
        operator: Cow<'a, str> = "operator",
        /// What it is compared with.
        values: Vec<Cow<'a, str>> = "values",
    }

    /// A taint that the pod tolerates.
    pub struct Toleration<'a> {
        /// The taint's key; empty is every one.
        key: Cow<'a, str> = "key",
        /// `Exists` or `Equal`; empty is `Equal`.
        operator: Cow<'a, str> = "operator",
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`; empty is every one.
        effect: Cow<'a, str> = "effect",
    }
}

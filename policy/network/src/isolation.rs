//! Whether a pod is isolated, by which policies, and what they leave open.

use crate::answer::Answer;
use crate::labels::Labelled;
use crate::model::{Direction, NetworkPolicy};
use crate::openness::{Openness, openness};

/// The policies that select a pod.
///
/// "By default, a pod is non-isolated for egress […] A pod is isolated for egress if there is any
/// NetworkPolicy that both selects the pod and has `Egress` in its `policyTypes`", and the same of
/// ingress (Kubernetes documentation, "The two sorts of pod isolation"). So a policy denies by
/// default in a direction when it stands in the pod's namespace, its `podSelector` matches the
/// pod's labels, and it is about the direction ([`NetworkPolicy::is_about`]). Whether its rules let
/// everyone in again is another question: [`Isolation::openness`].
#[derive(Debug)]
pub struct Isolation<'p, 'a> {
    selecting: Vec<Selecting<'p, 'a>>,
}

/// A policy that selects a pod, or may.
#[derive(Debug, Clone, Copy)]
pub struct Selecting<'p, 'a> {
    /// The policy.
    pub policy: &'p NetworkPolicy<'a>,
    /// Whether it isolates the pod for ingress.
    pub ingress: Answer,
    /// Whether it isolates the pod for egress.
    pub egress: Answer,
}

impl Selecting<'_, '_> {
    /// Whether the policy isolates the pod in the direction: `Yes`, or `Unknown` where the policy
    /// has a defect.
    pub fn isolates(&self, direction: Direction) -> Answer {
        match direction {
            Direction::Ingress => self.ingress,
            Direction::Egress => self.egress,
        }
    }
}

/// Finds the policies that select a pod with these labels in that namespace. Policies of other
/// namespaces may be among `policies`.
pub fn isolation<'p, 'a: 'p>(
    policies: impl IntoIterator<Item = &'p NetworkPolicy<'a>>,
    namespace: &str,
    labels: &dyn Labelled,
) -> Isolation<'p, 'a> {
    let of_namespace = |policy: &&NetworkPolicy<'_>| policy.namespace() == namespace;
    isolation_by(policies.into_iter().filter(of_namespace), labels)
}

/// The same, where all policies are of the pod's namespace, whatever they say themselves: a request
/// has a namespace, and its object may leave it out.
pub fn isolation_by<'p, 'a: 'p>(
    policies: impl IntoIterator<Item = &'p NetworkPolicy<'a>>,
    labels: &dyn Labelled,
) -> Isolation<'p, 'a> {
    let selecting = policies.into_iter().filter_map(|policy| {
        let selected = policy.spec.pod_selector.matches(labels);
        let in_direction = |direction| selected.and(policy.is_about(direction));
        let ingress = in_direction(Direction::Ingress);
        let egress = in_direction(Direction::Egress);
        let is_none = ingress == Answer::No && egress == Answer::No;
        (!is_none).then_some(Selecting { policy, ingress, egress })
    });
    Isolation { selecting: selecting.collect() }
}

impl<'p, 'a> Isolation<'p, 'a> {
    /// Whether the pod is isolated in the direction: denied by default.
    pub fn isolates(&self, direction: Direction) -> Answer {
        Answer::any(self.selecting.iter().map(|selecting| selecting.isolates(direction)))
    }

    /// The policies that isolate the pod in the direction, and those that may.
    pub fn by(&self, direction: Direction) -> impl Iterator<Item = &Selecting<'p, 'a>> {
        let selecting = self.selecting.iter();
        selecting.filter(move |selecting| selecting.isolates(direction) != Answer::No)
    }

    /// How much the rules of the policies that select the pod for certain open together.
    /// [`Openness::Everything`] where none does.
    pub fn openness(&self, direction: Direction) -> Openness {
        let selecting = self.selecting.iter();
        let certain = selecting.filter(|selecting| selecting.isolates(direction) == Answer::Yes);
        let mut policies = certain.map(|selecting| selecting.policy).peekable();
        if policies.peek().is_none() {
            return Openness::Everything;
        }
        openness(policies, direction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Cause;
    use crate::defect::Defect;
    use crate::from_json;
    use crate::labels::Labels;

    /// The answers for ingress and egress of a pod with the label `app: web` in `shop`.
    fn isolates(spec: &str) -> (Answer, Answer) {
        let text = format!(r#"{{"metadata":{{"namespace":"shop"}},"spec":{spec}}}"#);
        let policies = [from_json::<NetworkPolicy<'_>>(&text).expect("a policy")];
        let labels: Labels<'_> = from_json(r#"{"app":"web"}"#).expect("labels");
        let found = isolation(&policies, "shop", &labels);
        (found.isolates(Direction::Ingress), found.isolates(Direction::Egress))
    }

    #[test]
    fn policy_types_are_defaulted_as_the_api_server_does() {
        use Answer::{No, Yes};
        for (expected, spec) in [
            ((Yes, No), "{}"),
            ((Yes, No), r#"{"policyTypes":null,"egress":null}"#),
            ((Yes, No), r#"{"policyTypes":[],"egress":[]}"#),
            ((Yes, Yes), r#"{"egress":[{}]}"#),
            ((Yes, No), r#"{"policyTypes":["Ingress"],"egress":[{}]}"#),
            ((No, Yes), r#"{"policyTypes":["Egress"],"ingress":[{}]}"#),
            ((Yes, Yes), r#"{"policyTypes":["Ingress","Egress"]}"#),
            ((Yes, No), r#"{"podSelector":null}"#),
            ((Yes, No), r#"{"podSelector":{}}"#),
            ((Yes, No), r#"{"podSelector":{"matchLabels":{"app":"web"}}}"#),
            ((No, No), r#"{"podSelector":{"matchLabels":{"app":"db"}}}"#),
        ] {
            assert_eq!(isolates(spec), expected, "{spec}");
        }
    }

    #[test]
    fn a_defect_leaves_it_open() {
        let of_type = Answer::Unknown(Cause::Defect(Defect::PolicyType));
        assert_eq!(isolates(r#"{"policyTypes":["ingress"]}"#), (of_type, of_type));
        assert_eq!(isolates(r#"{"policyTypes":["Egress","ingress"]}"#), (of_type, Answer::Yes));
        let selector = r#"{"podSelector":{"matchExpressions":[{"key":"app","operator":"Is"}]}}"#;
        let of_selector = Answer::Unknown(Cause::Defect(Defect::Operator));
        assert_eq!(isolates(selector), (of_selector, Answer::No));
    }

    #[test]
    fn only_policies_of_the_namespace_count() {
        let elsewhere = r#"{"metadata":{"namespace":"bank"}}"#;
        let nowhere = r"{}";
        let policies = [elsewhere, nowhere].map(|text| from_json(text).expect("a policy"));
        let labels = Labels::default();
        for (namespace, expected) in [("shop", false), ("bank", true), ("default", true)] {
            let found = isolation(&policies, namespace, &labels);
            assert_eq!(found.isolates(Direction::Ingress), expected.into(), "{namespace}");
            assert_eq!(found.by(Direction::Ingress).count(), usize::from(expected));
        }
    }

    #[test]
    fn what_is_left_open() {
        let text = |spec: &str| format!(r#"{{"spec":{spec}}}"#);
        let openness = |specs: &[&str]| {
            let texts = specs.iter().map(|spec| text(spec)).collect::<Vec<_>>();
            let policies = texts.iter().map(|text| from_json(text).expect("a policy"));
            let policies = policies.collect::<Vec<NetworkPolicy<'_>>>();
            let labels = Labels::default();
            isolation(&policies, "default", &labels).openness(Direction::Ingress)
        };
        let closed = "{}";
        let open = r#"{"ingress":[{}]}"#;
        let not_sure = r#"{"policyTypes":["ingress"],"ingress":[{}]}"#;
        assert_eq!(openness(&[]), Openness::Everything);
        assert_eq!(openness(&[r#"{"policyTypes":["Egress"]}"#]), Openness::Everything);
        assert_eq!(openness(&[closed]), Openness::Closed);
        assert_eq!(openness(&[closed, open]), Openness::Everything);
        // It isolates nobody for certain, and so it opens nothing that is closed.
        assert_eq!(openness(&[not_sure]), Openness::Everything);
        assert_eq!(openness(&[closed, not_sure]), Openness::Closed);
    }
}

//! Label selectors: `metav1.LabelSelector`, for whatever is selected by one.

use std::borrow::Cow;

use ringfence_json::record;

use crate::answer::{Answer, Cause};
use crate::defect::Defect;
use crate::labels::{Label, Labelled, Labels};

record! {
    /// A label selector. "The result of matchLabels and matchExpressions are ANDed. An empty label
    /// selector matches all objects." (`k8s.io/apimachinery` `LabelSelector`.) Whether an absent
    /// one matches all or nothing is its field's business.
    pub struct LabelSelector<'a> {
        /// Labels that have to be there with these values.
        match_labels: Labels<'a> = "matchLabels",
        /// Requirements, all of which have to be met.
        match_expressions: Vec<Requirement<'a>> = "matchExpressions",
    }

    /// One of `matchExpressions`.
    pub struct Requirement<'a> {
        /// The label's key.
        key: Cow<'a, str> = "key",
        /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
        operator: Cow<'a, str> = "operator",
        /// What the operator compares with.
        values: Vec<Cow<'a, str>> = "values",
    }
}

/// What a requirement asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// How much a selector selects, as far as its own text proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// It is empty: everything.
    Everything,
    /// It only says what is left out: whatever has none of its keys is selected.
    AllBut,
    /// It asks for a label.
    Some,
    /// It contradicts itself: nothing.
    Nothing,
}

/// Requirements up to which contradictions are looked for: each is held against each.
const JUDGED: usize = 64;

impl LabelSelector<'_> {
    /// Whether an object with these labels is selected. A selector with a defect selects nobody
    /// knows what.
    pub fn matches(&self, labels: &dyn Labelled) -> Answer {
        if let Some((_, defect)) = self.defects().next() {
            return Answer::Unknown(Cause::Defect(defect));
        }
        let pairs = self.match_labels.iter();
        let pairs = pairs.map(|(key, value)| is_in(labels.label(key), |known| known == value));
        let requirements = self.match_expressions.iter();
        Answer::all(pairs.chain(requirements.map(|requirement| requirement.matches(labels))))
    }

    /// Whether it is empty, and selects everything.
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }

    /// What makes the selector invalid, and in which of `matchExpressions`.
    pub fn defects(&self) -> impl Iterator<Item = (usize, Defect)> {
        let requirements = self.match_expressions.iter().enumerate();
        requirements.filter_map(|(index, requirement)| Some((index, requirement.defect()?)))
    }

    /// How much is selected.
    pub fn width(&self) -> Width {
        if self.is_empty() {
            Width::Everything
        } else if self.contradicts_itself() {
            Width::Nothing
        } else if self.match_labels.is_empty()
            && self.match_expressions.iter().all(Requirement::is_met_by_absence)
        {
            Width::AllBut
        } else {
            Width::Some
        }
    }

    /// How many namespaces are selected: each has the label with its name (KEP-2161), so that to ask
    /// for that is to ask nothing.
    pub fn width_of_namespaces(&self) -> Width {
        let is_of_all = |requirement: &Requirement<'_>| {
            requirement.key == "kubernetes.io/metadata.name"
                && requirement.operator() == Some(Operator::Exists)
        };
        let mut rest = self.match_expressions.iter().filter(|one| !is_of_all(one));
        match self.width() {
            Width::Some if self.match_labels.is_empty() => {
                if rest.clone().next().is_none() {
                    Width::Everything
                } else if rest.all(Requirement::is_met_by_absence) {
                    Width::AllBut
                } else {
                    Width::Some
                }
            }
            width => width,
        }
    }

    /// Whether no value of some label meets all that is asked of it.
    fn contradicts_itself(&self) -> bool {
        if self.match_labels.len() + self.match_expressions.len() > JUDGED {
            return false;
        }
        let fails = |key: &str, value: Label<'_>| self.matches(&One { key, value }) == Answer::No;
        let pairs = self.match_labels.iter();
        let mut pairs = pairs.map(|(key, value)| fails(key, Label::Value(value)));
        let mut requirements = self.match_expressions.iter().map(|requirement| {
            let (key, values) = (&*requirement.key, &requirement.values);
            match requirement.operator() {
                Some(Operator::In) => values.iter().all(|value| fails(key, Label::Value(value))),
                // Every value but finitely many is left, unless the label must not be there.
                Some(Operator::Exists) => self.match_expressions.iter().any(|other| {
                    other.key == key && other.operator() == Some(Operator::DoesNotExist)
                }),
                _ => false,
            }
        });
        let fails = pairs.any(|fails| fails) || requirements.any(|fails| fails);
        fails && self.defects().next().is_none()
    }
}

impl Requirement<'_> {
    /// As `labels.Requirement.Matches` of `k8s.io/apimachinery`: `NotIn` is met where the key is
    /// absent.
    fn matches(&self, labels: &dyn Labelled) -> Answer {
        let label = labels.label(&self.key);
        let is_listed = |value: &str| self.values.iter().any(|listed| *listed == value);
        match self.operator() {
            Some(Operator::In) => is_in(label, is_listed),
            Some(Operator::NotIn) => not(is_in(label, is_listed)),
            Some(Operator::Exists) => is_in(label, |_| true),
            Some(Operator::DoesNotExist) => not(is_in(label, |_| true)),
            None => Answer::Unknown(Cause::Defect(Defect::Operator)),
        }
    }

    fn operator(&self) -> Option<Operator> {
        match &*self.operator {
            "In" => Some(Operator::In),
            "NotIn" => Some(Operator::NotIn),
            "Exists" => Some(Operator::Exists),
            "DoesNotExist" => Some(Operator::DoesNotExist),
            _ => None,
        }
    }

    /// As `labels.NewRequirement` of `k8s.io/apimachinery`, less the syntax of keys and values.
    fn defect(&self) -> Option<Defect> {
        let has_values = !self.values.is_empty();
        match self.operator() {
            None => Some(Defect::Operator),
            Some(Operator::In | Operator::NotIn) if !has_values => Some(Defect::Values),
            Some(Operator::Exists | Operator::DoesNotExist) if has_values => Some(Defect::Values),
            Some(_) if self.key.is_empty() => Some(Defect::Key),
            Some(_) => None,
        }
    }

    /// Whether an object without the label meets it.
    fn is_met_by_absence(&self) -> bool {
        matches!(self.operator(), Some(Operator::NotIn | Operator::DoesNotExist))
    }
}

fn is_in(label: Label<'_>, holds: impl Fn(&str) -> bool) -> Answer {
    match label {
        Label::Value(value) => holds(value).into(),
        Label::Absent => Answer::No,
        Label::Unknown => Answer::Unknown(Cause::Labels),
    }
}

fn not(answer: Answer) -> Answer {
    match answer {
        Answer::Yes => Answer::No,
        Answer::No => Answer::Yes,
        Answer::Unknown(cause) => Answer::Unknown(cause),
    }
}

/// An object of which one label is known.
struct One<'l> {
    key: &'l str,
    value: Label<'l>,
}

impl Labelled for One<'_> {
    fn label(&self, key: &str) -> Label<'_> {
        if key == self.key { self.value } else { Label::Unknown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_json;

    fn selector(text: &str) -> LabelSelector<'_> {
        from_json(text).expect("a selector")
    }

    fn matches(text: &str, labels: &str) -> Answer {
        selector(text).matches(&from_json::<Labels<'_>>(labels).expect("labels"))
    }

    #[test]
    fn operators() {
        let labels = r#"{"a":"1","empty":""}"#;
        for (selects, expression) in [
            (true, r#"{"key":"a","operator":"In","values":["0","1"]}"#),
            (false, r#"{"key":"a","operator":"In","values":["2"]}"#),
            (false, r#"{"key":"b","operator":"In","values":["", "1"]}"#),
            (false, r#"{"key":"a","operator":"NotIn","values":["1"]}"#),
            (true, r#"{"key":"a","operator":"NotIn","values":["2"]}"#),
            (true, r#"{"key":"b","operator":"NotIn","values":["2"]}"#),
            (true, r#"{"key":"empty","operator":"Exists"}"#),
            (false, r#"{"key":"b","operator":"Exists","values":null}"#),
            (true, r#"{"key":"b","operator":"DoesNotExist","values":[]}"#),
            (false, r#"{"key":"empty","operator":"DoesNotExist"}"#),
        ] {
            let text = format!(r#"{{"matchExpressions":[{expression}]}}"#);
            assert_eq!(matches(&text, labels), selects.into(), "{expression}");
        }
    }

    #[test]
    fn all_requirements_have_to_be_met() {
        assert_eq!(matches("{}", "{}"), Answer::Yes);
        assert_eq!(matches(r#"{"matchLabels":{}}"#, r#"{"a":"1"}"#), Answer::Yes);
        assert_eq!(matches(r#"{"matchLabels":{"a":""}}"#, "{}"), Answer::No);
        let both = r#"{"matchLabels":{"a":"1"},"matchExpressions":[
            {"key":"b","operator":"DoesNotExist"}]}"#;
        assert_eq!(matches(both, r#"{"a":"1"}"#), Answer::Yes);
        assert_eq!(matches(both, r#"{"a":"1","b":"1"}"#), Answer::No);
        assert_eq!(matches(both, "{}"), Answer::No);
    }

    #[test]
    fn a_defect_decides_nothing() {
        for (defect, expression) in [
            (Defect::Operator, r#"{"key":"a","operator":"in","values":["1"]}"#),
            (Defect::Operator, r#"{"key":"a","operator":"Gt","values":["1"]}"#),
            (Defect::Operator, r#"{"key":"a"}"#),
            (Defect::Values, r#"{"key":"a","operator":"In"}"#),
            (Defect::Values, r#"{"key":"a","operator":"NotIn","values":[]}"#),
            (Defect::Values, r#"{"key":"a","operator":"Exists","values":["1"]}"#),
            (Defect::Key, r#"{"operator":"Exists"}"#),
        ] {
            let text =
                format!(r#"{{"matchLabels":{{"z":"z"}},"matchExpressions":[{expression}]}}"#);
            assert_eq!(selector(&text).defects().next(), Some((0, defect)), "{expression}");
            assert_eq!(matches(&text, "{}"), Answer::Unknown(Cause::Defect(defect)));
        }
    }

    #[test]
    fn widths() {
        for (width, text) in [
            (Width::Everything, "{}"),
            (Width::Everything, r#"{"matchLabels":null,"matchExpressions":[]}"#),
            (Width::Some, r#"{"matchLabels":{"a":"1"}}"#),
            (Width::Some, r#"{"matchExpressions":[{"key":"a","operator":"Exists"}]}"#),
            (Width::AllBut, r#"{"matchExpressions":[{"key":"a","operator":"DoesNotExist"}]}"#),
            (
                Width::AllBut,
                r#"{"matchExpressions":[{"key":"a","operator":"NotIn","values":["1"]}]}"#,
            ),
            (
                Width::Nothing,
                r#"{"matchLabels":{"a":"1"},
                    "matchExpressions":[{"key":"a","operator":"NotIn","values":["1"]}]}"#,
            ),
            (
                Width::Nothing,
                r#"{"matchExpressions":[{"key":"a","operator":"Exists"},
                    {"key":"a","operator":"DoesNotExist"}]}"#,
            ),
            (
                Width::Nothing,
                r#"{"matchExpressions":[{"key":"a","operator":"In","values":["1","2"]},
                    {"key":"a","operator":"In","values":["3"]}]}"#,
            ),
            (
                Width::Some,
                r#"{"matchExpressions":[{"key":"a","operator":"In","values":["1","2"]},
                    {"key":"b","operator":"In","values":["3"]}]}"#,
            ),
        ] {
            assert_eq!(selector(text).width(), width, "{text}");
        }
    }
    #[test]
    fn every_namespace_has_its_name() {
        for (width, text) in [
            (Width::Everything, r#"[{"key":"kubernetes.io/metadata.name","operator":"Exists"}]"#),
            (
                Width::AllBut,
                r#"[{"key":"kubernetes.io/metadata.name","operator":"Exists"},
                    {"key":"kubernetes.io/metadata.name","operator":"NotIn","values":["shop"]}]"#,
            ),
            (
                Width::Some,
                r#"[{"key":"kubernetes.io/metadata.name","operator":"In","values":["a"]}]"#,
            ),
            (Width::Some, r#"[{"key":"team","operator":"Exists"}]"#),
            (
                Width::Nothing,
                r#"[{"key":"kubernetes.io/metadata.name","operator":"Exists"},
                    {"key":"kubernetes.io/metadata.name","operator":"DoesNotExist"}]"#,
            ),
        ] {
            let text = format!(r#"{{"matchExpressions":{text}}}"#);
            assert_eq!(selector(&text).width_of_namespaces(), width, "{text}");
        }
    }
}

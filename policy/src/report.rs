//! What rules found.

use std::borrow::Cow;

use crate::rule::{Check, Rule};
use crate::settings::Action;

/// Where a violation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'p> {
    /// JSON path from the object's root: `spec.containers[0].securityContext.privileged`.
    pub path: String,
    /// Name and image of the container, where it is in one.
    pub container: Option<(&'p str, &'p str)>,
}

/// One violation of one rule.
#[derive(Debug, Clone)]
pub struct Violation<'p> {
    /// The rule.
    pub rule: &'static Rule,
    /// The check of the rule that found it.
    pub check: &'static Check,
    /// What follows from it.
    pub action: Action,
    /// JSON path from the object's root.
    pub path: String,
    /// Name and image of the container, where it is in one.
    pub container: Option<(&'p str, &'p str)>,
    /// The value, as text; [`UNSET`] where it is the absence that violates.
    pub found: Cow<'p, str>,
    /// The values that would do, as text.
    pub allowed: Cow<'static, str>,
    /// How to mend it.
    pub hint: Cow<'static, str>,
}

/// What [`Violation::found`] says of a field that is not there.
pub const UNSET: &str = "unset";

/// Collects the violations of the rules that are asked, in the order they are asked.
#[derive(Debug)]
pub struct Report<'p> {
    rule: &'static Rule,
    check: &'static Check,
    action: Action,
    violations: Vec<Violation<'p>>,
}

impl<'p> Report<'p> {
    pub(crate) fn new(rule: &'static Rule, check: &'static Check) -> Self {
        Self { rule, check, action: Action::Deny, violations: Vec::new() }
    }

    /// What is reported from here on is `check`'s.
    pub(crate) fn attribute(&mut self, rule: &'static Rule, check: &'static Check, action: Action) {
        (self.rule, self.check, self.action) = (rule, check, action);
    }

    /// Reports a violation: the value `found` at `place`, where `allowed` would do.
    pub fn violation(
        &mut self,
        place: Place<'p>,
        found: impl Into<Cow<'p, str>>,
        allowed: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) {
        self.violations.push(Violation {
            rule: self.rule,
            check: self.check,
            action: self.action,
            path: place.path,
            container: place.container,
            found: found.into(),
            allowed: allowed.into(),
            hint: hint.into(),
        });
    }

    pub(crate) fn into_violations(self) -> Vec<Violation<'p>> {
        self.violations
    }
}

//! What rules found.

use std::borrow::Cow;
use std::fmt;

use crate::cluster::{Cluster, Unknown};
use crate::judge::World;
use crate::rule::{Check, Rule};
use crate::rules::Parameters;
use crate::settings::{Action, MissingData, Settings};

/// Where a violation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'p> {
    /// JSON path from the object's root: `spec.containers[0].securityContext.privileged`.
    pub path: String,
    /// Name and image of the container, where it is in one.
    pub container: Option<(&'p str, &'p str)>,
}

impl Place<'_> {
    /// A place that is in no container.
    pub fn at(path: impl Into<String>) -> Self {
        Self { path: path.into(), container: None }
    }
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
    pub allowed: Cow<'p, str>,
    /// How to mend it.
    pub hint: Cow<'p, str>,
    /// What would satisfy the rule, where something is absent that can be filled.
    pub fill: Option<Fill>,
}

/// A value to be put where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    /// JSON path from the object's root.
    pub path: String,
    /// The value, as JSON.
    pub json: Cow<'static, str>,
}

/// What [`Violation::found`] says of a field that is not there.
pub const UNSET: &str = "unset";

/// Collects the violations of the rules that are asked, in the order they are asked.
pub struct Report<'p> {
    settings: &'p Settings,
    world: &'p World<'p>,
    rule: &'static Rule,
    check: &'static Check,
    action: Action,
    violations: Vec<Violation<'p>>,
}

impl<'p> Report<'p> {
    pub(crate) fn new(
        settings: &'p Settings,
        world: &'p World<'p>,
        rule: &'static Rule,
        check: &'static Check,
    ) -> Self {
        Self { settings, world, rule, check, action: Action::Deny, violations: Vec::new() }
    }

    /// What the operator asks for.
    pub fn settings(&self) -> &'p Settings {
        self.settings
    }

    /// The cluster around what is judged.
    pub(crate) fn cluster(&self) -> &'p Cluster<'p> {
        &self.world.cluster
    }

    /// The parameters of the rules.
    pub fn parameters(&self) -> &'p Parameters {
        self.settings.parameters()
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
        allowed: impl Into<Cow<'p, str>>,
        hint: impl Into<Cow<'p, str>>,
    ) {
        self.push(place, found.into(), allowed.into(), hint.into());
    }

    /// Once in the module, not once in every rule.
    #[cold]
    #[inline(never)]
    fn push(
        &mut self,
        place: Place<'p>,
        found: Cow<'p, str>,
        allowed: Cow<'p, str>,
        hint: Cow<'p, str>,
    ) {
        self.violations.push(Violation {
            rule: self.rule,
            check: self.check,
            action: self.action,
            path: place.path,
            container: place.container,
            found,
            allowed,
            hint,
            fill: None,
        });
    }

    /// Reports that what the rule asks the cluster for is not known. `missingData` says what
    /// follows.
    pub(crate) fn unknown(
        &mut self,
        place: Place<'p>,
        unknown: &Unknown<'_>,
        allowed: &'static str,
    ) {
        self.push(place, unknown.found().into(), allowed.into(), unknown.mend().into());
        if self.settings.missing_data == MissingData::Warn {
            self.warn_last();
        }
    }

    /// Reports what is worth a warning, and denies nothing whatever the rule's action.
    pub fn warning(
        &mut self,
        place: Place<'p>,
        found: impl Into<Cow<'p, str>>,
        allowed: impl Into<Cow<'p, str>>,
        hint: impl Into<Cow<'p, str>>,
    ) {
        self.push(place, found.into(), allowed.into(), hint.into());
        self.warn_last();
    }

    fn warn_last(&mut self) {
        if let Some(violation) = self.violations.last_mut() {
            violation.action = violation.action.min(Action::Warn);
        }
    }

    /// Whether fills are of use: settings ask for them.
    pub fn is_filling(&self) -> bool {
        self.settings.mutate
    }

    /// Says of the violation just reported what would satisfy the rule: `json` at `path`, where
    /// nothing stands. Only what contradicts no other field, and ends the violation.
    pub fn fill(&mut self, path: String, json: impl Into<Cow<'static, str>>) {
        self.fill_last(Fill { path, json: json.into() });
    }

    #[cold]
    #[inline(never)]
    fn fill_last(&mut self, fill: Fill) {
        if self.is_filling()
            && let Some(violation) = self.violations.last_mut()
        {
            violation.fill = Some(fill);
        }
    }

    pub(crate) fn into_violations(self) -> Vec<Violation<'p>> {
        self.violations
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report").field("violations", &self.violations).finish_non_exhaustive()
    }
}

//! User and group ids: what four rules ask of them alike.

use std::borrow::Cow;

use crate::pod::{Container, Pod, PodSecurityContext, SecurityContext};
use crate::report::{Place, Report, UNSET};
use crate::settings::{Decoder, IdRange, Path, settings};

settings! {
    /// What settings may say of a rule about ids.
    #[derive(Default)]
    pub struct Parameters checked by can_be_met {
        /// Ids that may be set, instead of those that the rule allows otherwise. An empty list: none
        /// may be set.
        ranges: Option<Vec<IdRange>> = "ranges",
        /// Whether an id must be set. Windows pods, which cannot set one, are not asked.
        required: bool = "required",
    }
}

fn can_be_met(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    if parameters.required && parameters.ranges.as_ref().is_some_and(Vec::is_empty) {
        let message =
            "an id is required, and the list allows none; add a range, or leave out `required`";
        decoder.error(&path.key("ranges"), message.to_owned());
    }
}

/// The greatest id: `apimachinery/pkg/util/validation`, `IsValidUserID`.
const MAX: i64 = i32::MAX as i64;

/// Ids that may be set.
#[derive(Clone, Copy)]
pub(super) enum Allowed<'p> {
    /// Every one.
    Any,
    /// Those above 0 that the API server takes: a runtime that cuts others to 32 bits can end at 0.
    NotRoot,
    /// Every one but 0, which counts also where nobody inherits it: the Pod Security Standards'
    /// question.
    NotZero,
    /// Those in one of the ranges.
    Ranges(&'p [IdRange]),
}

/// What is asked of the ids in a field.
#[derive(Clone, Copy)]
pub(super) struct Asked<'p> {
    allowed: Allowed<'p>,
    required: bool,
}

impl<'p> Asked<'p> {
    /// What the parameters ask; where they do not say which ids, those that are allowed `otherwise`.
    pub(super) fn new(
        parameters: Option<&'p Parameters>,
        otherwise: Allowed<'p>,
        pod: Pod<'_, '_>,
    ) -> Self {
        let ranges = parameters.and_then(|given| given.ranges.as_deref());
        // The API server refuses the fields in Windows pods, and a node of Linux the pods.
        let required = parameters.is_some_and(|given| given.required) && !pod.is_windows();
        Self { allowed: ranges.map_or(otherwise, Allowed::Ranges), required }
    }

    fn allows(self, id: i64) -> bool {
        match self.allowed {
            Allowed::Any => true,
            Allowed::NotRoot => (1..=MAX).contains(&id),
            Allowed::NotZero => id != 0,
            Allowed::Ranges(ranges) => ranges.iter().any(|range| range.contains(id)),
        }
    }

    /// The ids that would do, as text.
    fn text(self) -> Cow<'static, str> {
        match (self.allowed, self.required) {
            (Allowed::Any, _) => "any id".into(),
            (Allowed::NotRoot | Allowed::NotZero, false) => "unset, 1 or above".into(),
            (Allowed::NotRoot | Allowed::NotZero, true) => "1 or above".into(),
            (Allowed::Ranges(ranges), required) => {
                let unset = (!required).then(|| "unset".to_owned());
                let ranges = ranges.iter().map(|IdRange { min, max }| match (min.0, max.0) {
                    (min, max) if min == max => min.to_string(),
                    (min, max) => format!("{min} to {max}"),
                });
                unset.into_iter().chain(ranges).collect::<Vec<_>>().join(", ").into()
            }
        }
    }

    /// What is filled in where an id is required: the least id of the first range, unless that is
    /// root's, which is nobody's default.
    fn default(self) -> Option<String> {
        match self.allowed {
            Allowed::Ranges([first, ..]) if first.min.0 > 0 => Some(first.min.0.to_string()),
            _ => None,
        }
    }

    fn refuse<'v>(self, place: Place<'v>, id: i64, hint: &'static str, report: &mut Report<'v>) {
        let hint = match self.allowed {
            Allowed::Ranges([]) => "remove it",
            Allowed::Ranges(_) => "choose an id that is allowed",
            _ => hint,
        };
        report.violation(place, id.to_string(), self.text(), hint);
    }
}

/// A field that containers have, and inherit from their pod.
pub(super) struct Field {
    /// Its path in the container, and in `spec`.
    pub path: &'static str,
    /// The container's own value.
    pub own: for<'c> fn(&SecurityContext<'c>) -> Option<i64>,
    /// The pod's value.
    pub of_pod: for<'c> fn(&PodSecurityContext<'c>) -> Option<i64>,
    /// The value that holds for a container.
    pub effective: for<'p, 'a> fn(Container<'p, 'a>) -> Option<i64>,
    /// How to mend it, where parameters do not say what is allowed.
    pub hint: &'static str,
}

/// Judges the id of every container. An id of the pod is reported once, at the pod, if a container
/// inherits it.
pub(super) fn in_containers<'p>(
    pod: Pod<'p, '_>,
    field: &'static Field,
    asked: Asked<'_>,
    report: &mut Report<'p>,
) {
    let refused = |id: Option<i64>| id.filter(|id| !asked.allows(*id));
    let own = |container: Container<'_, '_>| (field.own)(container.security_context());
    if let Some(id) = refused((field.of_pod)(pod.security_context()))
        && (matches!(asked.allowed, Allowed::NotZero)
            || pod.containers().any(|container| own(container).is_none()))
    {
        asked.refuse(pod.at(field.path), id, field.hint, report);
    }
    for container in pod.containers() {
        if let Some(id) = refused(own(container)) {
            asked.refuse(container.at(field.path), id, field.hint, report);
        } else if asked.required && (field.effective)(container).is_none() {
            report.violation(
                container.at(field.path),
                UNSET,
                asked.text(),
                "set it for the container, or in spec.securityContext for the whole pod",
            );
            if let Some(id) = asked.default().filter(|_| report.is_filling()) {
                report.fill(container.at(field.path).path, id);
            }
        }
    }
}

/// Judges ids that only the pod has, at `path` below `spec`: one, or a list of them.
pub(super) fn in_pod<'p>(
    pod: Pod<'p, '_>,
    path: &'static str,
    ids: &[i64],
    is_list: bool,
    asked: Asked<'_>,
    report: &mut Report<'p>,
) {
    for (index, id) in ids.iter().enumerate().filter(|(_, id)| !asked.allows(**id)) {
        let place = if is_list { pod.at_item(path, index, "") } else { pod.at(path) };
        asked.refuse(place, *id, HINT_GROUP, report);
    }
    if ids.is_empty() && asked.required {
        report.violation(pod.at(path), UNSET, asked.text(), "set it in spec.securityContext");
        if let Some(id) = asked.default().filter(|_| report.is_filling()) {
            let json = if is_list { ["[", &id, "]"].concat() } else { id };
            report.fill(pod.at(path).path, json);
        }
    }
}

/// How to mend a group that is root's.
pub(super) const HINT_GROUP: &str = "name a group that is not root's";

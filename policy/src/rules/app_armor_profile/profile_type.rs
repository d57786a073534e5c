//! Types of profiles: AppArmor's and seccomp's are the same.

use crate::json::same;
use crate::pattern::Pattern;
use crate::report::{Place, Report, UNSET};
use crate::settings::choices;

choices! {
    /// Which kind of profile, of AppArmor or seccomp.
    pub enum ProfileType {
        /// The runtime's own.
        RuntimeDefault = "RuntimeDefault",
        /// One that is installed on the node.
        Localhost = "Localhost",
        /// None.
        Unconfined = "Unconfined",
    }
}

impl ProfileType {
    /// Those that the standards allow.
    pub(crate) const STANDARD: &[Self] = &[Self::RuntimeDefault, Self::Localhost];

    /// Whether a name is one of theirs, letter for letter.
    pub(crate) fn name_one(types: &[Self], name: &str) -> bool {
        types.iter().any(|type_| same(name.as_bytes(), type_.name()))
    }

    /// Their names, as a finding lists them.
    pub(crate) fn list(types: &[Self], name: fn(Self) -> &'static str) -> String {
        match types {
            [] => "unset".to_owned(),
            _ => types.iter().map(|type_| name(*type_)).collect::<Vec<_>>().join(", "),
        }
    }

    /// The name in the annotations of AppArmor, and of seccomp before v1.19.
    pub(crate) fn annotated(self) -> &'static str {
        match self {
            Self::RuntimeDefault => "runtime/default",
            Self::Localhost => "localhost/<profile>",
            Self::Unconfined => "unconfined",
        }
    }
}

/// The profile that a pod without one is given.
pub(crate) const RUNTIME_DEFAULT: &str = r#"{"type":"RuntimeDefault"}"#;

/// Patterns as a finding lists them, each behind the prefix.
pub(crate) fn listed(patterns: &[Pattern], prefix: &str) -> String {
    let patterns = patterns.iter().map(|pattern| [prefix, pattern.as_str()].concat());
    match patterns.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "none".to_owned(),
        list => list,
    }
}

/// Reports a type of a profile, of AppArmor or seccomp, that is none of those allowed. Whether it is
/// one of them.
pub(crate) fn judge_type<'p>(
    place: &dyn Fn() -> Place<'p>,
    found: &'p str,
    types: &[ProfileType],
    report: &mut Report<'p>,
) -> bool {
    if ProfileType::name_one(types, found) {
        return true;
    }
    let plain = found.replace('/', "");
    let near = types.iter().find(|type_| type_.name().eq_ignore_ascii_case(&plain));
    let best = types.iter().min_by_key(|type_| **type_ as u8);
    let hint = match (near, best) {
        (Some(near), _) => ["write ", near.name(), ": types are compared exactly"].concat(),
        (None, Some(best)) => ["set it to ", best.name()].concat(),
        (None, None) => "remove it".to_owned(),
    };
    let found = if found.is_empty() { UNSET } else { found };
    report.violation(place(), found, ProfileType::list(types, ProfileType::name), hint);
    false
}

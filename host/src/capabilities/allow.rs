//! The first gate: which host calls.

use std::collections::BTreeSet;

/// Every host call that is gated; `tracing/log` never is.
const PATHS: &[&str] = &[
    "crypto/v1/is_certificate_trusted",
    "kubernetes/can_i",
    "kubernetes/get_resource",
    "kubernetes/list_resources_all",
    "kubernetes/list_resources_by_namespace",
    "net/v1/dns_lookup_host",
    "oci/v1/manifest_digest",
    "oci/v1/oci_manifest",
    "oci/v1/oci_manifest_config",
    "oci/v1/verify",
    "oci/v2/verify",
];

/// Which host calls a policy may make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Allowed {
    /// Every one.
    #[default]
    All,
    /// Those of these paths.
    Only(BTreeSet<&'static str>),
}

/// A pattern that is none, or that nothing can match.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// There is no text.
    #[error("an empty pattern; write `*`, `kubernetes/*` or `kubernetes/get_resource`")]
    Empty,
    /// It is the beginning of host calls.
    #[error("`{pattern}` is only the beginning of host capabilities; write `{pattern}/*`")]
    Incomplete {
        /// The pattern.
        pattern: String,
    },
    /// There is no such host call.
    #[error("`{pattern}` is no host capability; there are {}", PATHS.join(", "))]
    Unknown {
        /// The pattern.
        pattern: String,
    },
    /// A `*` where there can be none.
    #[error("`*` in `{pattern}` is not the whole last part; write `kubernetes/*`")]
    Wildcard {
        /// The pattern.
        pattern: String,
    },
}

impl Allowed {
    /// What patterns allow: `*` is everything, `oci/v1/*` what begins so, anything
    /// else one host call. No pattern at all allows none.
    ///
    /// # Errors
    /// For the first pattern that policy-server would refuse.
    pub fn parse<T: AsRef<str>>(
        patterns: impl IntoIterator<Item = T>,
    ) -> Result<Self, PatternError> {
        let mut paths = BTreeSet::new();
        for pattern in patterns {
            let pattern = pattern.as_ref().trim();
            if pattern == "*" {
                return Ok(Self::All);
            }
            paths.extend(matching(pattern)?);
        }
        Ok(Self::Only(paths))
    }

    pub(super) fn allows(&self, path: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(paths) => paths.contains(path),
        }
    }
}

fn matching(pattern: &str) -> Result<Vec<&'static str>, PatternError> {
    let pattern_of = || pattern.to_owned();
    if pattern.is_empty() {
        return Err(PatternError::Empty);
    }
    let (prefix, many) = match pattern.strip_suffix("/*") {
        Some(prefix) => (prefix, true),
        None => (pattern, false),
    };
    if prefix.contains('*') {
        return Err(PatternError::Wildcard { pattern: pattern_of() });
    }
    let below =
        |path: &&'static str| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
    let below: Vec<&'static str> = PATHS.iter().copied().filter(below).collect();
    let exact = PATHS.iter().copied().find(|path| *path == prefix);
    match (exact, many) {
        (Some(path), false) => Ok(vec![path]),
        (None, true) if !below.is_empty() => Ok(below),
        (None, false) if !below.is_empty() => {
            Err(PatternError::Incomplete { pattern: pattern_of() })
        }
        _ => Err(PatternError::Unknown { pattern: pattern_of() }),
    }
}

//! The second gate: objects of which kinds.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Of which kinds objects may be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Grants {
    /// Every kind.
    #[default]
    All,
    /// These kinds.
    Only(BTreeSet<Grant>),
}

/// One kind, as an entry of `contextAwareResources`; as text `v1/Namespace`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Grant {
    /// Such as `v1` or `apps/v1`.
    pub api_version: String,
    /// Such as `Pod`.
    pub kind: String,
}

/// Text that is no [`Grant`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names no kind; write `v1/Namespace` or `apps/v1/Deployment`")]
pub struct GrantError {
    text: String,
}

impl Grants {
    /// Whether objects of a kind may be asked for. Versions count: a grant is exact.
    pub(super) fn cover(&self, api_version: &str, kind: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(grants) => {
                grants.iter().any(|grant| grant.api_version == api_version && grant.kind == kind)
            }
        }
    }
}

impl FromStr for Grant {
    type Err = GrantError;

    fn from_str(text: &str) -> Result<Self, GrantError> {
        let parts: Vec<&str> = text.split('/').collect();
        let wrong = || GrantError { text: text.to_owned() };
        let (kind, api_version) = match &*parts {
            [version, kind] => (*kind, (*version).to_owned()),
            [group, version, kind] => (*kind, format!("{group}/{version}")),
            _ => return Err(wrong()),
        };
        if parts.iter().any(|part| part.is_empty()) {
            return Err(wrong());
        }
        Ok(Self { api_version, kind: kind.to_owned() })
    }
}

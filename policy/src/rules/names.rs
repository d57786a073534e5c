//! Names that settings allow and forbid, by patterns: for the rules that ask for no more.

use std::borrow::Cow;

use crate::pattern::Pattern;

/// What may be, and what may not though it is allowed.
#[derive(Clone, Copy)]
pub(super) struct Names<'s> {
    /// None: everything.
    pub allow: Option<&'s [Pattern]>,
    pub forbid: &'s [Pattern],
}

impl Names<'_> {
    /// Whether a name is allowed, of which `fits` tells what a pattern makes of it.
    pub(super) fn allow(self, fits: impl Fn(&Pattern) -> bool) -> bool {
        self.allow.is_none_or(|allow| allow.iter().any(&fits)) && !self.forbid.iter().any(fits)
    }

    /// What is allowed, for findings.
    pub(super) fn text(self) -> Cow<'static, str> {
        let list = |patterns: &[Pattern]| {
            patterns.iter().map(Pattern::as_str).collect::<Vec<_>>().join(", ")
        };
        match self.allow {
            Some([]) => "none".into(),
            Some(allow) if self.forbid.is_empty() => list(allow).into(),
            Some(allow) => [&list(allow), ", but not ", &list(self.forbid)].concat().into(),
            None => ["any but ", &list(self.forbid)].concat().into(),
        }
    }
}

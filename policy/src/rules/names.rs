//! Names that settings allow and forbid, by patterns: for the rules that ask for no more.

use std::borrow::Cow;

use crate::pattern::{Pattern, list};
use crate::settings::settings;

settings! {
    /// What settings may say of such a rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Names that are allowed. An empty list: none.
        allow: Option<Vec<Pattern>> = "allow",
        /// Names that are not, though `allow` fits them.
        forbid: Vec<Pattern> = "forbid",
    }
}

impl Parameters {
    /// Whether a name is allowed, of which `fits` tells what a pattern makes of it.
    pub(super) fn allows(&self, fits: impl Fn(&Pattern) -> bool) -> bool {
        self.allow.as_ref().is_none_or(|allow| allow.iter().any(&fits))
            && !self.forbid.iter().any(fits)
    }

    /// What is allowed, for findings.
    pub(super) fn text(&self) -> Cow<'static, str> {
        match self.allow.as_deref() {
            Some([]) => "none".into(),
            Some(allow) if self.forbid.is_empty() => list(allow).into(),
            Some(allow) => [&list(allow), ", but not ", &list(&self.forbid)].concat().into(),
            None => ["any but ", &list(&self.forbid)].concat().into(),
        }
    }
}

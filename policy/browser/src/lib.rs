//! The rules of ringfence for JavaScript: JSON texts in, JSON texts out.
//!
//! Nothing here is typed for JavaScript beyond texts: `playground/policy` wraps these functions and
//! has the types. Errors are JavaScript exceptions with one sentence in them.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod catalogue;
mod cluster;
mod judge;
mod seccomp;

use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// The objects that rules can ask about, or nobody who could be asked.
#[wasm_bindgen]
pub struct Cluster(Option<cluster::Cluster>);

#[wasm_bindgen]
impl Cluster {
    /// Reads a JSON list of objects; `null` holds a place in it. Without a list nobody can be asked.
    ///
    /// # Errors
    /// Where it is no list, or an item is no object of Kubernetes.
    #[wasm_bindgen(constructor)]
    pub fn new(list: Option<String>) -> Result<Self, JsError> {
        let read = list.as_deref().map(cluster::Cluster::read).transpose();
        read.map(Self).map_err(|error| JsError::new(&error))
    }

    /// Judges an admission request.
    ///
    /// `request` and `settings` are JSON objects. The object at the place `without` in the list counts
    /// as not there: it is the one that is judged. `today` is a date such as `2026-11-28`; without it,
    /// exemptions that expire do not apply.
    ///
    /// Gives the answer of the protocol, JSON.
    ///
    /// # Errors
    /// Where an argument cannot be read: which, and why.
    pub fn validate(
        &self,
        request: &str,
        settings: &str,
        without: Option<usize>,
        today: Option<String>,
    ) -> Result<String, JsError> {
        judge::validate(request, settings, self.0.as_ref(), without, today.as_deref())
            .map_err(|error| JsError::new(&error))
    }
}

/// Every mistake in a settings document: a JSON list of `{path, message}`.
#[wasm_bindgen(js_name = settingsErrors)]
pub fn settings_errors(settings: &str) -> String {
    judge::settings_errors(settings)
}

/// The rules that settings ask: a JSON list of `{rule, check, action, asks}`, in the order of findings.
///
/// # Errors
/// Where the settings have mistakes.
#[wasm_bindgen(js_name = askedChecks)]
pub fn asked_checks(settings: &str) -> Result<String, JsError> {
    catalogue::asked(settings).map_err(|error| JsError::new(&error))
}

/// Every rule: a JSON list of `{id, title, family, fields, checks: [{id, level, asks}]}`.
#[wasm_bindgen]
pub fn rules() -> String {
    catalogue::rules()
}

/// What a seccomp profile permits on a node: a JSON object of `default`, `isVoid`, `fatal`,
/// `missingBase`, `sections` (calls by kind) and `findings`.
///
/// `profile` is JSON: a profile of any dialect, or a `SeccompProfile`. `arch`, `loader` and `baseline`
/// are names of [`seccomp_choices`]; an empty loader is the usual one, an empty baseline none. `add` and
/// `drop` are names of capabilities, separated by spaces.
///
/// # Errors
/// Where the text is no profile, or a name is none.
#[wasm_bindgen(js_name = seccompView)]
pub fn seccomp_view(
    profile: &str,
    arch: &str,
    loader: &str,
    baseline: &str,
    add: &str,
    drop: &str,
) -> Result<String, JsError> {
    let options = seccomp::Options { arch, loader, baseline, add, drop };
    seccomp::view(profile, &options).map_err(|error| JsError::new(&error))
}

/// The names that [`seccomp_view`] takes: a JSON object of `arches`, `loaders` and `baselines`.
#[wasm_bindgen(js_name = seccompChoices)]
pub fn seccomp_choices() -> String {
    seccomp::choices()
}

//! From text to [`Profile`], as tolerant as the readers it stands for.
//!
//! Go's `encoding/json`, which reads profiles for containerd, CRI-O and Docker, takes keys in any
//! case, the last of several, and steps over those it does not know. So does this, and notes it
//! ([`Profile::key_problems`]): another reader would see another profile. What Go refuses (a number
//! with a fraction, text for a list) is refused, with path and byte.

mod document;
mod fields;
mod keys;
#[cfg(test)]
mod tests;

use ringfence_json::{Error, Scanner};

use crate::profile::{Profile, Rule};

pub use document::{ConfigMap, Document, Resource, document};

/// Reads a profile's own file: any dialect.
///
/// # Errors
/// Where the text is not JSON or a value is of a type that runtimes refuse; the error has the path
/// of the value and the byte.
pub fn profile(text: &str) -> Result<Profile<'_>, Error> {
    whole(text, false)
}

/// Reads the `spec` of a `SeccompProfile` resource (v1, v1beta1). The API server knows keys in one
/// spelling only.
///
/// # Errors
/// As [`profile`].
pub fn spec(text: &str) -> Result<Profile<'_>, Error> {
    whole(text, true)
}

/// Reads a list of rules alone, as security-profiles-operator writes it into the annotation `syscalls`
/// of a resource ([`Resource::resolved`]) once base profiles are merged.
///
/// # Errors
/// As [`profile`].
pub fn rules(text: &str) -> Result<Vec<Rule<'_>>, Error> {
    let mut scanner = Scanner::new(text);
    let rules = fields::rules(&mut scanner)?;
    scanner.end()?;
    Ok(rules)
}

fn whole(text: &str, is_resource: bool) -> Result<Profile<'_>, Error> {
    let mut scanner = Scanner::new(text);
    let profile = fields::profile(&mut scanner, is_resource)?;
    scanner.end()?;
    Ok(profile)
}

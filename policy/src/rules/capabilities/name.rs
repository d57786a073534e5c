//! Names of capabilities, in settings and in pods.

use ringfence_seccomp::CAPABILITIES;

use crate::json::{Error, Scanner, same};
use crate::settings::{Decoder, Path, Schema, Setting, shown};
use crate::suggest::did_you_mean;

/// Stands for every capability in the lists of a pod.
pub(super) const ALL: &str = "ALL";

/// What may stand in `allowAdd`: every capability of the kernel, and `*` for all of them.
#[expect(clippy::indexing_slicing, reason = "it is the compiler that would panic")]
static NAMES: [&str; 1 + CAPABILITIES.len()] = {
    let mut names = ["*"; 1 + CAPABILITIES.len()];
    let mut at = 0;
    while at < CAPABILITIES.len() {
        names[1 + at] = CAPABILITIES[at];
        at += 1;
    }
    names
};

/// A name that allows: written exactly. `*` is every capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed(pub(super) &'static str);

impl Allowed {
    /// Whether it is the name, or `*` and the name is one: a name that no kernel knows is a
    /// spelling, which one runtime may understand and the next one not.
    pub(super) fn covers(self, name: &str) -> bool {
        if self.0 == "*" { name == ALL || known(name).is_some() } else { self.0 == name }
    }
}

impl Setting for Allowed {
    const SCHEMA: &'static Schema = &Schema::Choice(&NAMES);

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        decoder.parsed(scanner, path, |text| {
            if let Some(name) = NAMES.iter().find(|name| same(text.as_bytes(), name)) {
                return Ok(Self(name));
            }
            Err(match spelled(text) {
                Some(ALL) => "write `*` for every capability".to_owned(),
                Some(name) => format!("write `{name}`: names are compared exactly"),
                None => unknown(text),
            })
        })
    }
}

/// A name that denies or demands: in any case, with or without `CAP_`. `ALL` and `*` are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named(pub(super) &'static str);

impl Setting for Named {
    const SCHEMA: &'static Schema =
        &Schema::Text("a capability, in any case, with or without `CAP_`; or `ALL`");

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        decoder.parsed(scanner, path, |text| {
            let name = if text == "*" { Some(ALL) } else { spelled(text) };
            name.map(Self).ok_or_else(|| unknown(text))
        })
    }
}

#[cold]
fn unknown(text: &str) -> String {
    let suggestion = did_you_mean(&plain(text), &NAMES).unwrap_or_default();
    format!("unknown capability `{}`{suggestion}", shown(text))
}

/// The capability of exactly that name.
fn known(name: &str) -> Option<&'static str> {
    CAPABILITIES.iter().copied().find(|known| same(name.as_bytes(), known))
}

/// The capability that is meant, or [`ALL`].
fn spelled(text: &str) -> Option<&'static str> {
    let exactly = |name: &str| if same(name.as_bytes(), ALL) { Some(ALL) } else { known(name) };
    exactly(text).or_else(|| exactly(&plain(text)))
}

/// The name as the kernel's documentation writes it, without `CAP_`.
pub(super) fn plain(name: &str) -> String {
    let mut name = &*name.trim().to_ascii_uppercase();
    while let Some(rest) = name.strip_prefix("CAP_") {
        name = rest;
    }
    name.to_owned()
}

/// Whether a name in a pod may give a runtime this capability. One with other letters than names
/// have may give any: there are runtimes that fold `ſ` to `S`, or read up to a zero byte.
pub(in crate::rules) fn gives(name: &str, capability: &str) -> bool {
    if same(name.as_bytes(), capability) || same(name.as_bytes(), ALL) {
        return true;
    }
    if is_exact(name) {
        return false;
    }
    let plain = plain(name);
    plain == capability || plain == ALL || !name.is_ascii() || !plain.bytes().all(is_of_names)
}

/// Whether a name is spelled as names are compared, so that it can stand for one at most.
pub(super) fn is_exact(name: &str) -> bool {
    // Without a way out of the loop: it costs less than it saves.
    name.as_bytes().first_chunk() != Some(b"CAP_")
        && name.bytes().fold(true, |all, byte| all & is_of_names(byte))
}

fn is_of_names(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::gives;

    #[test]
    fn a_capability_is_found_in_any_spelling() {
        for name in ["NET_RAW", "net_raw", "CAP_NET_RAW", "cap_net_raw", " Net_Raw ", "all", "ALL"]
        {
            assert!(gives(name, "NET_RAW"), "{name}");
        }
        for name in ["CAP_ALL", "CAP_CAP_NET_RAW", "NET_RAẄ", "ſ"] {
            assert!(gives(name, "NET_RAW"), "{name}");
        }
        for name in ["", "NET", "NET_RAW_", "NET_ADMIN", "CAP_", "RAW"] {
            assert!(!gives(name, "NET_RAW"), "{name}");
        }
    }
}

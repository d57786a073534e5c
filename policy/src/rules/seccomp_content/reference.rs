//! What profiles are held against: a runtime's own, or the one it is configured with.

use ringfence_seccomp::{
    Baseline, Context, Loader, Opened, Profile, Resolved, opened, parse, resolve,
};

use super::settings::Parameters;

/// The profile that a container gets with `RuntimeDefault`.
pub(super) struct Reference<'p> {
    profile: Profile<'p>,
    loader: Loader,
    name: &'static str,
}

impl<'p> Reference<'p> {
    /// That of the settings; the newest containerd's, where they name none. None where theirs cannot
    /// be read, which they are not accepted with.
    pub(super) fn of(given: Option<&'p Parameters>) -> Option<Self> {
        let baseline = built_in(given)?;
        let own = given.and_then(|given| given.baseline_profile.as_deref());
        let (profile, name) = match own {
            Some(text) => (parse::profile(text).ok()?, "baselineProfile"),
            None => (baseline.profile(), baseline.name()),
        };
        Some(Self { profile, loader: baseline.loader(), name })
    }

    /// Its name in findings.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// What it comes to for a container: whatever loads the container's own profile, this one is read
    /// by the runtime.
    pub(super) fn resolve(&self, context: &Context) -> Resolved {
        resolve(&self.profile, &Context { loader: self.loader, ..*context })
    }

    /// The calls that the context's capabilities open in it.
    pub(super) fn opened(&self, context: &Context) -> Vec<Opened> {
        opened(&self.profile, &Context { loader: self.loader, ..*context })
    }
}

/// The runtime that has its own profile, or is configured with another.
fn built_in(given: Option<&Parameters>) -> Option<Baseline> {
    let named = given.and_then(|given| given.baseline).map(|named| named.0);
    named.or_else(|| Baseline::from_name("containerd"))
}

/// What plain files are read by: CRI-O reads conditions in them, containerd does not.
pub(super) fn loader_of_files(given: Option<&Parameters>) -> Loader {
    match built_in(given).map(Baseline::loader) {
        Some(Loader::Crio) => Loader::Crio,
        _ => Loader::Containerd,
    }
}

//! Any profile is read, resolved, linted and mended; writing it down keeps its meaning.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use ringfence_seccomp::{
    Arch, CapSet, Context, Loader, Runtime, Severities, equivalent, fix, lint, message, parse,
    resolve, to_json,
};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Corpus::Reject;
    };
    let _ = parse::document(text);
    let _ = parse::spec(text);
    let Ok(profile) = parse::profile(text) else {
        return Corpus::Keep;
    };
    let written = to_json(&profile);
    let again = parse::profile(&written).expect("what was written is read");
    for (loader, runtime, arch) in [
        (Loader::Containerd, Runtime::Runc, Arch::X86_64),
        (Loader::Crio, Runtime::Crun, Arch::S390x),
        (Loader::Docker, Runtime::Runc, Arch::Aarch64),
    ] {
        let mut context = Context::new(loader, arch);
        context.runtime = runtime;
        context.caps = if text.len() % 2 == 0 { CapSet::EMPTY } else { CapSet::ALL };
        let resolved = resolve(&profile, &context);
        let other = resolve(&again, &context);
        assert_eq!(resolved.filters, other.filters, "writing changed the profile");
        assert!(equivalent(&resolved, &other), "a profile differs from itself");
        for finding in lint(&profile, &resolved, &context, &Severities::new()) {
            assert!(finding.place.at <= text.len());
            assert!(!message::finding(&finding).is_empty());
        }
        let fixed = fix(&profile, &context);
        assert!(fixed.done.is_empty() || resolve(&fixed.profile, &context).fatal.is_empty());
    }
    Corpus::Keep
});

//! Texts that are almost profiles, and profiles that are almost right: nothing panics, and what is
//! written down is read again.

use proptest::prelude::*;
use ringfence_seccomp::{
    Arch, CapSet, Context, Dialect, Loader, Order, Runtime, Severities, compare, convert, denials,
    equivalent, fix, lint, message, parse, resolve, to_json,
};

const SEEDS: [&str; 3] = [
    include_str!("../../../fuzz/seeds/seccomp_profile/conditions.json"),
    include_str!("../../../fuzz/seeds/seccomp_profile/keys.json"),
    include_str!("../../../fuzz/seeds/seccomp_profile/resource.json"),
];

/// Words that change the meaning of a profile when one stands in another's place.
const WORDS: [&str; 24] = [
    "SCMP_ACT_ALLOW",
    "SCMP_ACT_ERRNO",
    "SCMP_ACT_LOG",
    "SCMP_ACT_NOTIFY",
    "SCMP_ACT_TRACE",
    "SCMP_ACT_KILL",
    "SCMP_CMP_EQ",
    "SCMP_CMP_NE",
    "SCMP_CMP_GE",
    "SCMP_CMP_LT",
    "SCMP_CMP_MASKED_EQ",
    "SCMP_ARCH_X32",
    "SCMP_ARCH_X86_64",
    "SCMP_ARCH_S390X",
    "clone",
    "clone3",
    "socket",
    "personality",
    "mount",
    "umount",
    "names",
    "syscalls",
    "defaultAction",
    "errnoRet",
];

fn mutated() -> impl Strategy<Value = String> {
    let edit =
        (any::<prop::sample::Index>(), 0..4_u8, prop::sample::select(&WORDS[..]), any::<u64>());
    (prop::sample::select(&SEEDS[..]), prop::collection::vec(edit, 0..6)).prop_map(
        |(seed, edits)| {
            let mut text = seed.to_owned();
            for (at, how, word, number) in edits {
                let quotes = text.match_indices('"').map(|(at, _)| at).collect::<Vec<_>>();
                let pairs = quotes.chunks(2).filter(|pair| pair.len() == 2).collect::<Vec<_>>();
                if pairs.is_empty() {
                    break;
                }
                let pair = pairs[at.index(pairs.len())];
                match how {
                    0 | 1 => text.replace_range(pair[0] + 1..pair[1], word),
                    2 => text.replace_range(pair[0]..=pair[1], &number.to_string()),
                    _ => text.insert(pair[0], ','),
                }
            }
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn nothing_panics_and_writing_keeps_the_meaning(text in mutated(), is_crun in any::<bool>()) {
        let _ = parse::document(&text);
        let Ok(profile) = parse::profile(&text) else { return Ok(()); };
        let again = to_json(&profile);
        let again = parse::profile(&again).expect("what was written is read");
        for (loader, arch) in [(Loader::Containerd, Arch::X86_64), (Loader::Crio, Arch::S390x), (Loader::Docker, Arch::Aarch64)] {
            let mut context = Context::new(loader, arch);
            context.runtime = if is_crun { Runtime::Crun } else { Runtime::Runc };
            context.caps = if text.len().is_multiple_of(2) { CapSet::EMPTY } else { CapSet::ALL };
            let resolved = resolve(&profile, &context);
            let other = resolve(&again, &context);
            prop_assert_eq!(&resolved.filters, &other.filters);
            prop_assert!(equivalent(&resolved, &other));
            for finding in lint(&profile, &resolved, &context, &Severities::new()) {
                prop_assert!(finding.place.at <= text.len());
                prop_assert!(!message::finding(&finding).is_empty());
            }
            let fixed = fix(&profile, &context);
            let after = resolve(&fixed.profile, &context);
            if !fixed.done.is_empty() {
                prop_assert!(after.fatal.is_empty());
                prop_assert!(compare(&after, &resolved, Order::Effect).is_no_weaker());
            }
            if resolved.fatal.is_empty() {
                let plain = convert(&profile, Dialect::Oci, &context);
                prop_assert!(plain.is_equivalent, "{text}");
            }
        }
    }

    #[test]
    fn logs_are_read_or_passed_over(text in ".{0,200}", number in any::<u32>()) {
        let _ = denials(&text);
        let line = format!("type=1326 {text} arch=c000003e syscall={number} code=0x0");
        for denial in denials(&line) {
            prop_assert!(!message::denial(&denial).is_empty());
        }
    }
}

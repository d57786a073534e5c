//! The named baselines, compiled by libseccomp, do what we say they do.
#![cfg(feature = "libseccomp")]

use ringfence_seccomp::{
    Arch, Baseline, CapSet, Context, Dialect, Runtime, Why, convert, resolve, syscalls,
};
use ringfence_seccomp_oracle::compile::{compile, version};
use ringfence_seccomp_oracle::generate::Spec;
use ringfence_seccomp_oracle::random::Random;

#[test]
fn baselines_are_what_libseccomp_makes_of_them() {
    let mut random = Random::from_env(2);
    let mut pairs = 0_usize;
    for baseline in Baseline::all() {
        for caps in [CapSet::EMPTY, CapSet::CONTAINERD, CapSet::ALL] {
            for arch in [Arch::X86_64, Arch::Aarch64, Arch::Riscv64] {
                let mut context = Context::new(baseline.loader(), arch);
                context.caps = caps;
                context.libseccomp = version();
                context.runtime = Runtime::Runc;
                let profile = baseline.profile();
                let resolved = resolve(&profile, &context);
                let plain = convert(&profile, Dialect::Oci, &context).profile;
                let spec = Spec::of(&plain, arch);
                let program = compile(&spec).expect("a baseline compiles");
                let mut calls = spec.calls(&mut random);
                for of in arch.siblings().iter().chain([&arch]) {
                    let numbers = syscalls().filter_map(|call| call.number(*of));
                    calls.extend(numbers.map(|number| (*of, number, [0x1000_0000, 9, 9, 0, 0, 0])));
                }
                for (of, number, args) in calls {
                    let ours = resolved.decide(of, number, &args);
                    if matches!(ours.why, Why::Ambiguous(_)) {
                        continue;
                    }
                    pairs += 1;
                    let theirs = program.run(of, number, &args);
                    let name = baseline.name();
                    assert_eq!(
                        ours.action, theirs,
                        "{name} {of:?} {number} {args:x?} {:?}",
                        ours.why
                    );
                }
            }
        }
    }
    println!("{pairs} calls of baselines agree");
}

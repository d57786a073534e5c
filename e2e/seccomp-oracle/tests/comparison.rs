//! What a comparison says holds in libseccomp's programs.
#![cfg(feature = "libseccomp")]

use ringfence_seccomp::{
    Arch, Context, Loader, Order, Resolved, Syscall, compare, fix, parse, resolve,
};
use ringfence_seccomp_oracle::compile::{Program, compile, version};
use ringfence_seccomp_oracle::generate::{Spec, spec};
use ringfence_seccomp_oracle::random::Random;

fn context(arch: Arch) -> Context {
    Context { libseccomp: version(), ..Context::new(Loader::Containerd, arch) }
}

/// A profile both ways, where it compiles and is small enough for the other byte order.
fn both(spec: &Spec) -> Option<(Resolved, Program)> {
    let resolved = resolve(&parse::profile(&spec.to_json()).ok()?, &context(spec.native));
    let program = compile(spec).ok().filter(|program| program.instructions.len() <= 250)?;
    Some((resolved, program))
}

#[test]
fn counter_examples_are_real_and_complete() {
    let mut random = Random::from_env(3);
    let (mut shown, mut clean) = (0, 0);
    for _ in 0..1200 {
        let one = spec(&mut random);
        // The same profile with a rule left out, or one of another: near, and mostly different.
        let mut other = if random.once_in(3) { spec(&mut random) } else { one.clone() };
        other.native = one.native;
        other.arches.clone_from(&one.arches);
        if other.rules.len() > 1 {
            // The first one keeps libseccomp from losing others: see `generate`.
            let at = 1 + random.below(other.rules.len() - 1);
            other.rules.remove(at);
        }
        let (Some((left, left_program)), Some((right, right_program))) = (both(&one), both(&other))
        else {
            continue;
        };
        let comparison = compare(&left, &right, Order::Precedence);
        for weaker in &comparison.weaker {
            let (arch, number, args) = (weaker.arch, weaker.number, weaker.args);
            let found = left_program.run(arch, number, &args);
            let reference = right_program.run(arch, number, &args);
            assert!(
                found.rank() > reference.rank(),
                "{weaker:?}\n{}\n{}",
                one.to_json(),
                other.to_json()
            );
            shown += 1;
        }
        let mut calls = one.calls(&mut random);
        calls.extend(other.calls(&mut random));
        calls.retain(|(arch, ..)| one.native.runs(*arch));
        for (arch, number, args) in calls {
            let is_weaker = left_program.run(arch, number, &args).rank()
                > right_program.run(arch, number, &args).rank();
            // Numbers that no call has are told by one of them.
            let is_told = comparison.weaker.iter().any(|weaker| {
                let is_gap = weaker.call.is_none() && Syscall::from_number(arch, number).is_none();
                weaker.arch == arch && (weaker.number == number || is_gap)
            });
            assert!(
                !is_weaker || is_told,
                "{arch:?} {number} {args:x?} is weaker\n{}\n{}",
                one.to_json(),
                other.to_json()
            );
            clean += usize::from(!is_weaker);
        }
    }
    println!("{shown} counter-examples hold, {clean} calls are no weaker");
    assert!(shown > 1000 && clean > 100_000);
}

#[test]
fn fixes_never_weaken() {
    let mut random = Random::from_env(4);
    let mut fixes = 0;
    for _ in 0..600 {
        let spec = spec(&mut random);
        let text = spec.to_json();
        let profile = parse::profile(&text).expect("a profile");
        let context = context(spec.native);
        let fixed = fix(&profile, &context);
        let Ok(before) = compile(&spec) else { continue };
        let after =
            compile(&Spec::of(&fixed.profile, spec.native)).expect("a fixed profile compiles");
        if spec.native.is_big_endian()
            && before.instructions.len().max(after.instructions.len()) > 250
        {
            continue;
        }
        fixes += fixed.done.len();
        let mut calls = spec.calls(&mut random);
        calls.retain(|(arch, ..)| spec.native.runs(*arch));
        for (arch, number, args) in calls {
            let (old, new) = (before.run(arch, number, &args), after.run(arch, number, &args));
            assert!(
                new.effect() <= old.effect(),
                "{arch:?} {number} {args:x?}\n{text}\n{:?}",
                fixed.done
            );
        }
    }
    println!("{fixes} fixes");
    assert!(fixes > 100);
}

//! What we say of a call is what libseccomp's program does with it.
#![cfg(feature = "libseccomp")]

use ringfence_seccomp::{
    ActionName, Arch, Context, FatalReason, Loader, Op, Resolved, Runtime, Severities, Syscall,
    Why, lint, parse, resolve,
};
use ringfence_seccomp_oracle::compile::{compile, version};
use ringfence_seccomp_oracle::generate::{Spec, SpecRule, contradicting, spec};
use ringfence_seccomp_oracle::random::Random;

fn resolved(spec: &Spec, text: &str) -> Resolved {
    let profile = parse::profile(text).expect("a generated profile is read");
    let mut context = Context::new(Loader::Containerd, spec.native);
    context.runtime = Runtime::Runc;
    context.libseccomp = version();
    resolve(&profile, &context)
}

type Call = (Arch, u32, [u64; 6]);

/// Whether the two differ about a call.
fn differs(spec: &Spec, &(arch, number, args): &Call) -> bool {
    let ours = resolved(spec, &spec.to_json()).decide(arch, number, &args);
    let is_clear = !matches!(ours.why, Why::Ambiguous(_));
    compile(spec).is_ok_and(|program| is_clear && ours.action != program.run(arch, number, &args))
}

/// Whether one refuses it and the other does not.
fn differs_in_refusal(spec: &Spec) -> bool {
    resolved(spec, &spec.to_json()).fatal.is_empty() != compile(spec).is_ok()
}

/// Leaves out rules and architectures for as long as the two differ.
fn smallest(mut spec: Spec, differs: impl Fn(&Spec) -> bool) -> String {
    loop {
        let mut shorter = (0..spec.rules.len()).map(|at| {
            let mut shorter = spec.clone();
            shorter.rules.remove(at);
            shorter
        });
        let found = shorter.find(&differs).or_else(|| {
            let mut fewer = (0..spec.arches.len()).map(|at| {
                let mut fewer = spec.clone();
                fewer.arches.remove(at);
                fewer
            });
            fewer.find(&differs)
        });
        match found {
            Some(found) => spec = found,
            None => return spec.to_json(),
        }
    }
}

#[test]
fn we_agree_with_libseccomp() {
    let profiles = std::env::var("RINGFENCE_PROFILES").ok().and_then(|text| text.parse().ok());
    let mut random = Random::from_env(1);
    let (mut pairs, mut refused, mut ambiguous) = (0_usize, 0, 0);
    for _ in 0..profiles.unwrap_or(1500) {
        let spec = spec(&mut random);
        let text = spec.to_json();
        let resolved = resolved(&spec, &text);
        let program = compile(&spec);
        if resolved.fatal.is_empty() != program.is_ok() {
            let text = smallest(spec, differs_in_refusal);
            panic!("we: {:?}, libseccomp: {:?}\n{text}", resolved.fatal, program.err());
        }
        let Ok(program) = program else {
            refused += 1;
            continue;
        };
        // Where a jump is too long, libseccomp copies the return, and swaps its bytes twice if it
        // was built for a machine of the other byte order.
        if spec.native.is_big_endian() && program.instructions.len() > 250 {
            continue;
        }
        for (arch, number, args) in spec.calls(&mut random) {
            let ours = resolved.decide(arch, number, &args);
            if matches!(ours.why, Why::Ambiguous(_)) {
                ambiguous += 1;
                continue;
            }
            let theirs = program.run(arch, number, &args);
            pairs += 1;
            if ours.action != theirs {
                let text = smallest(spec, |spec| differs(spec, &(arch, number, args)));
                panic!("{arch:?} {number} {args:x?}: {ours:?}, libseccomp {theirs:?}\n{text}");
            }
        }
    }
    println!(
        "{pairs} calls agree; {refused} profiles refused by both, {ambiguous} calls ambiguous"
    );
    assert!(pairs >= 200_000 || profiles.is_some(), "{pairs}");
}

/// Where rules contradict each other, the library takes one of them: never another action, so that
/// the weakest of them is a bound.
#[test]
fn of_contradicting_rules_one_is_taken() {
    let mut random = Random::from_env(5);
    let (mut ambiguous, mut clear) = (0, 0);
    for _ in 0..2000 {
        let spec = contradicting(&mut random);
        let text = spec.to_json();
        let resolved = resolved(&spec, &text);
        let Ok(program) = compile(&spec) else { continue };
        for (arch, number, args) in spec.calls(&mut random) {
            let ours = resolved.decide(arch, number, &args);
            let theirs = program.run(arch, number, &args);
            match &ours.why {
                Why::Ambiguous(rules) => {
                    ambiguous += 1;
                    let is_one = rules.iter().any(|(_, action)| *action == theirs);
                    assert!(
                        is_one,
                        "{arch:?} {number} {args:x?}: {rules:?}, not {theirs:?}\n{text}"
                    );
                }
                _ => {
                    clear += 1;
                    assert_eq!(
                        ours.action, theirs,
                        "{arch:?} {number} {args:x?} {:?}\n{text}",
                        ours.why
                    );
                }
            }
        }
    }
    println!("{ambiguous} ambiguous calls are bounded, {clear} others agree");
    assert!(ambiguous > 1000);
}

/// What the lint SC-PHANTOM is about, in both libraries it was seen in.
#[test]
fn libseccomp_loses_rules_beside_calls_that_are_not_there() {
    let rule = |name: &str, args| SpecRule {
        names: vec![name.to_owned()],
        action: ActionName::Errno,
        errno: None,
        args,
    };
    let clone = || rule("clone", vec![(0, Op::MaskedEq, 0x1000_0000, 0x1000_0000)]);
    for (native, arches) in [(Arch::Aarch64, vec![]), (Arch::X86_64, vec![Arch::X32])] {
        let mut spec = Spec {
            default: ActionName::Allow,
            default_errno: None,
            native,
            arches,
            // Neither has umount: it was replaced by umount2.
            rules: vec![clone(), rule("umount", Vec::new())],
        };
        let number = Syscall::from_name("clone").unwrap().number(native).unwrap();
        let args = [0x1000_0000, 0, 0, 0, 0, 0];
        let is_lost = |spec: &Spec| {
            let said = resolved(spec, &spec.to_json()).decide(native, number, &args).action;
            said != compile(spec).expect("it compiles").run(native, number, &args)
        };
        let is_told = |spec: &Spec| {
            let text = spec.to_json();
            let profile = parse::profile(&text).unwrap();
            let mut context = Context::new(Loader::Containerd, native);
            context.libseccomp = version();
            let findings =
                lint(&profile, &resolve(&profile, &context), &context, &Severities::new());
            findings.iter().any(|finding| finding.lint.id == "SC-PHANTOM")
        };
        assert!(is_lost(&spec) && is_told(&spec), "{native:?}");
        spec.rules.push(rule("mount", Vec::new()));
        assert!(!is_lost(&spec) && !is_told(&spec), "{native:?} with another rule");
        spec.rules = vec![clone()];
        assert!(!is_lost(&spec) && !is_told(&spec), "{native:?} without it");
    }
}

#[test]
fn what_libseccomp_refuses_is_told_by_its_reason() {
    let same = |second: &str| {
        let rule = |action: &str| {
            format!(
                r#"{{"names":["socket"],"action":"{action}","args":[{{"index":0,"value":1,"op":"SCMP_CMP_EQ"}}]}}"#
            )
        };
        format!(
            r#"{{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{},{}]}}"#,
            rule("SCMP_ACT_ALLOW"),
            rule(second)
        )
    };
    let context = Context::new(Loader::Containerd, Arch::X86_64);
    let fatal = |text: &str| resolve(&parse::profile(text).unwrap(), &context).fatal;
    assert!(fatal(&same("SCMP_ACT_ALLOW")).is_empty());
    let reasons = fatal(&same("SCMP_ACT_LOG"));
    assert_eq!(reasons.first().map(|fatal| fatal.reason), Some(FatalReason::Exists(0)));
}

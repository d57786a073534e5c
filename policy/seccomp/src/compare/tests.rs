//! Comparisons of whole profiles.

use super::{Order, compare, diff, equivalent};
use crate::action::Action;
use crate::arch::Arch;
use crate::context::{Context, Loader, Runtime};
use crate::parse;
use crate::resolve::{Resolved, resolve};

fn of(default: &str, rules: &str) -> Resolved {
    let text = format!(r#"{{"defaultAction":"{default}","syscalls":[{rules}]}}"#);
    let mut context = Context::new(Loader::Containerd, Arch::X86_64);
    context.runtime = Runtime::Plain;
    resolve(&parse::profile(&text).expect(&text), &context)
}

fn rule(name: &str, action: &str, args: &str) -> String {
    format!(r#"{{"names":["{name}"],"action":"{action}","args":[{args}]}}"#)
}

const ERRNO: &str = "SCMP_ACT_ERRNO";
const ALLOW: &str = "SCMP_ACT_ALLOW";

fn names(left: &Resolved, right: &Resolved, order: Order) -> Vec<&'static str> {
    let weaker = compare(left, right, order).weaker;
    weaker.iter().filter_map(|weaker| weaker.call).map(crate::Syscall::name).collect()
}

#[test]
fn the_counter_example_is_the_smallest() {
    let least = |least: u64| {
        rule("ioctl", ALLOW, &format!(r#"{{"index":1,"value":{least},"op":"SCMP_CMP_GE"}}"#))
    };
    let (loose, strict) = (of(ERRNO, &least(5)), of(ERRNO, &least(9)));
    let comparison = compare(&loose, &strict, Order::Effect);
    let [weaker] = &comparison.weaker[..] else { panic!("{comparison:?}") };
    assert_eq!(weaker.args, [0, 5, 0, 0, 0, 0]);
    assert_eq!((weaker.found.action, weaker.reference.action), (Action::Allow, Action::Errno(1)));
    assert!(compare(&strict, &loose, Order::Effect).is_no_weaker());
}

#[test]
fn effects_and_precedence_are_two_orders() {
    let (kill, errno) = (of("SCMP_ACT_KILL_PROCESS", ""), of(ERRNO, ""));
    assert!(compare(&errno, &kill, Order::Effect).is_no_weaker());
    assert!(!compare(&errno, &kill, Order::Precedence).is_no_weaker());
    let (log, allow) = (of("SCMP_ACT_LOG", ""), of(ALLOW, ""));
    assert!(compare(&allow, &log, Order::Effect).is_no_weaker());
    assert!(!compare(&allow, &log, Order::Precedence).is_no_weaker());
}

#[test]
fn a_tracer_may_be_a_process_of_the_container() {
    let trace = rule("mount", "SCMP_ACT_TRACE", "");
    let supervised = of(ERRNO, &rule("mount", "SCMP_ACT_NOTIFY", ""));
    let allowed = of(ERRNO, &rule("mount", ALLOW, ""));
    assert_eq!(names(&of(ERRNO, &trace), &allowed, Order::Effect), [""; 0]);
    assert_eq!(names(&of(ERRNO, &trace), &supervised, Order::Effect), ["mount"]);
    let with_ptrace = of(ERRNO, &[trace.as_str(), &rule("ptrace", ALLOW, "")].join(","));
    let traced = of(
        ERRNO,
        &[rule("mount", "SCMP_ACT_TRACE", ""), rule("ptrace", "SCMP_ACT_LOG", "")].join(","),
    );
    assert_eq!(names(&with_ptrace, &traced, Order::Effect), [""; 0]);
    assert_eq!(
        names(&with_ptrace, &of(ERRNO, &rule("ptrace", ALLOW, "")), Order::Effect),
        ["mount"]
    );
}

#[test]
fn no_filter_is_the_weakest_and_another_architecture_is_one_more_way() {
    let void =
        resolve(&parse::profile("{}").unwrap(), &Context::new(Loader::Containerd, Arch::X86_64));
    assert!(!compare(&void, &of(ERRNO, ""), Order::Effect).is_no_weaker());
    assert!(compare(&of(ALLOW, ""), &void, Order::Effect).is_no_weaker());
    let more = |arches: &str| {
        let text = format!(
            r#"{{"defaultAction":"{ERRNO}","architectures":[{arches}],"syscalls":[{}]}}"#,
            rule("read", ALLOW, "")
        );
        resolve(&parse::profile(&text).unwrap(), &Context::new(Loader::Containerd, Arch::X86_64))
    };
    let comparison = compare(&more("\"SCMP_ARCH_X86\""), &more(""), Order::Effect);
    assert_eq!(comparison.weaker.iter().map(|w| w.arch).collect::<Vec<_>>(), [Arch::X86]);
    assert_eq!(
        compare(&more("\"SCMP_ARCH_MIPS\""), &more(""), Order::Effect).unknown_arches,
        ["MIPS"]
    );
}

#[test]
fn differences_are_told_in_both_directions() {
    let left = of(ERRNO, &rule("read", ALLOW, ""));
    let right = of(ERRNO, &[rule("write", ALLOW, ""), rule("open", "SCMP_ACT_TRAP", "")].join(","));
    let changes = diff(&left, &right);
    let told =
        changes.iter().map(|c| (c.call.unwrap().name(), c.left_is_weaker, c.right_is_weaker));
    let expected = [("read", true, false), ("write", false, true), ("open", true, false)];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert!(equivalent(&left, &left) && !equivalent(&left, &right));
    // The same by other means.
    let pair = |args: &[(&str, u64)]| {
        let rules = args.iter().map(|(op, value)| {
            rule("ioctl", ALLOW, &format!(r#"{{"index":0,"value":{value},"op":"{op}"}}"#))
        });
        of(ERRNO, &rules.collect::<Vec<_>>().join(","))
    };
    assert!(equivalent(&pair(&[("SCMP_CMP_GT", 4)]), &pair(&[("SCMP_CMP_GE", 5)])));
    assert!(equivalent(
        &pair(&[("SCMP_CMP_NE", 4)]),
        &pair(&[("SCMP_CMP_LT", 4), ("SCMP_CMP_GT", 4)])
    ));
    assert!(!equivalent(&pair(&[("SCMP_CMP_NE", 4)]), &pair(&[("SCMP_CMP_LT", 4)])));
}

#[test]
fn long_lists_of_values_are_compared() {
    let list = |count: u64| {
        let rules = (0..count).map(|value| {
            rule("ioctl", ALLOW, &format!(r#"{{"index":1,"value":{value},"op":"SCMP_CMP_EQ"}}"#))
        });
        of(ERRNO, &rules.collect::<Vec<_>>().join(","))
    };
    assert!(compare(&list(300), &list(400), Order::Effect).is_no_weaker());
    assert!(equivalent(&list(300), &list(300)));
    let comparison = compare(&list(120), &list(119), Order::Effect);
    assert_eq!(comparison.weaker.iter().map(|w| w.args[1]).collect::<Vec<_>>(), [119]);
}

#[test]
fn what_is_too_much_is_undecided_and_does_not_use_up_the_stack() {
    let list = |action: &str, count: u64| {
        let rules = (0..count).map(|value| {
            let arg = value % 6;
            rule(
                "ioctl",
                action,
                &format!(r#"{{"index":{arg},"value":{value},"op":"SCMP_CMP_EQ"}}"#),
            )
        });
        of(if action == ALLOW { ERRNO } else { ALLOW }, &rules.collect::<Vec<_>>().join(","))
    };
    let compared = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
        let (deny, allow) = (list(ERRNO, 3000), list(ALLOW, 3000));
        let is_no_weaker = compare(&deny, &allow, Order::Effect).is_no_weaker();
        is_no_weaker || compare(&allow, &deny, Order::Effect).is_no_weaker()
    });
    assert!(!compared.unwrap().join().unwrap());
}

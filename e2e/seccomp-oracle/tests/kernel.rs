//! The kernel does what we say: opt-in, since it loads a filter into a process.
//!
//! ```text
//! cargo test -p ringfence-seccomp-oracle --features libseccomp --test kernel -- --ignored kernel_agrees
//! ```
#![cfg(feature = "libseccomp")]

use std::process::Command;

use ringfence_seccomp::{Action, ActionName, Arch, Context, Loader, Op, Syscall, parse, resolve};
use ringfence_seccomp_oracle::compile::load;
use ringfence_seccomp_oracle::generate::{Spec, SpecRule};

/// Everything is executed but two harmless calls: one always fails, one with some arguments.
fn spec() -> Spec {
    let rule = |name: &str, errno, args| SpecRule {
        names: vec![name.to_owned()],
        action: ActionName::Errno,
        errno: Some(errno),
        args,
    };
    Spec {
        default: ActionName::Allow,
        default_errno: None,
        native: Arch::X86_64,
        arches: vec![Arch::X86],
        rules: vec![
            rule("getppid", 77, Vec::new()),
            // The second argument of getcwd is the size of the buffer.
            rule("getcwd", 78, vec![(1, Op::Ge, 1, 0)]),
            rule("readlink", 79, vec![(2, Op::Gt, 0xffff_ffff, 0)]),
        ],
    }
}

#[test]
#[ignore = "loads a filter into a child process"]
fn the_kernel_agrees() {
    let profile = spec().to_json();
    let resolved = resolve(
        &parse::profile(&profile).unwrap(),
        &Context::new(Loader::Containerd, Arch::X86_64),
    );
    let action = |name: &str, args| {
        let number = Syscall::from_name(name).unwrap().number(Arch::X86_64).unwrap();
        resolved.decide(Arch::X86_64, number, &args).action
    };
    assert_eq!(action("getppid", [0; 6]), Action::Errno(77));
    assert_eq!(action("getcwd", [0, 512, 0, 0, 0, 0]), Action::Errno(78));
    assert_eq!(action("readlink", [0, 0, 256, 0, 0, 0]), Action::Allow);
    let test = std::env::current_exe().unwrap();
    let child = Command::new(test)
        .args(["--ignored", "--exact", "child_under_the_filter", "--nocapture"])
        .env("RINGFENCE_CHILD", "1")
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
}

#[test]
#[ignore = "the child of the test above"]
fn child_under_the_filter() {
    if std::env::var_os("RINGFENCE_CHILD").is_none() {
        return;
    }
    load(&spec()).expect("a filter is loaded");
    // The C library does not look for an error there: getppid has none.
    assert_eq!(std::os::unix::process::parent_id().cast_signed(), -77);
    assert_eq!(std::env::current_dir().unwrap_err().raw_os_error(), Some(78));
    assert!(std::fs::read_link("/proc/self/exe").is_ok());
}

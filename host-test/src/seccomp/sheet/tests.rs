use super::{Difference, Sheet, State, page, picture, sections};
use ringfence_seccomp::{Arch, Baseline, Context, Loader, message, parse, resolve};

const PROFILE: &str = r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
    {"names": ["read", "mount"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["ptrace"], "action": "SCMP_ACT_NOTIFY"},
    {"names": ["clone"], "action": "SCMP_ACT_ALLOW",
     "args": [{"index": 0, "value": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]},
    {"names": ["personality"], "action": "SCMP_ACT_LOG",
     "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]}],
    "listenerPath": "/run/x"}"#;

fn sheet(profile: &str, against: Option<&str>) -> Sheet {
    let context = Context::new(Loader::Containerd, Arch::X86_64);
    let resolved = resolve(&parse::profile(profile).expect("a profile"), &context);
    let baseline = against.and_then(Baseline::from_name).map(|baseline| baseline.resolve(&context));
    Sheet {
        title: "<x>.json".to_owned(),
        context: "somewhere".to_owned(),
        arch: Arch::X86_64,
        against: against.map(str::to_owned),
        default: message::action(resolved.default),
        fatal: Vec::new(),
        sections: sections(&resolved, Arch::X86_64, baseline.as_ref()),
    }
}

#[test]
fn every_call_of_the_architecture_is_told_once() {
    let sheet = sheet(PROFILE, None);
    let calls = ringfence_seccomp::syscalls().filter(|call| call.number(Arch::X86_64).is_some());
    assert_eq!(sheet.cells().count(), calls.count());
    let states = |state| {
        let cells = sheet.cells().filter(move |cell| cell.state == state);
        cells.map(|cell| cell.name).collect::<Vec<_>>()
    };
    assert_eq!(states(State::Allowed), ["read", "mount"]);
    assert_eq!(states(State::Conditional), ["clone", "personality", "ptrace"]);
    let clone = sheet.cells().find(|cell| cell.name == "clone").expect("clone");
    assert_eq!(clone.detail, "is executed if arg0 & 0x7e020000 == 0; else fails with EPERM");
    let mount = sheet.cells().find(|cell| cell.name == "mount").expect("mount");
    assert!(mount.danger.is_some() && mount.difference.is_none());
}

#[test]
fn differences_are_marked() {
    let sheet = sheet(PROFILE, Some("containerd-2.3"));
    let difference =
        |name: &str| sheet.cells().find(|cell| cell.name == name).expect(name).difference;
    assert_eq!(difference("mount"), Some(Difference::Opened));
    assert_eq!(difference("write"), Some(Difference::Closed));
    assert_eq!(difference("read"), None);
    // Another errno is no difference here.
    assert_eq!(difference("bpf"), None);
    assert_eq!(sheet.differing(Difference::Opened), 1);
}

#[test]
fn no_filter_allows_everything() {
    let sheet = sheet("{}", Some("moby"));
    assert_eq!(sheet.count(State::Allowed), sheet.cells().count());
    assert!(sheet.differing(Difference::Opened) > 50);
}

#[test]
fn documents_stand_alone_and_escape_what_they_show() {
    let sheet = sheet(PROFILE, Some("containerd-2.3"));
    let page = page(&sheet);
    assert!(page.starts_with("<!DOCTYPE html>"), "{}", &page[..80]);
    assert!(page.contains("&lt;x&gt;.json") && !page.contains("<x>"));
    for outside in ["<script", "href=\"http", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    let picture = picture(&sheet);
    assert!(
        picture.starts_with("<svg ") && picture.contains("xmlns=\"http://www.w3.org/2000/svg\"")
    );
    assert_eq!(picture.matches("<title>").count(), sheet.cells().count() + 1);
}

use super::{Cell, Difference, Section, State, sections};
use crate::arch::Arch;
use crate::baseline::Baseline;
use crate::context::{Context, Loader};
use crate::parse;
use crate::resolve::resolve;

const PROFILE: &str = r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
    {"names": ["read", "mount"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["clone"], "action": "SCMP_ACT_ALLOW",
     "args": [{"index": 0, "value": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]}]}"#;

fn sheet(against: Option<&str>) -> Vec<Section> {
    let context = Context::new(Loader::Containerd, Arch::X86_64);
    let resolved = resolve(&parse::profile(PROFILE).unwrap(), &context);
    let baseline = against.map(|name| Baseline::from_name(name).unwrap().resolve(&context));
    sections(&resolved, Arch::X86_64, baseline.as_ref())
}

fn cell<'s>(sheet: &'s [Section], name: &str) -> &'s Cell {
    sheet.iter().flat_map(|section| &section.cells).find(|cell| cell.name == name).unwrap()
}

#[test]
fn calls_are_allowed_conditional_or_denied() {
    let sheet = sheet(None);
    let state = |name| cell(&sheet, name).state;
    assert_eq!(state("read"), State::Allowed);
    assert_eq!(state("clone"), State::Conditional);
    assert_eq!(state("write"), State::Denied);
    assert!(cell(&sheet, "mount").danger.is_some());
    assert_eq!(
        cell(&sheet, "clone").detail,
        "is executed if arg0 & 0x7e020000 == 0; else fails with EPERM"
    );
}

#[test]
fn a_baseline_shows_what_is_opened_and_closed() {
    let sheet = sheet(Some("containerd-2.3"));
    let difference = |name| cell(&sheet, name).difference;
    assert_eq!(difference("mount"), Some(Difference::Opened));
    assert_eq!(difference("write"), Some(Difference::Closed));
    assert_eq!(difference("read"), None);
}

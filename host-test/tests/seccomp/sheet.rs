//! The picture.

use super::{examples, fed, printed, refused, seccomp};

#[test]
fn a_page_stands_alone() {
    let run = seccomp(&examples(), &["sheet", "legacy.json", "--against", "containerd-2.3"]);
    let page = printed(&run, 0);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"), "{}", &page[..60]);
    assert!(page.contains("6 opened") && page.contains("296 closed"));
    for outside in ["<script", "http://", "https://"] {
        let found = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!found.contains(outside), "{outside}");
    }
}

#[test]
fn a_picture_has_a_square_for_each_call() {
    let run = seccomp(&examples(), &["sheet", "web.json", "-o", "svg"]);
    let picture = printed(&run, 0);
    assert!(
        picture.starts_with("<svg xmlns=") && picture.ends_with("</svg>"),
        "{}",
        &picture[..60]
    );
    let calls = ringfence_seccomp::syscalls();
    let calls = calls.filter(|call| call.number(ringfence_seccomp::Arch::X86_64).is_some()).count();
    // The picture has a title, too.
    assert_eq!(picture.matches("<title>").count(), calls + 1);
    assert!(picture.contains("socket: conditional, is executed if arg0 == 1; "));
}

#[test]
fn what_does_not_start_is_drawn_with_a_warning() {
    let text = r#"{"defaultAction": "SCMP_ACT_NOTIFY", "syscalls": []}"#;
    let run = fed(&examples(), &["sheet", "-"], text);
    assert!(printed(&run, 0).contains("No container would start with it"), "{}", run.stderr);
    let void = fed(&examples(), &["sheet", "-"], "{}");
    assert!(printed(&void, 0).contains("there is no filter"));
    let two = ["sheet", "web.json", "--arch", "x86_64", "--arch", "arm64"];
    refused(&seccomp(&examples(), &two), "--arch is given more than once");
}

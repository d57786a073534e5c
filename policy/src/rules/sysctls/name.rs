//! Names of kernel parameters, in all their spellings.

use std::borrow::Cow;

use crate::pattern::Pattern;
use crate::settings::shown;

/// Whether a name, as the kubelet reads it, is one of those.
pub(super) fn fits(name: &str, patterns: &[Pattern]) -> bool {
    !patterns.is_empty() && {
        let name = with_dots(name);
        patterns.iter().any(|pattern| pattern.matches(&name))
    }
}

/// Whether a name is forbidden, however it is spelt: runtimes make a path of it, in which a dot is a
/// slash and two are one.
pub(super) fn is_forbidden(name: &str, forbid: &[Pattern]) -> bool {
    !forbid.is_empty() && {
        let lower = name.to_ascii_lowercase();
        let only_dots = lower.split(['.', '/']).filter(|part| !part.is_empty());
        let only_dots = only_dots.collect::<Vec<_>>().join(".");
        let dotted = with_dots(&lower);
        forbid.iter().any(|pattern| pattern.matches(&dotted) || pattern.matches(&only_dots))
    }
}

/// The name as the kubelet reads it: where the first separator is a slash, dots and slashes change
/// places.
fn with_dots(name: &str) -> Cow<'_, str> {
    if name.bytes().find(|byte| matches!(byte, b'.' | b'/')) != Some(b'/') {
        return name.into();
    }
    let swapped = name.chars().map(|letter| match letter {
        '.' => '/',
        '/' => '.',
        other => other,
    });
    swapped.collect::<String>().into()
}

/// What is wrong with a pattern that fits no name of a kernel parameter.
pub(super) fn mistake(pattern: &str) -> Option<String> {
    let dotted = with_dots(pattern);
    if dotted != pattern {
        return Some(["names are written with dots: write `", &shown(&dotted), "`"].concat());
    }
    let is_of_names =
        |letter: u8| matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'/' | b'_' | b'-' | b'*');
    (pattern.is_empty() || !pattern.bytes().all(is_of_names)).then(|| {
        let shown = shown(pattern);
        let what = "is no name of a kernel parameter: write lower-case letters, dots and `*`";
        ["`", &shown, "` ", what].concat()
    })
}

#[cfg(test)]
mod tests {
    use super::{is_forbidden, with_dots};
    use crate::pattern::Pattern;

    #[test]
    fn names_are_read_as_the_kubelet_reads_them() {
        for (name, dotted) in [
            ("kernel.msgmax", "kernel.msgmax"),
            ("kernel/msgmax", "kernel.msgmax"),
            ("net/ipv4/conf/eno2.100/rp_filter", "net.ipv4.conf.eno2/100.rp_filter"),
            ("net.ipv4.conf.eno2/100.rp_filter", "net.ipv4.conf.eno2/100.rp_filter"),
            ("msgmax", "msgmax"),
            ("", ""),
        ] {
            assert_eq!(with_dots(name), dotted, "{name}");
        }
    }

    #[test]
    fn what_is_forbidden_is_forbidden_in_every_spelling() {
        let forbid = [Pattern::new("kernel.msg*".to_owned()), Pattern::new("net.*".to_owned())];
        for name in [
            "kernel.msgmax",
            "kernel/msgmax",
            "kernel..msgmax",
            ".kernel/.msgmax",
            "Kernel.MSGMAX",
            "net.ipv4/tcp_rmem",
            "net/ipv4.tcp_rmem",
        ] {
            assert!(is_forbidden(name, &forbid), "{name}");
        }
        for name in ["kernel.shmmax", "netfoo", "net", "xkernel.msgmax", "", "kernel"] {
            assert!(!is_forbidden(name, &forbid), "{name}");
        }
    }
}

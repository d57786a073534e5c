//! Positions, keys, and what is refused.

use super::{Document, document, profile, rules, spec};
use crate::profile::{Dialect, KeyKind};

#[test]
fn everything_has_its_byte() {
    let text = r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [ {"names": ["a", "b"], "args": [ {"index": 1}]}]}"#;
    let read = profile(text).unwrap();
    let at = |at: usize, start: &str| assert!(text[at..].starts_with(start), "{}", &text[at..]);
    at(read.default_action.unwrap().at, "\"SCMP_ACT_ERRNO\"");
    at(read.rules[0].at, "{\"names\"");
    at(read.rules[0].names[1].at, "\"b\"");
    at(read.rules[0].args[0].at, "{\"index\"");
}

#[test]
fn the_last_key_counts_in_any_case() {
    let text = r#"{"defaultAction":"SCMP_ACT_ERRNO","DEFAULTACTION":"SCMP_ACT_ALLOW","x":1,
        "syscalls":[{"names":["a"],"Names":["b"],"action":null}]}"#;
    let read = profile(text).unwrap();
    assert_eq!(read.default_action.unwrap().text, "SCMP_ACT_ALLOW");
    assert_eq!(read.rules[0].names[0].text, "b");
    let kinds = read.key_problems.iter().map(|p| (p.key.as_str(), p.kind, p.rule));
    let expected = [
        ("DEFAULTACTION", KeyKind::CaseVariant, None),
        ("DEFAULTACTION", KeyKind::Duplicate, None),
        ("x", KeyKind::Unknown, None),
        ("Names", KeyKind::CaseVariant, Some(0)),
        ("Names", KeyKind::Duplicate, Some(0)),
    ];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
    // The API server has let one spelling through.
    assert_eq!(spec(text).unwrap().default_action.unwrap().text, "SCMP_ACT_ERRNO");
}

#[test]
fn what_runtimes_refuse_to_read_is_refused_with_its_path() {
    for (text, path) in [
        (
            r#"{"syscalls":[{"names":["a"],"args":[{"index":0,"value":-1}]}]}"#,
            "syscalls[0].args[0].value",
        ),
        (r#"{"syscalls":[{"args":[{"value":1.0}]}]}"#, "syscalls[0].args[0].value"),
        (
            r#"{"syscalls":[{"args":[{"value":18446744073709551616}]}]}"#,
            "syscalls[0].args[0].value",
        ),
        (r#"{"syscalls":[{"names":"read"}]}"#, "syscalls[0].names"),
        (r#"{"defaultAction":1}"#, "defaultAction"),
        (r#"{"architectures":[1]}"#, "architectures[0]"),
        ("[]", ""),
        ("{} {}", ""),
    ] {
        assert_eq!(profile(text).unwrap_err().path(), path, "{text}");
    }
    let greatest = r#"{"syscalls":[{"args":[{"value":18446744073709551615}]}]}"#;
    assert_eq!(profile(greatest).unwrap().rules[0].args[0].value, u64::MAX);
}

#[test]
fn dialects_are_told_by_what_they_use() {
    for (text, dialect) in [
        (r#"{"defaultAction":"SCMP_ACT_ERRNO"}"#, Dialect::Oci),
        (r#"{"syscalls":[{"includes":{"caps":["CAP_BPF"]}}]}"#, Dialect::Docker),
        (r#"{"archMap":[{}]}"#, Dialect::Docker),
        (r#"{"syscalls":[{"name":"read"}]}"#, Dialect::Docker),
        (r#"{"syscalls":[{"includes":{},"errno":"EPERM"}]}"#, Dialect::Containers),
        (r#"{"baseProfileName":"x"}"#, Dialect::Spo),
    ] {
        assert_eq!(profile(text).unwrap().dialect(), dialect, "{text}");
    }
}

#[test]
fn documents_are_told_by_their_kind() {
    let text = r#"{"metadata":{"name":"x","annotations":{"syscalls":"[]"}},"spec":{"defaultAction":"SCMP_ACT_LOG"},"kind":"SeccompProfile"}"#;
    let Ok(Document::Resource(resource)) = document(text) else { panic!("no resource") };
    assert_eq!((&*resource.name, resource.resolved.as_deref()), ("x", Some("[]")));
    assert_eq!(resource.profile.default_action.unwrap().text, "SCMP_ACT_LOG");
    let rules = rules(r#"[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]"#).unwrap();
    assert_eq!(rules[0].names[0].text, "read");
    let text = r#"{"kind":"ConfigMap","metadata":{"name":"m"},"data":{"a.json":"{\"defaultAction\":\"SCMP_ACT_LOG\"}","b":"x"}}"#;
    let Ok(Document::ConfigMap(map)) = document(text) else { panic!("no ConfigMap") };
    assert_eq!(map.data.len(), 2);
    assert!(profile(&map.data[0].1).is_ok() && profile(&map.data[1].1).is_err());
    assert!(matches!(document("{}"), Ok(Document::Profile(profile)) if profile.is_void()));
}

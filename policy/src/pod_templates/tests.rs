use super::{Segment, meet};
use crate::settings::Settings;

fn errors(kinds: &str) -> Vec<String> {
    let text = format!(r#"{{"podTemplates":[{kinds}]}}"#);
    let errors = Settings::decode(&text).expect_err("settings with a mistake");
    errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
}

fn path_error(path: &str) -> String {
    let kind = format!(r#"{{"group":"example.org","kind":"Fleet","paths":["{path}"]}}"#);
    let mut errors = errors(&kind);
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0).strip_prefix("podTemplates[0].paths[0]: ").expect("the path").to_owned()
}

#[test]
fn what_is_missing_or_of_another_type() {
    assert_eq!(
        errors(r#"{}, {"group": 7, "kind": [], "paths": "spec.template"}, "spec.template""#),
        [
            "podTemplates[0].group: it is missing",
            "podTemplates[0].kind: it is missing",
            "podTemplates[0].paths: it is missing",
            "podTemplates[1].group: expected a string, found a number",
            "podTemplates[1].kind: expected a string, found a list",
            "podTemplates[1].paths: expected a list, found a string",
            "podTemplates[2]: expected an object, found a string",
        ]
    );
}

#[test]
fn groups_and_kinds_that_are_none() {
    let kind = |group: &str, kind: &str| {
        errors(&format!(r#"{{"group":"{group}","kind":"{kind}","paths":[]}}"#)).join("\n")
    };
    assert_eq!(
        kind("batch.volcano.sh/v1alpha1", "Job"),
        "podTemplates[0].group: write the group without its version: `batch.volcano.sh`"
    );
    for group in ["", "apps", "batch"] {
        let expected = format!("`{group}` is a group of Kubernetes itself, whose kinds are known");
        assert!(kind(group, "Deployment").contains(&expected), "{group}");
    }
    for group in ["Example.org", "example org", "*.org"] {
        assert!(kind(group, "Fleet").contains("is no API group"), "{group}");
    }
    for name in ["", "my.Kind", "*", "Kind/status"] {
        assert!(kind("example.org", name).contains("is no kind"), "{name}");
    }
}

#[test]
fn paths_that_are_none() {
    for path in [
        "",
        ".",
        "spec.",
        ".spec.template",
        "spec..template",
        "$.spec.template",
        "spec template",
        "/spec/template",
        "spec.[*].template",
        "spec.tasks[*]template",
        "spec.tasks[*].",
        "a]",
        "spec.*.template",
    ] {
        assert!(path_error(path).ends_with("is no path; write it as in `spec.tasks[*].template`"));
    }
    for path in ["spec.tasks[0].template", "spec.tasks[].template", "spec.tasks[*][a].template"] {
        assert!(path_error(path).ends_with("between brackets stands `*`, for every item"));
    }
    for path in ["metadata.template", "status.template", "kind"] {
        assert!(path_error(path).starts_with("no template stands in `"));
    }
    assert_eq!(
        path_error("spec.template.spec"),
        "name the template, not the `spec` in it: `spec.template`"
    );
    assert_eq!(
        path_error("spec.tasks[*].spec"),
        "name the template, not the `spec` in it: `spec.tasks[*]`"
    );
}

#[test]
fn what_stands_there_twice() {
    let paths = r#"{"group":"a.b","kind":"C","paths":["spec.t","spec.t","spec.v[*].u","spec.v.a.u.w","x"]}"#;
    assert_eq!(
        errors(paths),
        [
            "podTemplates[0].paths[1]: it meets `spec.t`; keep the one that is meant",
            "podTemplates[0].paths[3]: it meets `spec.v[*].u`; keep the one that is meant",
        ]
    );
    let kinds = r#"{"group":"a.b","kind":"C","paths":[]},{"group":"a.b","kind":"D","paths":[]},
        {"group":"a.b","kind":"C","paths":[]}"#;
    let expected = ["podTemplates[2]: a second entry for `C`; put its paths into the first"];
    assert_eq!(errors(kinds), expected);
    assert!(errors(r#"{"group":"a.b","group":"c.d","kind":"C","paths":[]}"#).len() == 1);
}

#[test]
fn a_mistake_is_told_once() {
    let kind = r#"{"group":"a.b","kind":"C","paths":["spec[0].t", 7, "spec.t", "spec.t"]}"#;
    assert_eq!(errors(kind).len(), 3, "{:?}", errors(kind));
}

#[test]
fn paths_are_split_at_their_first_step() {
    assert_eq!(
        Segment::split("spec.tasks[*].template"),
        (Segment::Key("spec"), "tasks[*].template")
    );
    assert_eq!(Segment::split("tasks[*].template"), (Segment::Key("tasks"), "[*].template"));
    assert_eq!(Segment::split("[*].template"), (Segment::Every, "template"));
    assert_eq!(Segment::split("[*][*]"), (Segment::Every, "[*]"));
    assert_eq!(Segment::split("template"), (Segment::Key("template"), ""));
}

#[test]
fn paths_meet_where_one_place_is_reached_by_both() {
    for (one, other) in [("a", "a"), ("a.b", "a"), ("a[*].b", "a.c.b"), ("a[*]", "a.b.c")] {
        assert!(meet(one, other) && meet(other, one), "{one} {other}");
    }
    for (one, other) in [("a", "b"), ("a.b", "a.c"), ("a[*].b", "a.b.c"), ("a.b", "ab"), ("", "a")]
    {
        assert!(!meet(one, other) && !meet(other, one), "{one} {other}");
    }
}

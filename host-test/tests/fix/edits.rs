//! What editing makes of a text, byte by byte.

use host_test::fix::addition::{self, Step};
use host_test::fix::{self, Filling};
use host_test::manifest::{Manifests, Resource};
use serde_json::Value;

/// What is put into a file: the number of the resource, a path and a value.
type Wanted<'w> = &'w [(usize, &'w str, &'w str)];

const ESCALATION: &str = "spec.containers[0].securityContext.allowPrivilegeEscalation";
const CONTEXT: &str = "spec.containers[0].securityContext";
const BOTH: &str = r#"{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}"#;
const POD: &str = "spec.securityContext";
const SECCOMP: &str = r#"{"seccompProfile":{"type":"RuntimeDefault"}}"#;

fn edit(name: &str, text: &str, wanted: Wanted<'_>) -> fix::Edit {
    let json = name.ends_with(".json");
    let mut manifests = Manifests::default();
    manifests.add_file(name, text.as_bytes(), json);
    assert!(manifests.unread.is_empty(), "{:?}", manifests.unread);
    let filling = |(number, resource): (usize, Resource)| {
        let before = resource.node.to_json();
        let mut after = before.clone();
        for (_, path, value) in wanted.iter().filter(|(wanted, ..)| *wanted == number) {
            let path: addition::Path = path.parse().expect("a path");
            *place(&mut after, &path.0) = serde_json::from_str(value).expect("JSON");
        }
        Filling { additions: fix::between(&before, &after).expect("additions"), resource }
    };
    let fillings: Vec<Filling> = manifests.resources.into_iter().enumerate().map(filling).collect();
    fix::edit(name, text, json, &fillings)
}

/// The place at the end of the steps, made where it is not there.
fn place<'v>(value: &'v mut Value, steps: &[Step]) -> &'v mut Value {
    steps.iter().fold(value, |value, step| match step {
        Step::Key(key) => &mut value[key.as_str()],
        Step::Index(index) => &mut value[*index],
    })
}

#[track_caller]
fn becomes(name: &str, before: &str, wanted: Wanted<'_>, after: &str) {
    let edit = edit(name, before, wanted);
    assert!(edit.refused.is_empty(), "{:?}", edit.refused);
    assert_eq!(edit.after, after);
    assert!(edit.added > 0);
}

/// A refusal leaves the text as it was.
#[track_caller]
fn is_refused(name: &str, text: &str, wanted: Wanted<'_>, why: &str) {
    let edit = edit(name, text, wanted);
    let found: Vec<&str> = edit.refused.iter().map(|refused| refused.why.as_str()).collect();
    assert_eq!(found, vec![why; wanted.len()]);
    assert_eq!(edit.after, text);
}

#[test]
fn comments_order_quotes_and_blank_lines_stay() {
    becomes(
        "a.yaml",
        "# head\nkind: Pod\napiVersion: v1\nspec:\n  containers:\n  - name: 'web'   # the web\n    \
         image: \"x\"\n    # of web\n\n  # of volumes\n  volumes: []\n",
        &[(0, CONTEXT, BOTH), (0, POD, SECCOMP)],
        "# head\nkind: Pod\napiVersion: v1\nspec:\n  containers:\n  - name: 'web'   # the web\n    \
         image: \"x\"\n    securityContext:\n      allowPrivilegeEscalation: false\n      \
         capabilities:\n        drop: [ALL]\n    # of web\n\n  # of volumes\n  volumes: []\n  \
         securityContext:\n    seccompProfile:\n      type: RuntimeDefault\n",
    );
}

#[test]
fn every_way_to_write_nothing_is_filled() {
    let text = "kind: Pod\napiVersion: v1\nspec:\n  securityContext:\n  containers:\n  - name: a\n    \
                securityContext: {}   # none\n  - name: b\n    securityContext: ~\n  - name: c\n    \
                securityContext: # none yet\n    image: x\n  - securityContext: {capabilities: {drop: []}}\n";
    becomes(
        "a.yaml",
        text,
        &[
            (0, POD, SECCOMP),
            (0, ESCALATION, "false"),
            (0, "spec.containers[1].securityContext", BOTH),
            (0, "spec.containers[2].securityContext", BOTH),
            (0, "spec.containers[3].securityContext.capabilities.drop", r#"["ALL"]"#),
        ],
        "kind: Pod\napiVersion: v1\nspec:\n  securityContext:\n    seccompProfile:\n      type: RuntimeDefault\n  \
         containers:\n  - name: a\n    securityContext: {allowPrivilegeEscalation: false}   # none\n  \
         - name: b\n    securityContext:\n      allowPrivilegeEscalation: false\n      capabilities:\n        \
         drop: [ALL]\n  - name: c\n    securityContext: # none yet\n      allowPrivilegeEscalation: false\n      \
         capabilities:\n        drop: [ALL]\n    image: x\n  - securityContext: {capabilities: {drop: [ALL]}}\n",
    );
}

#[test]
fn flow_stays_flow() {
    becomes(
        "a.yaml",
        "{kind: Pod, apiVersion: v1, spec: { containers: [ {name: web, image: 'x',} ] }}\n",
        &[(0, CONTEXT, BOTH)],
        "{kind: Pod, apiVersion: v1, spec: { containers: [ {name: web, image: 'x', securityContext: \
         {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}},} ] }}\n",
    );
    becomes(
        "a.yaml",
        "kind: Pod\napiVersion: v1\nspec: {\n  containers: [\n    {\n      name: web # c\n    }\n  ]\n}\n",
        &[(0, POD, SECCOMP)],
        "kind: Pod\napiVersion: v1\nspec: {\n  containers: [\n    {\n      name: web # c\n    }\n  ], \
         securityContext: {seccompProfile: {type: RuntimeDefault}}\n}\n",
    );
}

#[test]
fn line_ends_and_the_end_of_the_file_stay() {
    let text = "kind: Pod\napiVersion: v1\nspec:\n    containers:\n      - name: web";
    let after = "kind: Pod\napiVersion: v1\nspec:\n    containers:\n      - name: web\n        \
                 securityContext:\n          allowPrivilegeEscalation: false\n          capabilities:\n            \
                 drop: [ALL]";
    becomes("a.yaml", text, &[(0, CONTEXT, BOTH)], after);
    let crlf = |text: &str| text.replace('\n', "\r\n") + "\r\n";
    becomes("a.yaml", &crlf(text), &[(0, CONTEXT, BOTH)], &crlf(after));
    let marked = |text: &str| format!("\u{feff}{text}");
    becomes("a.yaml", &marked(text), &[(0, CONTEXT, BOTH)], &marked(after));
}

#[test]
fn block_scalars_keep_their_lines() {
    becomes(
        "a.yaml",
        "kind: Pod\napiVersion: v1\nspec:\n  containers:\n  - name: web\n    args:\n    - |+\n      a\n      \
         # no comment\n\n",
        &[(0, ESCALATION, "false"), (0, POD, SECCOMP)],
        "kind: Pod\napiVersion: v1\nspec:\n  containers:\n  - name: web\n    args:\n    - |+\n      a\n      \
         # no comment\n\n    securityContext:\n      allowPrivilegeEscalation: false\n  \
         securityContext:\n    seccompProfile:\n      type: RuntimeDefault\n",
    );
}

#[test]
fn of_several_documents_and_lists_only_the_one_that_is_meant_changes() {
    let item = "kind: Pod\n    apiVersion: v1\n    spec:\n      containers: [{name: a}]\n";
    becomes(
        "a.yaml",
        &format!(
            "# first\n---\nkind: X\napiVersion: v1\n---\n\n---\nkind: List\napiVersion: v1\nitems:\n  - {item}  - {item}...\n"
        ),
        &[(2, ESCALATION, "false")],
        &format!(
            "# first\n---\nkind: X\napiVersion: v1\n---\n\n---\nkind: List\napiVersion: v1\nitems:\n  - {item}  - {}...\n",
            item.replace("a}]", "a, securityContext: {allowPrivilegeEscalation: false}}]")
        ),
    );
}

#[test]
fn text_that_would_be_read_as_something_else_is_quoted() {
    becomes(
        "a.yaml",
        "kind: Pod\napiVersion: v1\nspec:\n  nodeName: a\n",
        &[(0, "spec.runtimeClassName", "\"yes\""), (0, "spec.x", "\"a: b\"")],
        "kind: Pod\napiVersion: v1\nspec:\n  nodeName: a\n  runtimeClassName: \"yes\"\n  x: \"a: b\"\n",
    );
}

#[test]
fn what_is_shared_is_edited_only_if_that_is_right_for_all() {
    let shared = "kind: Pod\napiVersion: v1\nspec:\n  containers:\n  - name: a\n    securityContext: &sc\n      \
                  runAsUser: 5\n  - name: b\n    securityContext: *sc\n";
    let of_b = "spec.containers[1].securityContext.allowPrivilegeEscalation";
    becomes(
        "a.yaml",
        shared,
        &[(0, ESCALATION, "false"), (0, of_b, "false")],
        &shared.replace("5\n", "5\n      allowPrivilegeEscalation: false\n"),
    );
    is_refused(
        "a.yaml",
        shared,
        &[(0, of_b, "false")],
        "it is shared through the alias `*sc`, and not all that share it lack the value",
    );
    is_refused(
        "a.yaml",
        shared,
        &[(0, ESCALATION, "false")],
        "editing it in place would change something else, too",
    );
    let merged = "base: &base {securityContext: {runAsUser: 5}}\nkind: Pod\napiVersion: v1\nspec:\n  \
                  containers:\n  - <<: *base\n    name: a\n";
    is_refused(
        "a.yaml",
        merged,
        &[(0, ESCALATION, "false")],
        "something on the way to it is merged in with `<<`",
    );
    becomes(
        "a.yaml",
        merged,
        &[(0, "spec.containers[0].tty", "false")],
        &merged.replace("name: a\n", "name: a\n    tty: false\n"),
    );
}

#[test]
fn one_value_that_cannot_be_edited_does_not_keep_the_others_out() {
    let text = "kind: Pod\napiVersion: v1\nspec:\n  containers:\n  - &c\n    name: a\n  - *c\n  - name: b\n";
    let edit = edit(
        "a.yaml",
        text,
        &[
            (0, ESCALATION, "false"),
            (0, "spec.containers[2].securityContext", BOTH),
            (0, POD, SECCOMP),
        ],
    );
    assert_eq!(edit.refused.len(), 1);
    assert_eq!(edit.refused[0].addition.path.to_string(), CONTEXT);
    assert_eq!(edit.refused[0].place, "a.yaml:5");
    assert_eq!(edit.added, 2);
    assert!(edit.after.contains("  - name: b\n    securityContext:\n"), "{}", edit.after);
}

#[test]
fn json_keeps_its_layout() {
    let compact =
        r#"{"kind":"Pod","apiVersion":"v1","x":1.50,"spec":{"containers":[{"name":"a"}]}} "#;
    becomes(
        "a.json",
        compact,
        &[(0, ESCALATION, "false")],
        &compact.replace(r#""a"}"#, r#""a","securityContext":{"allowPrivilegeEscalation":false}}"#),
    );
    let pretty = "{\n    \"kind\": \"Pod\",\n    \"apiVersion\": \"v1\",\n    \"spec\": {\n        \
                  \"containers\": [\n            {\n                \"name\": \"a\"\n            }\n        ]\n    }\n}\n";
    becomes(
        "a.yaml",
        pretty,
        &[(0, ESCALATION, "false")],
        &pretty.replace(
            "\"a\"\n",
            "\"a\",\n                \"securityContext\": {\n                    \
             \"allowPrivilegeEscalation\": false\n                }\n",
        ),
    );
    // Several values in a row, the second not laid out as it is commonly printed.
    let stream = format!("{compact}\n{}", pretty.replace("\"v1\"", "\"v1\",\"y\": 1e5"));
    becomes(
        "a.json",
        &stream,
        &[(1, ESCALATION, "false")],
        &stream
            .replace("\"a\"\n", "\"a\",\"securityContext\":{\"allowPrivilegeEscalation\":false}\n"),
    );
}

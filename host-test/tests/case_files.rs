//! The format of case files: what the shorthand stands for, and what a mismatch looks like.

use host_test::cases::{self, Case, compare};
use host_test::engine::{Engine, Native};
use serde_json::{Value, json};

fn load(text: &str) -> anyhow::Result<Vec<Case>> {
    let file = tempfile::Builder::new().suffix(".yaml").tempfile()?;
    std::fs::write(file.path(), text)?;
    cases::load(file.path())
}

fn payloads(case: &str) -> Vec<(String, Value)> {
    let text = format!("rule: x\ncases:\n{case}");
    let cases = load(&text).unwrap_or_else(|error| panic!("{error:#}"));
    let parse = |payload: Vec<u8>| serde_json::from_slice(&payload).expect("JSON");
    cases[0].payloads().into_iter().map(|(name, payload, _)| (name, parse(payload))).collect()
}

#[test]
fn a_container_is_tried_in_every_list() {
    let payloads =
        payloads("- {name: a, container: {image: x}, versions: [v1.0, latest], expect: pass}\n");
    let names: Vec<&str> = payloads.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "v1.0 containers[0]",
            "v1.0 initContainers[0]",
            "v1.0 ephemeralContainers[0]",
            "latest containers[0]",
            "latest initContainers[0]",
            "latest ephemeralContainers[0]",
        ]
    );
    assert_eq!(payloads[0].1["settings"], json!({"version": "v1.0"}));
    let spec = |index: usize| &payloads[index].1["request"]["object"]["spec"];
    assert_eq!(spec(0)["containers"][0]["image"], "x");
    assert_eq!(spec(0)["containers"].as_array().map(Vec::len), Some(1));
    assert_eq!(spec(1)["initContainers"][0]["name"], "init");
    assert_eq!(spec(1)["containers"][0]["image"], "registry.example/web:1.0");
    assert_eq!(spec(2)["ephemeralContainers"][0]["name"], "debug");
}

#[test]
fn a_pod_is_wrapped_with_its_paths() {
    let case = "- name: a\n  kind: CronJob\n  settings: {profile: baseline}\n  \
                pod: {metadata: {annotations: {x: z}}, spec: {hostPID: true}}\n  \
                old: {pod: {}}\n  request: {userInfo: {username: jane}}\n  \
                expect: {deny: [{check: hostNamespaces, path: spec.hostPID, found: true}]}\n";
    let (_, payload) = payloads(case).remove(0);
    let request = &payload["request"];
    assert_eq!(request["kind"], json!({"group": "batch", "version": "v1", "kind": "CronJob"}));
    assert_eq!(request["operation"], "UPDATE");
    assert_eq!(request["userInfo"]["username"], "jane");
    let object = &request["object"];
    assert_eq!(object["metadata"], json!({"name": "web", "namespace": "shop"}));
    let template = &object["spec"]["jobTemplate"]["spec"]["template"];
    assert_eq!(template["metadata"], json!({"annotations": {"x": "z"}}));
    assert_eq!(template["spec"]["hostPID"], true);
    assert_eq!(request["oldObject"]["kind"], "CronJob");

    let cases = load(&format!("rule: x\ncases:\n{case}")).expect("a case file");
    let (_, payload, expected) = cases[0].payloads().remove(0);
    let answer = Native.validate(&payload).expect("the library answers");
    compare(&expected, &answer).unwrap_or_else(|mismatch| panic!("{mismatch}"));
}

#[test]
fn raw_payloads_and_complete_objects() {
    let (_, object) =
        payloads("- {name: a, object: {apiVersion: v1, kind: Pod, spec: null}, expect: pass}\n")
            .remove(0);
    assert_eq!(
        object["request"]["object"],
        json!({"apiVersion": "v1", "kind": "Pod", "spec": null})
    );
    let cases = load(
        "rule: x\ncases:\n- {name: a, payload: '{\"request\":', expect: {malformed: payload}}\n",
    )
    .expect("a case file");
    let (_, payload, expected) = cases[0].payloads().remove(0);
    assert_eq!(payload, b"{\"request\":");
    compare(&expected, &Native.validate(&payload).expect("the library answers"))
        .expect("malformed");
}

fn answer(violations: &Value) -> Vec<u8> {
    let denied = violations.as_array().is_some_and(|list| !list.is_empty());
    json!({
        "accepted": !denied,
        "code": 403,
        "message": "no",
        "audit_annotations": {"outcome": "judged", "violations": violations.to_string()},
    })
    .to_string()
    .into_bytes()
}

fn violation(check: &str, found: &str) -> Value {
    json!({"rule": "r", "check": check, "action": "deny", "path": "spec.a", "found": found, "allowed": "b", "hint": ""})
}

#[test]
fn a_mismatch_is_a_diff() {
    let cases = load(
        "rule: x\ncases:\n- {name: a, pod: {}, expect: {deny: [{check: one}, {check: two, found: x}]}}\n",
    )
    .expect("a case file");
    let (_, _, expected) = cases[0].payloads().remove(0);
    let both = json!([violation("one", "y"), violation("two", "x")]);
    compare(&expected, &answer(&both)).expect("as expected");
    let swapped = json!([violation("two", "x"), violation("one", "y")]);
    compare(&expected, &answer(&swapped)).expect_err("the order counts");
    let mismatch =
        compare(&expected, &answer(&json!([violation("one", "y")]))).expect_err("one is missing");
    assert_eq!(mismatch.to_string(), "  deny one\n- deny two, found \"x\"");
    let mismatch = compare(&expected, &answer(&json!([]))).expect_err("all are missing");
    assert_eq!(
        mismatch.lines,
        [
            "- judged, denied with code 403",
            "+ judged, accepted: no",
            "- deny one",
            "- deny two, found \"x\""
        ]
    );
    compare(&expected, b"nonsense").expect_err("no answer");
    let sly = answer(&both).into_iter().collect::<Vec<u8>>();
    let sly =
        String::from_utf8(sly).expect("UTF-8").replace("\"accepted\":false", "\"accepted\":true");
    compare(&expected, sly.as_bytes()).expect_err("accepted with a denying violation");
}

#[test]
fn what_is_waived_and_warned_of_is_compared_too() {
    let expected = |expect: &str| {
        let case = format!("- {{name: a, pod: {{}}, expect: {expect}}}\n");
        let cases = load(&format!("rule: x\ncases:\n{case}")).expect("a case file");
        let (_, _, expected) = cases[0].payloads().remove(0);
        expected
    };
    let answer = |waived: &[(&str, &str)], warnings: &[&str]| {
        let waived = waived.iter().map(|(check, exemption)| {
            let mut item = violation(check, "x");
            item["exemption"] = json!(exemption);
            item["reason"] = json!("r");
            item
        });
        let waived = Value::Array(waived.collect()).to_string();
        let annotations = json!({"outcome": "judged", "waived": waived});
        json!({"accepted": true, "audit_annotations": annotations, "warnings": warnings})
            .to_string()
            .into_bytes()
    };
    let one = expected("{waived: [{check: a, exemption: b}]}");
    compare(&one, &answer(&[("a", "b")], &[])).expect("as expected");
    let mismatch = compare(&one, &answer(&[("a", "c")], &[])).expect_err("another exemption");
    assert!(mismatch.lines.contains(&"- waived a by b".to_owned()), "{mismatch}");
    compare(&one, &answer(&[("c", "b")], &[])).expect_err("another check");
    compare(&one, &answer(&[], &[])).expect_err("nothing is waived");
    compare(&one, &answer(&[("a", "b"), ("a", "b")], &[])).expect_err("more is waived");
    compare(&one, &answer(&[("a", "b")], &["soon"])).expect_err("a warning nobody expects");
    compare(&expected("pass"), &answer(&[("a", "b")], &[])).expect_err("waived is not passed");
    compare(&expected("pass"), &answer(&[], &["soon"])).expect_err("a warning nobody expects");
    let warned = expected("{waived: [{check: a, exemption: b}], warnings: [soon]}");
    compare(&warned, &answer(&[("a", "b")], &["soon"])).expect("as expected");
    compare(&warned, &answer(&[("a", "b")], &["late"])).expect_err("another warning");
    compare(&warned, &answer(&[("a", "b")], &[])).expect_err("no warning");
}

#[test]
fn a_case_is_judged_on_its_day() {
    let case = |date: &str| {
        let cases = load(&format!(
            "rule: x\ncases:\n- {{name: a, {date}pod: {{spec: {{hostPID: true}}}}, expect: pass, settings: \
             {{exemptions: [{{id: a, reason: r, expires: 2026-01-15, rules: [hostNamespaces], match: {{namespaces: [shop]}}}}]}}}}\n"
        ));
        cases.expect("a case file").remove(0)
    };
    for (date, accepted) in
        [("", true), ("date: 2026-01-15, ", true), ("date: 2026-01-16, ", false)]
    {
        let case = case(date);
        let (_, payload, _) = case.payloads().remove(0);
        let answer = case.engine(&Native).validate(&payload).expect("the library answers");
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        assert_eq!(answer["accepted"], accepted, "{date}: {answer:#}");
    }
}

#[test]
fn mistakes_in_case_files_are_named() {
    for (case, what) in [
        ("- {name: a, pod: {}, expct: pass}", "unknown field `expct`"),
        ("- {name: a, pod: {}, expect: fail}", "`expect` is pass, skip"),
        ("- {name: a, pod: {}, expect: {deny: []}}", "lists no violation"),
        ("- {name: a, pod: {}, expect: {deny: [{chek: a}]}}", "unknown field `chek`"),
        ("- {name: a, pod: {}, expect: {waived: {}}}", "`expect.waived` is a list"),
        ("- {name: a, pod: {}, expect: {waived: [{check: a}]}}", "`exemption` is missing"),
        ("- {name: a, pod: {}, expect: {waived: [{check: a, exemption: b, x: c}]}}", "field `x`"),
        ("- {name: a, pod: {}, expect: {warnings: [a]}}", "lists no violation"),
        ("- {name: a, pod: {}, expect: {audit: [{check: a}], warnings: a}}", "is a list of texts"),
        ("- {name: a, pod: {}, date: 2026-02-29, expect: pass}", "`date: 2026-02-29` is no day"),
        ("- {name: a, expect: pass}", "exactly one of"),
        ("- {name: a, pod: {}, object: {}, expect: pass}", "exactly one of"),
        ("- {name: a, object: {}, kind: Job, expect: pass}", "`kind` wraps"),
        ("- {name: a, pod: {}, kind: Jop, expect: pass}", "unknown kind `Jop`"),
        ("- {name: a, payload: x, versions: [v1.0], expect: pass}", "sent as it is"),
        (
            "- {name: a, pod: {}, settings: {version: v1.0}, versions: [v1.1], expect: pass}",
            "contradict",
        ),
        (
            "- {name: a, pod: {}, expect: pass}\n- {name: a, pod: {}, expect: skip}",
            "a second case named",
        ),
    ] {
        let error = load(&format!("rule: x\ncases:\n{case}\n")).expect_err(case);
        let text = format!("{error:#}");
        assert!(text.contains(what), "{case}: {text}");
        assert!(text.contains("line "), "{case}: {text}");
    }
    for text in [
        "",
        "a: 1",
        "rule: x",
        "rule: x\ncases: y",
        "- a",
        "rule: x\ncases: []\nmore: 1",
        "rule: [",
    ] {
        load(text).expect_err(text);
    }
}

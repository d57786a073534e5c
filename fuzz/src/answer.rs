//! Asking the policy, and what holds for all of its answers.

use serde_json::Value;

/// An answer to `validate`, checked.
pub struct Answer {
    /// Whether the request is let through.
    pub accepted: bool,
    /// `judged`, `skipped`, `malformed` or `invalid-settings`.
    pub outcome: String,
    /// The violations; empty where there are none.
    pub violations: Vec<Value>,
}

/// Sends a payload to the policy.
///
/// # Panics
/// Where the answer is not one that every host understands, or contradicts itself.
pub fn validate(payload: &[u8]) -> Answer {
    let answer = ringfence_policy::validate(payload, &|| None);
    let answer = serde_json::from_slice::<Value>(&answer).expect("the answer is JSON");
    let accepted = answer["accepted"].as_bool().expect("`accepted` is a boolean");
    let annotations = &answer["audit_annotations"];
    let outcome = annotations["outcome"].as_str().expect("every answer names its outcome");
    let violations: Vec<Value> = annotations["violations"].as_str().map_or_else(Vec::new, |text| {
        serde_json::from_str(text).expect("`violations` holds a JSON array")
    });
    let code = answer["code"].as_u64();
    match (accepted, outcome) {
        (true, "judged" | "skipped") => assert_eq!(code, None),
        (false, "judged") => assert_eq!(code, Some(403)),
        (false, "malformed") => assert_eq!(code, Some(400)),
        (false, "invalid-settings") => assert_eq!(code, Some(500)),
        other => panic!("no such outcome: {other:?}"),
    }
    assert_eq!(accepted, answer["message"].is_null(), "a denial has a message, and only a denial");
    if outcome == "judged" {
        let denies = violations.iter().any(|found| found["action"] == "deny");
        assert_eq!(accepted, !denies, "a violation denies");
        let message = answer["message"].as_str().unwrap_or_default();
        let first = message.lines().next().unwrap_or_default();
        assert!(first.len() <= 256, "{} bytes in the first line: {first}", first.len());
    } else {
        assert!(annotations["reason"].is_string(), "an outcome without judgement has a reason");
        assert!(violations.is_empty(), "nothing was judged");
    }
    for warning in answer["warnings"].as_array().into_iter().flatten() {
        let warning = warning.as_str().expect("a warning is text");
        assert!(warning.chars().count() < 120, "a warning that may be cut: {warning}");
    }
    Answer { accepted, outcome: outcome.to_owned(), violations }
}

/// Whether `error` is about a number that no machine type holds, which is the one thing that
/// `serde_json` minds in a value and not in a text it steps over.
pub fn is_number_out_of_range(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("number out of range")
}

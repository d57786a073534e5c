//! The two answers, in the forms that policies write them.

use ringfence_host::{Answer, Error, SettingsAnswer};

#[test]
fn an_answer_may_be_short() {
    let answer = Answer::parse(br#"{"accepted":true}"#).unwrap();
    assert!(answer.accepted && answer.message.is_none() && answer.mutated_object.is_none());
    assert!(answer.audit_annotations.is_empty() && answer.warnings.is_empty());
}

#[test]
fn null_is_nothing_and_unknown_fields_are_passed_over() {
    let answer = Answer::parse(
        br#"{"accepted":false,"message":null,"code":null,"audit_annotations":null,
        "warnings":null,"mutated_object":null,"later":1}"#,
    )
    .unwrap();
    assert!(!answer.accepted && answer.message.is_none() && answer.code.is_none());
    assert!(answer.mutated_object.is_none());
}

#[test]
fn a_full_answer_keeps_all() {
    let answer = Answer::parse(
        br#"{"accepted":false,"message":"no","code":403,"audit_annotations":{"outcome":"judged"},
        "warnings":["careful"],"mutated_object":{"b": 1.50, "a": []}}"#,
    )
    .unwrap();
    assert_eq!((answer.message.as_deref(), answer.code), (Some("no"), Some(403)));
    assert_eq!(answer.audit_annotations["outcome"], "judged");
    assert_eq!(answer.warnings, ["careful"]);
    assert_eq!(answer.mutated_object.unwrap().get(), r#"{"b": 1.50, "a": []}"#);
}

#[test]
fn settings_are_valid_or_not() {
    let answer = SettingsAnswer::parse(br#"{"valid":false,"message":"unknown rule"}"#).unwrap();
    assert_eq!((answer.valid, answer.message.as_deref()), (false, Some("unknown rule")));
    assert!(SettingsAnswer::parse(br#"{"valid":true,"message":null}"#).unwrap().valid);
}

#[test]
fn anything_else_is_an_error_that_names_the_operation() {
    for bytes in [&b""[..], b"{}", b"[]", b"\xff", br#"{"accepted":"yes"}"#] {
        let error = Answer::parse(bytes).unwrap_err();
        assert!(matches!(error, Error::Answer { operation: "validate", .. }), "{error}");
    }
    let error = SettingsAnswer::parse(b"true").unwrap_err();
    assert!(error.to_string().contains("`validate_settings`"), "{error}");
}

//! Calls that end without an answer.

use ringfence_host::Error;

use crate::guest::{ECHO, policy};

fn failure(fields: &str, instructions: &str) -> Error {
    policy(fields, instructions).validate(b"payload").unwrap_err()
}

#[test]
fn a_trap_is_told_by_its_kind() {
    for (instructions, kind) in [
        ("unreachable", "wasm `unreachable` instruction executed"),
        ("(i32.div_u (i32.const 1) (i32.const 0))", "integer divide by zero"),
        ("(i32.load (i32.const -1))", "out of bounds memory access"),
    ] {
        let error = failure("", instructions);
        match &error {
            Error::Trap { kind: found, said: None } => assert_eq!(found, kind),
            other => panic!("{other}"),
        }
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn endless_recursion_is_a_trap() {
    let error =
        failure("(func $deep (result i32) (i32.add (i32.const 1) (call $deep)))", "(call $deep)");
    assert!(matches!(&error, Error::Trap { kind, .. } if kind.contains("stack")), "{error}");
}

#[test]
fn a_trap_at_instantiation_is_a_trap() {
    let error = failure(r#"(data (i32.const 65535) "too long")"#, ECHO);
    assert!(matches!(&error, Error::Trap { .. }), "{error}");
}

#[test]
fn a_panic_is_told_by_what_it_wrote() {
    let error = failure(
        r#"(data (i32.const 4096) "\08\10\00\00\2a\00\00\00")
        (data (i32.const 4104) "panicked at src/lib.rs:1:\0a index out of bounds\0anote: run with")"#,
        "(drop (call $fd_write (i32.const 2) (i32.const 4096) (i32.const 1) (i32.const 1024)))
        unreachable",
    );
    match error {
        Error::Trap { said: Some(said), .. } => {
            assert!(said.starts_with("panicked at src/lib.rs:1: index out of"), "{said}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_exit_is_no_answer() {
    for code in [0, 3] {
        let error = failure("", &format!("(call $proc_exit (i32.const {code})) (i32.const 1)"));
        assert!(matches!(error, Error::Exit { code: found, .. } if found == code), "{error}");
    }
}

#[test]
fn the_error_of_a_policy_is_passed_on() {
    let error = failure(
        r#"(data (i32.const 4096) "cannot decode \ff")"#,
        "(call $error (i32.const 4096) (i32.const 15)) (i32.const 0)",
    );
    assert_eq!(error.to_string(), "the policy reported an error: cannot decode \u{fffd}");
}

#[test]
fn a_long_error_of_a_policy_is_cut() {
    match failure("(memory 2)", "(call $error (i32.const 0) (i32.const 65536)) (i32.const 0)") {
        Error::Guest { text } => assert_eq!(text.len(), 65536),
        other => panic!("{other}"),
    }
}

#[test]
fn silence_is_an_error() {
    let request = "(call $request (i32.const 0) (i32.const 8192))";
    for (result, said) in [(1, "success"), (0, "failure"), (7, "failure")] {
        match failure("", &format!("{request} (i32.const {result})")) {
            Error::NoResponse { operation, outcome } => {
                assert_eq!((&*operation, outcome), ("validate", said));
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_bad_pointer_is_told_by_function() {
    // One past the end, over the end, and around the end of 32 bits.
    const LAST: &str = "(i32.const 65536)";
    for (function, call) in [
        ("__guest_request", format!("(call $request {LAST} (i32.const 0))")),
        ("__guest_request", "(call $request (i32.const 0) (i32.const 65530))".into()),
        ("__guest_response", "(call $response (i32.const 65535) (i32.const 2))".into()),
        ("__guest_response", "(call $response (i32.const -1) (i32.const -1))".into()),
        ("__guest_error", "(call $error (i32.const 8) (i32.const -1))".into()),
        ("__console_log", "(call $console_log (i32.const -8) (i32.const 16))".into()),
        (
            "__host_error",
            format!(
                "(drop (call $host_call {}))(call $host_error {LAST})",
                "(i32.const 0)".repeat(8)
            ),
        ),
        (
            "__host_call",
            format!("(drop (call $host_call {} {LAST} (i32.const 1)))", "(i32.const 0)".repeat(6)),
        ),
        (
            "__host_call",
            format!("(drop (call $host_call {LAST} (i32.const 1) {}))", "(i32.const 0)".repeat(6)),
        ),
        (
            "clock_time_get",
            "(drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 65530)))".into(),
        ),
        ("random_get", format!("(drop (call $random_get {LAST} (i32.const 1)))")),
        ("random_get", "(drop (call $random_get (i32.const 0) (i32.const -1)))".into()),
        ("args_sizes_get", format!("(drop (call $args_sizes_get (i32.const 0) {LAST}))")),
        ("environ_sizes_get", format!("(drop (call $environ_sizes_get {LAST} (i32.const 0)))")),
        ("fd_fdstat_get", "(drop (call $fd_fdstat_get (i32.const 1) (i32.const 65520)))".into()),
        (
            "fd_write",
            format!("(drop (call $fd_write (i32.const 1) {LAST} (i32.const 1) (i32.const 0)))"),
        ),
        (
            "fd_write",
            "(i32.store (i32.const 0) (i32.const -4)) (i32.store (i32.const 4) (i32.const 8))
            (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))"
                .into(),
        ),
        (
            "fd_write",
            "(drop (call $fd_write (i32.const 1) (i32.const -4) (i32.const 9) (i32.const 8)))"
                .into(),
        ),
        (
            "fd_write",
            format!("(drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 0) {LAST}))"),
        ),
    ] {
        match failure("", &format!("{call} (i32.const 1)")) {
            Error::BadPointer { function: found, .. } => assert_eq!(found, function, "{call}"),
            other => panic!("{call}: {other}"),
        }
    }
}

//! Memory, time and payload of one call.

use std::time::Duration;

use ringfence_host::{Error, Limits, Options, Policy};

use crate::guest::{ECHO, guest, on_call, respond};

const PAGE: usize = 1 << 16;
const SPIN: &str = "loop br 0 end";
const SHORT: Duration = Duration::from_millis(50);

/// A policy under small limits, with and without a pool, and with all the time that a busy machine
/// may need.
fn both(fields: &str) -> [Policy; 2] {
    both_within(Duration::from_secs(60), fields)
}

fn both_within(deadline: Duration, fields: &str) -> [Policy; 2] {
    let limits = Limits { memory_bytes: 16 * PAGE, deadline, payload_bytes: 1000 };
    [true, false].map(|pooling| {
        let options = Options { limits, pooling, ..Options::default() };
        Policy::from_bytes(&guest(fields), &options).unwrap()
    })
}

#[test]
fn a_spinning_call_is_stopped() {
    for policy in both_within(SHORT, &on_call(&format!("{SPIN} unreachable"))) {
        let error = policy.validate(b"").unwrap_err();
        assert!(matches!(error, Error::Deadline { .. }), "{error}");
        assert!(error.to_string().contains("after 50ms"), "{error}");
    }
}

#[test]
fn spinning_start_code_is_stopped() {
    for start in [
        format!("(func $section {SPIN}) (start $section)"),
        format!(r#"(func (export "_start") {SPIN})"#),
        format!(r#"(func (export "wapc_init") {SPIN})"#),
    ] {
        for policy in both_within(SHORT, &format!("{start} {}", on_call(ECHO))) {
            let error = policy.validate(b"").unwrap_err();
            assert!(matches!(error, Error::Deadline { .. }), "{start}: {error}");
        }
    }
}

#[test]
fn a_call_after_a_stopped_one_succeeds() {
    let body = format!("(if (local.get $length) (then {SPIN})) {ECHO}");
    // The second call has to be done in this time on a busy machine, too.
    for policy in both_within(Duration::from_secs(3), &on_call(&body)) {
        assert!(matches!(policy.validate(b"x"), Err(Error::Deadline { .. })));
        assert_eq!(policy.validate(b"").unwrap().bytes, b"");
    }
}

#[test]
fn a_deadline_may_be_as_long_as_can_be() {
    let limits = Limits { deadline: Duration::MAX, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let policy = Policy::from_bytes(&guest(&on_call(ECHO)), &options).unwrap();
    assert_eq!(policy.validate(b"x").unwrap().bytes, b"x");
}

#[test]
fn memory_grows_up_to_the_limit() {
    let body = |pages: u32| {
        on_call(&format!(
            "(i32.store8 (i32.const 4096)
              (i32.add (i32.const 48) (memory.grow (i32.const {pages}))))
            {}",
            respond(4096, 1)
        ))
    };
    for policy in both(&body(15)) {
        let reply = policy.validate(b"").unwrap();
        assert_eq!((&*reply.bytes, reply.memory_bytes), (&b"1"[..], 16 * PAGE));
    }
    for policy in both(&body(16)) {
        let error = policy.validate(b"").unwrap_err();
        assert!(matches!(error, Error::OutOfMemory { limit } if limit == 16 * PAGE), "{error}");
        assert!(error.to_string().contains("more memory than 1 MiB"), "{error}");
    }
}

#[test]
fn memory_is_limited_from_the_start_and_in_sum() {
    for second in ["(memory 17)", "(memory 16)"] {
        for policy in both(&format!("{second} {}", on_call(ECHO))) {
            let error = policy.validate(b"").unwrap_err();
            assert!(matches!(error, Error::OutOfMemory { .. }), "{error}");
        }
    }
}

#[test]
fn growth_over_the_maximum_of_the_module_is_its_own_affair() {
    let call = on_call(&format!(
        "(if (i32.ne (memory.grow $small (i32.const 30000)) (i32.const -1)) (then unreachable))
        {ECHO}"
    ));
    for policy in both(&format!("(memory $small 1 2) {call}")) {
        assert_eq!(policy.validate(b"x").unwrap().bytes, b"x");
    }
}

#[test]
fn tables_are_limited() {
    let call =
        on_call(&format!("(drop (table.grow $t (ref.null func) (i32.const 2000000))) {ECHO}"));
    for policy in both(&format!("(table $t 1 funcref) {call}")) {
        let error = policy.validate(b"").unwrap_err();
        assert!(matches!(error, Error::TableTooLarge { .. }), "{error}");
    }
}

#[test]
fn a_payload_over_the_limit_is_not_sent() {
    for policy in both(&on_call(ECHO)) {
        assert_eq!(policy.validate(&[b'x'; 1000]).unwrap().bytes.len(), 1000);
        match policy.validate(&[b'x'; 1001]) {
            Err(Error::PayloadTooLarge { size: 1001, limit: 1000 }) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_policy_can_be_shared() {
    fn shared<T: Send + Sync>() {}
    shared::<Policy>();
}

//! The part of WASI that policies get.

use std::time::{Duration, UNIX_EPOCH};

use ringfence_host::{Level, Log, Options, Policy, Source};

use crate::guest::{guest, on_call, policy, respond};

/// Runs instructions and gives the bytes they left at 1024.
fn left(fields: &str, instructions: &str, length: usize) -> Vec<u8> {
    let instructions = format!("{instructions} {}", respond(1024, length));
    policy(fields, &instructions).validate(b"").unwrap().bytes
}

/// The error number of one call.
fn errno(call: &str) -> u8 {
    left("", &format!("(i32.store8 (i32.const 1024) {call})"), 1)[0]
}

#[test]
fn streams_become_lines_of_the_log() {
    let write = |fd: u32, buffers: u32, count: u32| {
        format!(
            "(drop (call $fd_write (i32.const {fd}) (i32.const {buffers}) (i32.const {count})
              (i32.const 1024)))"
        )
    };
    let instructions = format!(
        "{}{}{} {}",
        write(1, 4096, 2),
        write(2, 4096, 1),
        write(1, 4104, 1),
        respond(1024, 4)
    );
    let policy = policy(
        // Two buffers: "a\nbc" and "d\n\ne".
        r#"(data (i32.const 4096) "\10\10\00\00\04\00\00\00\14\10\00\00\04\00\00\00")
        (data (i32.const 4112) "a\0abcd\0a\0ae")"#,
        &instructions,
    );
    let reply = policy.validate(b"").unwrap();
    assert_eq!(reply.bytes, 4_u32.to_le_bytes(), "the bytes of the last write");
    let out =
        |message: &str| Log { source: Source::Stdout, level: Level::Info, message: message.into() };
    let err = |message: &str| Log {
        source: Source::Stderr,
        level: Level::Error,
        message: message.into(),
    };
    assert_eq!(
        reply.logs,
        [out("a"), out("bcd"), out(""), err("a"), out("ed"), out(""), out("e"), err("bc")]
    );
}

#[test]
fn there_is_a_clock() {
    let call = |clock: u32| {
        format!(
            "(if (call $clock_time_get (i32.const {clock}) (i64.const 0) (i32.const 1024))
              (then unreachable))"
        )
    };
    let time = left("", &call(0), 8);
    let nanoseconds = u64::from_le_bytes(time.try_into().unwrap());
    assert!(nanoseconds > 1_700_000_000_000_000_000, "{nanoseconds}");
    let time = left("", &call(1), 8);
    let nanoseconds = u64::from_le_bytes(time.try_into().unwrap());
    assert!(nanoseconds < 60_000_000_000, "{nanoseconds}");
}

#[test]
fn the_clock_can_be_set() {
    let instructions = format!(
        "(drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 1024))) {}",
        respond(1024, 8)
    );
    let bytes = guest(&on_call(&instructions));
    let seconds = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let options = Options { now: Some(seconds(86_400)), ..Options::default() };
    let policy = Policy::from_bytes(&bytes, &options).unwrap();
    let nanoseconds = |bytes: Vec<u8>| u64::from_le_bytes(bytes.try_into().unwrap());
    let set = policy.validate(b"").unwrap().bytes;
    assert_eq!(nanoseconds(set), 86_400_000_000_000);
    let other = policy.validate_at(b"", seconds(7)).unwrap().bytes;
    assert_eq!(nanoseconds(other), 7_000_000_000);
    // A time that WASI cannot tell is no time: the policy sees zero.
    let before = policy.validate_at(b"", UNIX_EPOCH - Duration::from_secs(1)).unwrap().bytes;
    assert_eq!(nanoseconds(before), 0);
}

#[test]
fn there_is_randomness_in_small_amounts() {
    let call = "(if (call $random_get (i32.const 1024) (i32.const 32)) (then unreachable))";
    assert_ne!(left("", call, 32), left("", call, 32));
    let large = "(call $random_get (i32.const 0) (i32.const 65537))";
    let fields = format!(
        "(memory $other 1) {}",
        r#"(func (export "wapc_init") (drop (memory.grow 0 (i32.const 1))))"#
    );
    let refused = left(&fields, &format!("(i32.store8 (i32.const 1024) {large})"), 1);
    assert_eq!(refused, [28]);
}

#[test]
fn there_are_no_arguments_and_no_environment() {
    for call in ["args", "environ"] {
        let sizes = left(
            "",
            &format!(
                "(i64.store (i32.const 1024) (i64.const -1))
                (if (call ${call}_sizes_get (i32.const 1024) (i32.const 1028)) (then unreachable))
                (if (call ${call}_get (i32.const 0) (i32.const 0)) (then unreachable))"
            ),
            8,
        );
        assert_eq!(sizes, [0; 8], "{call}");
    }
}

#[test]
fn there_are_three_streams_and_no_files() {
    for (call, expected) in [
        ("(call $fd_close (i32.const 2))", 0),
        ("(call $fd_close (i32.const 3))", 8),
        ("(call $fd_fdstat_get (i32.const 1) (i32.const 0))", 0),
        ("(call $fd_fdstat_get (i32.const 3) (i32.const 0))", 8),
        ("(call $fd_prestat_get (i32.const 3) (i32.const 0))", 8),
        ("(call $fd_prestat_dir_name (i32.const 3) (i32.const 0) (i32.const 0))", 8),
        ("(call $fd_seek (i32.const 1) (i64.const 0) (i32.const 0) (i32.const 0))", 70),
        ("(call $fd_seek (i32.const 3) (i64.const 0) (i32.const 0) (i32.const 0))", 8),
        ("(call $fd_write (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))", 8),
        ("(call $fd_write (i32.const 1) (i32.const 0) (i32.const 1025) (i32.const 0))", 28),
        ("(call $clock_time_get (i32.const 2) (i64.const 0) (i32.const 0))", 28),
        ("(call $poll_oneoff (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))", 58),
        ("(call $sched_yield)", 0),
    ] {
        assert_eq!(errno(call), expected, "{call}");
    }
}

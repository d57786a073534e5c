//! waPC: request, response, host calls, log, start-up.

use ringfence_host::{Cache, Error, Level, Log, Options, Policy, Source};

use crate::guest::{ECHO, PASS_ON, guest, on_call, policy, respond};

/// Instructions for the host call `binding`/`namespace`/`operation`, whose names
/// and payload follow each other from address 4096.
fn host_call(call: [&str; 4]) -> (String, String) {
    let mut address = 4096;
    let mut arguments = String::new();
    for part in call {
        arguments += &format!("(i32.const {address}) (i32.const {})", part.len());
        address += part.len();
    }
    let text = call.concat().replace('"', "\\22");
    (format!(r#"(data (i32.const 4096) "{text}")"#), format!("(call $host_call {arguments})"))
}

/// A policy that fails with the error of a host call, or answers with its answer.
fn calling(call: [&str; 4]) -> Policy {
    let (data, call) = host_call(call);
    policy(&data, &format!("{call} {PASS_ON}"))
}

#[test]
fn a_payload_comes_back_whole() {
    let policy = policy("", ECHO);
    for payload in [&b""[..], b"x", "{\"pod\":\"h\u{fc}lle\"}".as_bytes(), &[0; 50_000]] {
        assert_eq!(policy.validate(payload).unwrap().bytes, payload);
    }
}

#[test]
fn the_operation_arrives_by_name() {
    let policy = policy(
        "",
        "(call $request (i32.const 0) (i32.const 8192))
        (call $response (i32.const 0) (local.get $operation))
        (i32.const 1)",
    );
    assert_eq!(policy.validate(b"").unwrap().bytes, b"validate");
    assert_eq!(policy.validate_settings(b"{}").unwrap().bytes, b"validate_settings");
    assert_eq!(policy.call("other", b"").unwrap().bytes, b"other");
}

#[test]
fn the_protocol_version_is_unquoted() {
    let policy = policy(r#"(data (i32.const 4096) "\22v1\22")"#, &respond(4096, 4));
    assert_eq!(policy.protocol_version().unwrap(), "v1");
}

#[test]
fn start_runs_before_init_and_both_before_the_call() {
    let bytes = guest(&format!(
        r#"(global $step (mut i32) (i32.const 48))
        (func $next (param $at i32)
          (i32.store8 (local.get $at) (global.get $step))
          (global.set $step (i32.add (global.get $step) (i32.const 1))))
        (func $section (call $next (i32.const 4096)))
        (start $section)
        (func (export "wapc_init") (call $next (i32.const 4098)))
        (func (export "_start") (call $next (i32.const 4097)) (call $proc_exit (i32.const 0)))
        {}"#,
        on_call(&format!("(call $next (i32.const 4099)) {}", respond(4096, 4)))
    ));
    let policy = Policy::from_bytes(&bytes, &Options::default()).unwrap();
    assert_eq!(policy.validate(b"").unwrap().bytes, b"0123");
}

#[test]
fn a_call_sees_nothing_of_the_one_before() {
    for pooling in [true, false] {
        let options = Options { pooling, ..Options::default() };
        let bytes = guest(&on_call(&format!(
            "(i32.store8 (i32.const 4096) (i32.add (i32.const 48) (i32.load8_u (i32.const 4096))))
            {}",
            respond(4096, 1)
        )));
        let policy = Policy::from_bytes(&bytes, &options).unwrap();
        for _ in 0..3 {
            assert_eq!(policy.validate(b"").unwrap().bytes, b"0", "pooling {pooling}");
        }
    }
}

#[test]
fn calls_run_side_by_side_beyond_the_places_of_the_pool() {
    let policy = policy("", ECHO);
    std::thread::scope(|scope| {
        for number in 0..100_u8 {
            let policy = &policy;
            scope.spawn(move || {
                assert_eq!(policy.validate(&[number]).unwrap().bytes, [number]);
            });
        }
    });
}

#[test]
fn tracing_is_answered_and_kept() {
    let policy = calling([
        "kubewarden",
        "tracing",
        "log",
        r#"{"level":"WARNING","message":"odd","pod":"web"}"#,
    ]);
    let reply = policy.validate(b"").unwrap();
    assert_eq!(reply.bytes, b"");
    let log = Log { source: Source::Tracing, level: Level::Warning, message: "odd".into() };
    assert_eq!(reply.logs, [log]);
}

#[test]
fn tracing_refuses_what_is_no_entry() {
    for (entry, text) in [
        ("no json", "log entry is not understood"),
        (r#"{"level":"loud"}"#, "log entry has no level of trace"),
    ] {
        match calling(["kubewarden", "tracing", "log", entry]).validate(b"") {
            Err(Error::Guest { text: found }) => assert!(found.starts_with(text), "{found}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn other_host_calls_are_refused_by_name() {
    for (call, text) in [
        (
            ["kubewarden", "kubernetes", "get_resource", "{}"],
            "host capability kubernetes/get_resource is not available here",
        ),
        (
            ["elsewhere", "tracing", "log", "{}"],
            "host capability tracing/log of `elsewhere` is not available here",
        ),
    ] {
        match calling(call).validate(b"") {
            Err(Error::Guest { text: found }) => assert_eq!(found, text),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_console_is_kept() {
    let policy = policy(
        r#"(data (i32.const 4096) "hello")"#,
        &format!("(call $console_log (i32.const 4096) (i32.const 5)) {ECHO}"),
    );
    let log = Log { source: Source::Console, level: Level::Info, message: "hello".into() };
    assert_eq!(policy.validate(b"").unwrap().logs, [log]);
}

#[test]
fn a_log_without_end_is_cut() {
    let policy = policy(
        "",
        &format!(
            "(local $left i32) (local.set $left (i32.const 100))
            loop
              (call $console_log (i32.const 0) (i32.const 60000))
              (local.tee $left (i32.sub (local.get $left) (i32.const 1)))
              br_if 0
            end
            {ECHO}"
        ),
    );
    let logs = policy.validate(b"").unwrap().logs;
    let last = logs.last().unwrap();
    assert_eq!((logs.len(), last.source), (18, Source::Host), "{}", last.message);
}

#[test]
fn fuel_is_counted_on_request_and_equal_for_equal_calls() {
    let bytes = guest(&on_call(ECHO));
    let load = |fuel| Policy::from_bytes(&bytes, &Options { fuel, ..Options::default() }).unwrap();
    assert_eq!(load(false).validate(b"x").unwrap().fuel, None);
    let policy = load(true);
    let first = policy.validate(b"x").unwrap().fuel;
    assert!(first.is_some_and(|fuel| fuel > 0 && fuel < 1000), "{first:?}");
    assert_eq!(policy.validate(b"y").unwrap().fuel, first);
    assert_eq!(load(true).validate(b"z").unwrap().fuel, first);
}

#[test]
fn code_is_kept_in_a_folder_of_choice() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("new");
    let options = Options { cache: Cache::Dir(dir.clone()), ..Options::default() };
    for _ in 0..2 {
        let policy = Policy::from_bytes(&guest(&on_call(ECHO)), &options).unwrap();
        assert_eq!(policy.validate(b"x").unwrap().bytes, b"x");
    }
    assert!(std::fs::read_dir(&dir).unwrap().next().is_some());
}

//! Small policies that do one thing, as no good one would.

/// A policy that says this to `validate`.
pub(crate) fn answers(answer: &str) -> Vec<u8> {
    let length = answer.len();
    module(
        &format!("(data (i32.const 1024) \"{}\")", escaped(answer)),
        &format!("(call $respond (i32.const 1024) (i32.const {length}))"),
    )
}

/// A policy that comes to no end.
pub(crate) fn spins() -> Vec<u8> {
    module("", "(loop $again (br $again))")
}

/// A policy that traps.
pub(crate) fn traps() -> Vec<u8> {
    module("", "unreachable")
}

/// A policy that says of any settings that they are wrong.
pub(crate) fn refuses_settings() -> Vec<u8> {
    with_settings("{\"valid\":false,\"message\":\"profile: unknown\\nrules: unknown\"}", "", "")
}

fn module(data: &str, body: &str) -> Vec<u8> {
    with_settings("{\"valid\":true,\"message\":null}", data, body)
}

/// The operations are told apart by the lengths of their names.
fn with_settings(settings: &str, data: &str, body: &str) -> Vec<u8> {
    let length = settings.len();
    let settings = escaped(settings);
    let text = format!(
        r#"(module
            (import "wapc" "__guest_response" (func $respond (param i32 i32)))
            (memory (export "memory") 4)
            (data (i32.const 0) "\"v1\"")
            (data (i32.const 16) "{settings}")
            {data}
            (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32)
                (if (i32.eq (local.get $operation) (i32.const 16))
                    (then (call $respond (i32.const 0) (i32.const 4)) (return (i32.const 1))))
                (if (i32.eq (local.get $operation) (i32.const 17))
                    (then (call $respond (i32.const 16) (i32.const {length})) (return (i32.const 1))))
                {body}
                (i32.const 1)))"#
    );
    wat::parse_str(text).expect("a module")
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

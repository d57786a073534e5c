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
    let settings = "{\"valid\":false,\"message\":\"profile: unknown\\nrules: unknown\"}";
    with_settings(settings, "", "", "")
}

/// A policy that refuses settings in other words each time that it is asked.
pub(crate) fn refuses_settings_in_ever_other_words() -> Vec<u8> {
    let settings = "{\"valid\":false,\"message\":\"words: ________\"}";
    let words = 16 + settings.find('_').expect("a place");
    let change = |at: usize| {
        // Letters: a quote would end the text.
        format!(
            "(i32.store8 (i32.const {at}) (i32.add (i32.const 97) (i32.and (i32.const 15) \
             (i32.load8_u (i32.const {at})))))"
        )
    };
    let letters: String = (words..words + 8).map(change).collect();
    let change = format!("(drop (call $random (i32.const {words}) (i32.const 8))) {letters}");
    with_settings(settings, &change, "", "")
}

fn module(data: &str, body: &str) -> Vec<u8> {
    with_settings("{\"valid\":true,\"message\":null}", "", data, body)
}

/// The operations are told apart by the lengths of their names; `change` is done before settings are
/// answered.
fn with_settings(settings: &str, change: &str, data: &str, body: &str) -> Vec<u8> {
    let length = settings.len();
    let settings = escaped(settings);
    let text = format!(
        r#"(module
            (import "wapc" "__guest_response" (func $respond (param i32 i32)))
            (import "wasi_snapshot_preview1" "random_get"
                (func $random (param i32 i32) (result i32)))
            (memory (export "memory") 4)
            (data (i32.const 0) "\"v1\"")
            (data (i32.const 16) "{settings}")
            {data}
            (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32)
                (if (i32.eq (local.get $operation) (i32.const 16))
                    (then (call $respond (i32.const 0) (i32.const 4)) (return (i32.const 1))))
                (if (i32.eq (local.get $operation) (i32.const 17))
                    (then {change} (call $respond (i32.const 16) (i32.const {length})) (return (i32.const 1))))
                {body}
                (i32.const 1)))"#
    );
    wat::parse_str(text).expect("a module")
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

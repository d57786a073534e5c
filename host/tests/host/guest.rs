//! Guests: text around the few instructions that a test is about.

use ringfence_host::{Options, Policy};

/// Everything a guest may import, and one page of memory.
///
/// Bytes 0 to 1023 are for the operation, 1024 to 4095 for scratch, data of a
/// test starts at 4096, the payload is written to 8192.
const HEAD: &str = r#"
(import "wapc" "__guest_request" (func $request (param i32 i32)))
(import "wapc" "__guest_response" (func $response (param i32 i32)))
(import "wapc" "__guest_error" (func $error (param i32 i32)))
(import "wapc" "__host_call"
  (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
(import "wapc" "__host_response_len" (func $host_response_len (result i32)))
(import "wapc" "__host_response" (func $host_response (param i32)))
(import "wapc" "__host_error_len" (func $host_error_len (result i32)))
(import "wapc" "__host_error" (func $host_error (param i32)))
(import "wapc" "__console_log" (func $console_log (param i32 i32)))
(import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "args_sizes_get"
  (func $args_sizes_get (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "clock_time_get"
  (func $clock_time_get (param i32 i64 i32) (result i32)))
(import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "environ_sizes_get"
  (func $environ_sizes_get (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_fdstat_get"
  (func $fd_fdstat_get (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_prestat_dir_name"
  (func $fd_prestat_dir_name (param i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_prestat_get"
  (func $fd_prestat_get (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_seek" (func $fd_seek (param i32 i64 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_write"
  (func $fd_write (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "poll_oneoff"
  (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
(import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "sched_yield" (func $sched_yield (result i32)))
(memory (export "memory") 1)
"#;

/// A guest that answers with its payload.
pub(crate) const ECHO: &str = "
(call $request (i32.const 0) (i32.const 8192))
(call $response (i32.const 8192) (local.get $length))
(i32.const 1)";

/// Behind a host call: answers with its answer, or fails with its error.
pub(crate) const PASS_ON: &str = "
if (result i32)
  (call $host_response (i32.const 8192))
  (call $response (i32.const 8192) (call $host_response_len))
  (i32.const 1)
else
  (call $host_error (i32.const 8192))
  (call $error (i32.const 8192) (call $host_error_len))
  (i32.const 0)
end";

/// A whole module from its text.
pub(crate) fn module(text: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {text})")).expect("the text of a test is a module")
}

/// A guest with the imports above and more of its own.
pub(crate) fn guest(fields: &str) -> Vec<u8> {
    module(&format!("{HEAD}{fields}"))
}

/// `__guest_call` with these instructions.
pub(crate) fn on_call(instructions: &str) -> String {
    format!(
        r#"(func (export "__guest_call") (param $operation i32) (param $length i32) (result i32)
          {instructions})"#
    )
}

/// A policy whose `__guest_call` is these instructions, beside other fields.
pub(crate) fn policy(fields: &str, instructions: &str) -> Policy {
    let bytes = guest(&format!("{fields}{}", on_call(instructions)));
    Policy::from_bytes(&bytes, &Options::default()).expect("the guest loads")
}

/// Instructions that answer with `length` bytes at `address`.
pub(crate) fn respond(address: u32, length: usize) -> String {
    format!("(call $response (i32.const {address}) (i32.const {length})) (i32.const 1)")
}

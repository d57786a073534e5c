//! What does not load, and how it is told.

use std::path::Path;

use ringfence_host::{Cache, Error, Options, Policy};

use crate::guest::{ECHO, guest, module, on_call};

fn refused(bytes: &[u8]) -> Error {
    match Policy::from_bytes(bytes, &Options::default()) {
        Ok(_) => panic!("the module loads"),
        Err(error) => error,
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let path = Path::new("no/such/policy.wasm");
    let error = Policy::from_file(path, &Options::default()).err().unwrap();
    assert!(matches!(&error, Error::File { path: found, .. } if found == path));
    assert!(error.to_string().starts_with("cannot read the policy file no/such/policy.wasm: "));
}

#[test]
fn what_is_no_module_is_told_apart() {
    for (bytes, what) in [
        (&b""[..], "an empty file"),
        (b"apiVersion: v1\n", "a text file"),
        (b"\n  (module)", "WebAssembly in text form, which has to be assembled first"),
        (b"\x1f\x8b\x08\0", "a gzip archive"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x7fELF\xff", "some other binary file"),
    ] {
        match refused(bytes) {
            Error::NotWasm { found } => assert_eq!(found, what),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_component_is_named_as_such() {
    let component = wat::parse_str("(component)").unwrap();
    assert!(matches!(refused(&component), Error::Component));
}

#[test]
fn a_broken_module_is_invalid() {
    let mut bytes = guest(&on_call(ECHO));
    bytes.truncate(bytes.len() / 2);
    assert!(matches!(refused(&bytes), Error::Invalid { .. }));
    assert!(matches!(refused(b"\0asm"), Error::Invalid { .. }));
    assert!(matches!(refused(b"\0asm\x02\0\0\0"), Error::Invalid { .. }));
}

#[test]
fn missing_and_mistaken_exports_are_named() {
    let call = r#"(func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1))"#;
    let memory = r#"(memory (export "memory") 1)"#;
    for (text, missing) in [
        (call.to_owned(), "memory"),
        (format!(r#"{call} (global (export "memory") i32 (i32.const 1))"#), "memory"),
        (memory.to_owned(), "__guest_call"),
        (format!(r#"{memory} (func (export "__guest_call") (param i32))"#), "__guest_call"),
        (
            format!(
                r#"{memory} (func (export "__guest_call") (param i32 i64) (result i32) (i32.const 1))"#
            ),
            "__guest_call",
        ),
    ] {
        match refused(&module(&text)) {
            Error::Export { name, .. } => assert_eq!(name, missing, "{text}"),
            other => panic!("{text}: {other}"),
        }
    }
}

#[test]
fn an_unknown_import_is_named() {
    for (from, function) in
        [("wapc", "__new_call"), ("wasi_snapshot_preview1", "path_open"), ("env", "memory_base")]
    {
        let import = format!(r#"(import "{from}" "{function}" (func))"#);
        let rest = r#"(memory (export "memory") 1)"#.to_owned() + &on_call("(i32.const 1)");
        match refused(&module(&(import + &rest))) {
            Error::Import { module, name } => assert_eq!((&*module, &*name), (from, function)),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn an_import_of_another_type_does_not_fit() {
    let text = r#"(import "wapc" "__guest_error" (func (param i64)))
        (memory (export "memory") 1)"#
        .to_owned()
        + &on_call("(i32.const 1)");
    let error = refused(&module(&text));
    assert!(matches!(error, Error::Link { .. }), "{error}");
    assert!(error.to_string().contains("__guest_error"), "{error}");
}

#[test]
fn a_cache_folder_that_cannot_be_used_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let cache = Cache::Dir(file.path().join("below"));
    let options = Options { cache, ..Options::default() };
    match Policy::from_bytes(&guest(&on_call(ECHO)), &options) {
        Err(Error::Cache { dir, .. }) => assert!(dir.starts_with(file.path())),
        other => panic!("{:?}", other.err()),
    }
}

#[test]
fn function_references_load_as_they_do_in_the_cluster() {
    let bytes = guest(&format!(
        "(type $answer (func (result i32)))
        (func $one (type $answer) (i32.const 1))
        (elem declare func $one)
        {}",
        on_call(
            "(call $response (i32.const 0) (i32.const 0))
            (call_ref $answer (ref.func $one))"
        )
    ));
    let policy = Policy::from_bytes(&bytes, &Options::default()).unwrap();
    assert_eq!(policy.validate(b"").unwrap().bytes, b"");
}

#[test]
fn a_module_that_does_not_fit_a_pool_runs_without() {
    let bytes = guest(&format!("(memory 1) {}", on_call(ECHO)));
    let policy = Policy::from_bytes(&bytes, &Options::default()).unwrap();
    let reply = policy.validate(b"x").unwrap();
    assert_eq!((&*reply.bytes, reply.memory_bytes), (&b"x"[..], 2 << 16));
}

//! Every case of `cases/`, by the library and by the module: byte-equal answers, and as expected.

mod common;

use host_test::cases;
use host_test::engine::{self, Engine, Native};
use std::fmt::Write;
use std::path::Path;

#[test]
fn every_case_natively_and_through_the_module() {
    let module = engine::load(&common::module(), true, None).expect("the module loads");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
    let cases = cases::load(&folder).unwrap_or_else(|error| panic!("{error:#}"));
    let mut failures = String::new();
    let mut count = 0;
    for case in &cases {
        for (variant, payload, expected) in case.payloads() {
            count += 1;
            let mut fail = |what: &str| {
                let file = case.file.file_name().unwrap_or_default().display();
                let _ =
                    writeln!(failures, "{file}:{}: {} {variant}\n{what}\n", case.line, case.name);
            };
            let native = case.engine(&Native).validate(&payload);
            let native = native.expect("the library always answers");
            if let Err(mismatch) = cases::compare(&expected, &native) {
                fail(&mismatch.to_string());
            }
            match case.engine(&module).validate(&payload) {
                Ok(answer) if answer == native => {}
                Ok(answer) => fail(&format!(
                    "library: {}\nmodule:  {}",
                    String::from_utf8_lossy(&native),
                    String::from_utf8_lossy(&answer)
                )),
                Err(error) => fail(&format!("module: {error:#}")),
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(count > 0, "no case was run");
}

//! The scanner accepts what `serde_json` accepts, and reads the same from it.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use ringfence_fuzz::answer::is_number_out_of_range;
use ringfence_fuzz::tree;
use ringfence_policy::json::Scanner;
use serde::de::IgnoredAny;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Corpus::Reject;
    };
    let expected = serde_json::from_str::<Value>(text);

    let mut scanner = Scanner::new(text);
    let stepped_over = scanner.raw().and_then(|raw| scanner.end().map(|()| raw));
    match (&stepped_over, &expected) {
        // The blanks that JSON knows; `str::trim` knows more.
        (Ok(raw), Ok(_)) => assert_eq!(*raw, text.trim_matches([' ', '\n', '\t', '\r'])),
        (Err(_), Err(_)) => {}
        (Err(error), Ok(_)) => panic!("only serde_json accepts it: {error}"),
        (Ok(_), Err(error)) => {
            assert!(is_number_out_of_range(error), "only the scanner accepts it: {error}");
            assert!(serde_json::from_str::<IgnoredAny>(text).is_ok());
        }
    }

    let mut scanner = Scanner::new(text);
    let read = tree::read(&mut scanner).and_then(|read| scanner.end().map(|()| read));
    assert_eq!(read.is_ok(), stepped_over.is_ok(), "reading and stepping over differ");
    if let (Ok(read), Ok(expected)) = (read, expected) {
        assert_eq!(read, expected);
    }
    Corpus::Keep
});

//! Any payload gets an answer, and nothing is accepted that could not be read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ringfence_fuzz::answer::{is_number_out_of_range, validate};
use serde::de::IgnoredAny;
use serde_json::Value;

fuzz_target!(|payload: &[u8]| {
    let answer = validate(payload);
    if serde_json::from_slice::<IgnoredAny>(payload).is_err() {
        assert_eq!(answer.outcome, "malformed");
    }
    if !answer.accepted {
        return;
    }
    match serde_json::from_slice::<Value>(payload) {
        Ok(read) => {
            assert!(read["request"].is_object(), "accepted without a request");
            same_when_written_anew(payload, &read);
        }
        Err(error) => assert!(is_number_out_of_range(&error), "accepted, not read: {error}"),
    }
});

/// How a document is laid out decides nothing: a host may write it anew before it asks.
fn same_when_written_anew(payload: &[u8], read: &Value) {
    // Written anew, `-0` is `-0.0`, and no integer any more.
    if payload.windows(2).any(|pair| pair == b"-0") {
        return;
    }
    let again = serde_json::to_vec(read).expect("a value that was read can be written");
    assert!(validate(&again).accepted, "accepted, and denied when written anew");
}

//! Any settings get an answer, and settings that are refused let nothing through.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ringfence_fuzz::answer::validate;
use ringfence_fuzz::pod;
use serde_json::Value;

fuzz_target!(|settings: &[u8]| {
    let answer = ringfence_policy::validate_settings(settings);
    let answer = serde_json::from_slice::<Value>(&answer).expect("the answer is JSON");
    let valid = answer["valid"].as_bool().expect("`valid` is a boolean");
    assert_eq!(valid, answer["message"].is_null(), "invalid settings have a message");

    let is_empty = settings.trim_ascii().is_empty();
    if valid && !is_empty {
        let read = serde_json::from_slice::<Value>(settings).expect("valid settings are JSON");
        assert!(read.is_object() || read.is_null(), "valid, and neither an object nor null");
    }

    // A pod that no rule minds: what denies it are the settings.
    let compliant = pod::compliant().to_string();
    let payload = [pod::payload_start(&compliant).as_bytes(), settings, b"}"].concat();
    // Text that closes the payload itself and goes on is no settings document.
    if is_empty || serde_json::from_slice::<Value>(settings).is_err() {
        assert!(!valid || is_empty);
        return;
    }
    let judged = validate(&payload);
    assert_eq!(judged.accepted, valid, "the two operations differ about the settings");
});

//! Any log is read for denials, and any bytes are run as a program of a filter.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ringfence_seccomp::{Arch, bpf, denials, message};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for denial in denials(&text) {
        assert!(denial.count > 0);
        assert!(!message::denial(&denial).is_empty());
    }
    for arch in [Arch::X86_64, Arch::S390x] {
        if let Ok(program) = bpf::read(bytes, arch) {
            let _ = bpf::run(&program, arch, 1, &[u64::MAX; 6]);
        }
    }
});

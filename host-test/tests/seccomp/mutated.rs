//! Whatever a file holds, reading it ends in a profile or in a message.

use super::examples;
use host_test::seccomp::documents::{self, Part};
use host_test::seccomp::source::Source;
use host_test::seccomp::{edit, lint};
use ringfence_seccomp::{Arch, Context, Loader, Severities, fix};

/// A step of xorshift: the same mutations in every run.
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 16).unwrap_or(0)
}

/// Changes, doubles or removes some bytes.
fn mutate(bytes: &mut Vec<u8>, state: &mut u64) {
    const LETTERS: &[u8] = b"{}[],:\"'\\ \n-#|>&*!09eEaz\xff\xc3";
    for _ in 0..=next(state) % 4 {
        let at = next(state) % bytes.len();
        match next(state) % 4 {
            0 => bytes[at] = LETTERS[next(state) % LETTERS.len()],
            1 => bytes.insert(at, LETTERS[next(state) % LETTERS.len()]),
            2 => drop(bytes.remove(at)),
            _ => {
                let end = (at + next(state) % 60).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
}

#[test]
fn mutated_files_are_read_or_refused() {
    let context = Context::new(Loader::Containerd, Arch::X86_64);
    let map =
        examples().join("../../host-test/tests/seccomp/snapshots/convert-worker-configmap.yaml");
    let files = ["web.json", "legacy.json", "worker.yaml"].map(|name| examples().join(name));
    let (mut profiles, mut broken, mut edits) = (0, 0, 0);
    for path in files.iter().chain([&map]) {
        let whole = std::fs::read(path).expect("an example");
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let mut state = 0x9e37_79b9_7f4a_7c15;
        for _ in 0..250 {
            let mut bytes = whole.clone();
            mutate(&mut bytes, &mut state);
            for part in documents::read(name, &bytes) {
                let Part::Profile(text) = part else {
                    broken += 1;
                    continue;
                };
                profiles += 1;
                let (profile, _) = text.parse().expect("what was read can be parsed");
                edits += usize::from(edit::rules(&text, &fix(&profile, &context).profile).is_ok());
                let source = Source::Text(text);
                let linted = lint::run(source.clone(), vec![context], &Severities::new());
                for placed in linted.expect("findings").findings {
                    let at = placed.at.expect("a place");
                    let text = String::from_utf8_lossy(&bytes);
                    let line = text.lines().nth(at.line - 1).unwrap_or_default();
                    assert!(at.column <= line.chars().count() + 1, "{at:?} in {text}");
                }
            }
        }
    }
    // All three happen, often.
    assert!(profiles > 100 && broken > 100 && edits > 100, "{profiles} {broken} {edits}");
}

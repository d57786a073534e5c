//! The table is what libseccomp says, name by name and number by number.
#![cfg(feature = "libseccomp")]

use libseccomp::ScmpSyscall;
use ringfence_seccomp::{Arch, Syscall, Version, syscalls};
use ringfence_seccomp_oracle::compile::{arch, version};
use ringfence_seccomp_oracle::table::{self, ABSENT};

#[test]
fn every_number_of_the_library_is_in_the_table() {
    for (name, numbers) in table::rows() {
        let call = Syscall::from_name(&name).unwrap_or_else(|| panic!("no `{name}`"));
        assert!(call.since() <= version(), "{name}: {:?}", call.since());
        for (column, number) in Arch::ALL.into_iter().zip(numbers) {
            if number != ABSENT {
                let found = call.number(column).map(|number| number & 0xffff);
                let private =
                    if number >= table::PRIVATE { number - table::PRIVATE } else { number };
                assert_eq!(found, Some(private.into()), "{name} {column:?}");
            }
        }
    }
}

#[test]
fn every_name_of_the_table_is_in_the_library() {
    for call in syscalls() {
        let found = ScmpSyscall::from_name(call.name()).is_ok();
        assert_eq!(found, call.since() <= version(), "{}", call.name());
    }
}

#[test]
fn a_number_is_found_by_its_name() {
    for call in syscalls() {
        for at in Arch::ALL.into_iter().filter(|at| call.since_on(*at) <= version()) {
            let found = ScmpSyscall::from_name_by_arch(call.name(), arch(at)).ok().map(i32::from);
            match call.number(at) {
                // Multiplexed calls have a negative number even where they have one of their own.
                Some(number) => assert!(
                    found == Some(number as i32) || found.is_some_and(|found| found < 0),
                    "{} {at:?}: {number} {found:?}",
                    call.name()
                ),
                None => assert!(found.is_none_or(|found| found < 0), "{} {at:?}", call.name()),
            }
        }
    }
}

#[test]
fn the_generated_file_is_current() {
    if version() == Version(2, 6, 1) {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../policy/seccomp/src/table/generated.rs");
        let written = std::fs::read_to_string(path).expect("the table");
        assert!(written == table::generated(), "run the generator (see its first line)");
    }
}

//! The command `ringfence-provider`; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ringfence_provider::main()
}

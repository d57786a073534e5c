//! The `ringfence` command; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    host_test::cli::main()
}

//! Pushes an annotated module: what `cargo xtask publish` runs, which reads its arguments.
//!
//! `ringfence-publish TARGET MODULE [HOST…]`; the hosts are spoken to without TLS.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use ringfence_registry::{ModuleReference, Options, blocking};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the reference that names what was pushed for ever, and nothing else, for scripts.
fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(target), Some(path)) = (arguments.next(), arguments.next().map(PathBuf::from)) else {
        bail!("use `cargo xtask publish registry://HOST/REPOSITORY:vVERSION`");
    };
    let target = ModuleReference::parse(&target)?;
    let module = std::fs::read(&path).with_context(|| {
        format!("cannot read {}; `cargo xtask package` makes it", path.display())
    })?;
    let plain_http = arguments.map(|host| host.to_string_lossy().into_owned()).collect();
    let client = blocking::Client::new(Options { plain_http, ..Options::default() })?;
    println!("{}", client.push(&target, module)?);
    Ok(())
}

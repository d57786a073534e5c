//! The module under both hosts: equal answers, and calls a second: `hosts WASM`

#[path = "../../../../../e2e/src/requests.rs"]
mod requests;

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use ringfence_host::{Answer, Options, Policy};
use wapc_host::WapcPolicy;

const TIME: Duration = Duration::from_secs(3);

fn main() -> Result<()> {
    let path = std::env::args_os().nth(1).context("no guest given: hosts WASM")?;
    let module = fs::read(path)?;
    let pooled = Policy::from_bytes(&module, &Options::default())?;
    let on_demand = Policy::from_bytes(&module, &Options { pooling: false, ..Options::default() })?;
    let theirs = WapcPolicy::new(&module, false)?;
    let theirs_pooled = WapcPolicy::new(&module, true)?;
    let requests = requests::all();

    for request in &requests {
        let ours = pooled.validate(&request.payload)?.bytes;
        ensure!(ours == theirs.call("validate", &request.payload)?, "{} differs", request.name);
        ensure!(
            Answer::parse(&ours)?.accepted == request.accepted,
            "{} is misjudged",
            request.name
        );
    }
    let settings = requests::settings().to_string();
    for settings in [settings.as_bytes(), br#"{"profile": "restrictd"}"#, b"{", b"\xff"] {
        let ours = pooled.validate_settings(settings)?.bytes;
        ensure!(ours == theirs.call("validate_settings", settings)?, "settings differ");
    }
    println!("equal answers to {} requests and 4 settings", requests.len());

    let payload = &requests[0].payload;
    println!("{}, one thread, calls a second:", requests[0].name);
    let instance = theirs.instance()?;
    // Twice, to see how much the machine wavers.
    for _ in 0..2 {
        rate("ringfence-host, pooling", || Ok(pooled.validate(payload)?.bytes))?;
        rate("ringfence-host, on demand", || Ok(on_demand.validate(payload)?.bytes))?;
        rate("wasmtime-provider, pooling", || theirs_pooled.call("validate", payload))?;
        rate("wasmtime-provider, on demand", || theirs.call("validate", payload))?;
        rate(
            "wasmtime-provider, one instance for all",
            || Ok(instance.call("validate", payload)?),
        )?;
    }
    Ok(())
}

fn rate(name: &str, call: impl Fn() -> Result<Vec<u8>>) -> Result<()> {
    let started = Instant::now();
    let mut calls = 0;
    while started.elapsed() < TIME {
        call()?;
        calls += 1;
    }
    println!("{name}: {:.0}", f64::from(calls) / started.elapsed().as_secs_f64());
    Ok(())
}

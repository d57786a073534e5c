//! Calls per second of a tiny policy, with instances on demand and from a pool:
//! the price of an instance per call. Give a policy and a payload to measure
//! those instead.
//!
//! `cargo run --profile dist --package ringfence-host --example instances`

use std::error::Error;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use ringfence_host::{Options, Policy};

/// Answers with nothing.
const TINY: &str = r#"(module
  (import "wapc" "__guest_response" (func $response (param i32 i32)))
  (memory (export "memory") 17)
  (func (export "__guest_call") (param i32 i32) (result i32)
    (i32.store (i32.const 65536) (local.get 1))
    (call $response (i32.const 0) (i32.const 0))
    (i32.const 1)))"#;

const TIME: Duration = Duration::from_secs(2);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (module, payload) = match arguments.as_slice() {
        [] => (wat::parse_str(TINY)?, Vec::new()),
        [policy, payload] => (std::fs::read(Path::new(policy))?, std::fs::read(payload)?),
        _ => return Err("give a policy and a payload, or neither".into()),
    };
    for threads in [1, 2, 4] {
        for pooling in [false, true] {
            let options = Options { pooling, ..Options::default() };
            let policy = Policy::from_bytes(&module, &options)?;
            policy.validate(&payload)?;
            let started = Instant::now();
            let calls: u32 = thread::scope(|scope| {
                let workers: Vec<_> = (0..threads)
                    .map(|_| scope.spawn(|| calls(&policy, &payload, started)))
                    .collect();
                workers.into_iter().map(|worker| worker.join().unwrap_or_default()).sum()
            });
            let rate = f64::from(calls) / started.elapsed().as_secs_f64();
            println!("{threads} threads, pooling {pooling}: {rate:.0} calls a second");
        }
    }
    Ok(())
}

/// Calls until the time is over; a failing call ends it early.
fn calls(policy: &Policy, payload: &[u8], started: Instant) -> u32 {
    let mut calls = 0;
    while started.elapsed() < TIME && policy.validate(payload).is_ok() {
        calls += 1;
    }
    calls
}

//! What a request costs, in units that do not depend on the machine: wasmtime fuel, about one a
//! wasm instruction, of a fresh instance's whole `validate`; and instructions of the same work
//! done natively, counted by valgrind.
//!
//! `cargo xtask bench` runs it.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use e2e::lookups::{self, Asked};
use e2e::profiles;
use e2e::requests::{self, Request};
use ringfence_host::{Answer, Cache, Context, Options, Policy};

fn main() -> Result<()> {
    let module = e2e::workspace().join("dist/policy.wasm");
    let options = Options { fuel: true, cache: Cache::Off, ..Options::default() };
    let policy = Policy::from_file(&module, &options)?;
    println!("module: {} KiB", std::fs::metadata(&module)?.len().div_ceil(1024));
    let all = requests::all();
    println!("\nEvery rule of pods asked:\n");
    table(&policy, &all, 0)?;
    println!("\nThe Pod Security Standards alone, settings `{{}}`:\n");
    table(&policy, &requests::of_standards(), all.len())?;
    lookups(&policy)?;
    profiles(&policy)
}

/// What requests cost; `first` is the number of the first one for `native`.
fn table(policy: &Policy, requests: &[Request], first: usize) -> Result<()> {
    println!(
        "| request | payload, bytes | verdict | answer, bytes | wasm fuel | native instructions | wasm/native |"
    );
    println!("|---|---:|---|---:|---:|---:|---:|");
    for (index, request) in requests.iter().enumerate() {
        let reply = policy.validate(&request.payload)?;
        let answer = Answer::parse(&reply.bytes)?;
        ensure!(answer.accepted == request.accepted, "{}: {:?}", request.name, answer.message);
        let fuel = reply.fuel.context("fuel was asked for")?;
        let native = native_instructions(first + index)?;
        println!(
            "| {} | {} | {} | {} | {fuel} | {native} | {:.2} |",
            request.name,
            request.payload.len(),
            if answer.accepted { "accepted" } else { "denied" },
            reply.bytes.len(),
            fuel as f64 / native as f64,
        );
    }
    Ok(())
}

/// What it costs to read what seccomp profiles permit.
fn profiles(policy: &Policy) -> Result<()> {
    println!("\n| profile and request | payload, bytes | wasm fuel | milliseconds |");
    println!("|---|---:|---:|---:|");
    for judged in profiles::all() {
        let start = Instant::now();
        let reply = policy.validate(&judged.payload)?;
        let time = start.elapsed().as_secs_f64() * 1000.0;
        let fuel = reply.fuel.context("fuel was asked for")?;
        println!("| {} | {} | {fuel} | {time:.1} |", judged.name, judged.payload.len());
    }
    Ok(())
}

/// What rules ask of the cluster, and what a request costs with that.
fn lookups(policy: &Policy) -> Result<()> {
    println!("\n| rule and request | questions | bytes | answers, bytes | wasm fuel |");
    println!("|---|---:|---:|---:|---:|");
    for lookup in lookups::all() {
        let asked = lookups::ask(&lookup)?;
        let context = Context { now: None, capabilities: Some(lookups::capabilities()?) };
        let reply = policy.validate_in(&lookup.payload, context)?;
        let fuel = reply.fuel.context("fuel was asked for")?;
        let Asked { calls, questions, answers } = asked;
        println!("| {} | {calls} | {questions} | {answers} | {fuel} |", lookup.name);
    }
    Ok(())
}

/// Instructions of one native `validate`: the difference of a long and a short run, so that
/// start-up does not count.
fn native_instructions(request: usize) -> Result<u64> {
    let long = instructions(request, 110)?;
    let short = instructions(request, 10)?;
    Ok((long - short) / 100)
}

fn instructions(request: usize, times: usize) -> Result<u64> {
    let program = std::env::current_exe()?.with_file_name("native");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(&program)
        .args([request.to_string(), times.to_string()])
        .output()
        .context("cannot run valgrind; install it, it counts the native instructions")?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected :"));
    let (_, count) = collected.with_context(|| {
        format!("valgrind counted nothing for {}: {text}", Path::new(&program).display())
    })?;
    Ok(count.trim().parse()?)
}

//! Size of guests, and wasmtime fuel of one `validate` in a fresh instance: `measure WASM…`

#[path = "../../../../../e2e/src/requests.rs"]
mod requests;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use ringfence_host::{Answer, Options, Policy};

fn main() -> Result<()> {
    let guests: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    ensure!(!guests.is_empty(), "no guest given: measure WASM…");
    let requests = requests::all();
    print!("| guest | bytes |");
    for request in &requests {
        let verdict = if request.accepted { "accept" } else { "deny" };
        print!(" {}, {verdict}, {} bytes |", request.name, request.payload.len());
    }
    println!("\n|---|---:|{}", "---:|".repeat(requests.len()));
    for path in guests {
        let bytes = std::fs::read(&path)?;
        let name = path.file_stem().unwrap_or_default().display();
        print!("| {name} | {} |", bytes.len());
        let policy = Policy::from_bytes(&bytes, &Options { fuel: true, ..Options::default() })?;
        for request in &requests {
            let reply = policy.validate(&request.payload)?;
            let accepted = Answer::parse(&reply.bytes)?.accepted;
            ensure!(accepted == request.accepted, "{name} misjudges {}", request.name);
            print!(" {} |", reply.fuel.unwrap_or_default());
        }
        println!();
    }
    Ok(())
}

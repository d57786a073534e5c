//! A bounded load: every answer is right, and memory does not grow with requests. `cargo xtask load`
//! is the long one, which also measures.

use std::path::Path;

use anyhow::{Result, ensure};
use ringfence_load::client::{Client, verdict};
use ringfence_load::corpus::{Body, Sample, samples};
use ringfence_load::drive::{Load, run};
use ringfence_load::gatekeeper::{Judge, bench};
use ringfence_load::process::memory;
use ringfence_load::provider::Provider;

use crate::certificates::module;

const CONNECTIONS: usize = 8;

fn provider(options: &[&str]) -> Result<Provider> {
    let program = Path::new(env!("CARGO_BIN_EXE_ringfence-provider"));
    // A busy machine is no reason for an answer to be late.
    let patient = ["--timeout-ms", "60000", "--key-timeout-ms", "60000"];
    Provider::start(program, &module(), &[&patient, options].concat())
}

fn bodies(kilobytes: usize) -> Vec<Body> {
    samples(kilobytes).iter().map(Sample::body).collect()
}

#[tokio::test]
async fn under_load_every_answer_is_right_and_memory_stays() -> Result<()> {
    let provider = provider(&["--cache-mib", "1"])?;
    let client = Client::of(&provider)?;
    let load = |first, requests| {
        let (connections, pace) = (CONNECTIONS, None);
        run(&client, Load { bodies: bodies(2), requests, connections, pace, first })
    };
    // The cache fills up, and as many instances are made as there will be.
    load(0, 2500).await?;
    let warm = memory(provider.id())?;
    load(2500, 10_000).await?;
    let then = memory(provider.id())?;
    // Were a request of 2 KB kept, there would be 20 MiB more.
    let grown = then.resident.saturating_sub(warm.resident);
    ensure!(grown < 16 << 10, "{grown} KiB more: {warm:?}, {then:?}");
    Ok(())
}

#[tokio::test]
async fn large_pods_are_judged_side_by_side() -> Result<()> {
    let provider = provider(&[])?;
    let client = Client::of(&provider)?;
    let bodies = bodies(900);
    assert!(bodies.iter().all(|body| body.size() > 1_000_000), "{}", bodies[0].size());
    let (connections, pace) = (CONNECTIONS, None);
    let outcome = run(&client, Load { bodies, requests: 48, connections, pace, first: 0 }).await?;
    assert!(outcome.quantile(0.99) >= outcome.quantile(0.5) && outcome.rate() > 0.0);
    Ok(())
}

#[tokio::test]
async fn each_pod_is_denied_by_the_controls_that_it_breaks() -> Result<()> {
    let provider = provider(&[])?;
    let mut connection = Client::of(&provider)?.connect().await?;
    for sample in samples(2) {
        let body = sample.body().numbered(1);
        let answer = connection.send(body.clone()).await?;
        let mut rules = verdict(&body, &answer)?.rules;
        rules.sort();
        assert_eq!(rules, sample.broken);
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_answer_ends_a_run() -> Result<()> {
    let provider = provider(&[])?;
    let client = Client::of(&provider)?;
    let mut bodies = bodies(2);
    bodies[1].allowed = true;
    let (requests, connections, pace) = (10, 1, None);
    let wrong = run(&client, Load { bodies, requests, connections, pace, first: 0 }).await;
    let error = wrong.map(|_| ()).expect_err("the second pod is denied");
    assert!(error.to_string().contains("request 1"), "{error:#}");
    Ok(())
}

/// The Rego that `cargo xtask load` holds the provider against asks the same of pods.
#[tokio::test]
#[ignore = "needs Gatekeeper's client"]
async fn gatekeeper_driver_judges_alike_by_controls_and_by_the_provider() -> Result<()> {
    let driver = std::env::var_os("RINGFENCE_GATEKEEPER_DRIVER").expect("a program");
    let provider = provider(&[])?;
    for judge in [Judge::Controls, Judge::Provider(&provider)] {
        let measured = bench(Path::new(&driver), &judge, &samples(2), 64, 2)?;
        assert!(measured.rate() > 0.0 && measured.p99_micros >= measured.p50_micros);
    }
    Ok(())
}

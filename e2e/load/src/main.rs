//! `ringfence-load`: measures the provider, and Gatekeeper's engine beside it. `cargo xtask load`
//! builds what it needs and runs it.

mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Parser;
use ringfence_load::client::Client;
use ringfence_load::corpus::{Body, Sample, samples};
use ringfence_load::drive::{Load, Outcome, run};
use ringfence_load::gatekeeper::{Judge, Measured, bench};
use ringfence_load::process::{memory, processor_time};
use ringfence_load::provider::Provider;

use table::Table;

/// Measures the provider under load, and Gatekeeper's engine on the same pods.
#[derive(Parser)]
struct Arguments {
    /// The provider's program
    #[arg(long, value_name = "FILE")]
    provider: PathBuf,
    /// The policy module
    #[arg(long, value_name = "FILE")]
    module: PathBuf,
    /// The driver of Gatekeeper's engine, e2e/gatekeeper-driver; without it there is no comparison
    #[arg(long, value_name = "FILE")]
    driver: Option<PathBuf>,
    /// How many requests memory is watched for
    #[arg(long, value_name = "NUMBER", default_value_t = 100_000)]
    requests: usize,
    /// Connections, and reviews of Gatekeeper's engine at a time
    #[arg(long, value_name = "NUMBER", default_value_t = 4)]
    connections: usize,
    /// How often the comparison is repeated; the middle one counts
    #[arg(long, value_name = "NUMBER", default_value_t = 3)]
    rounds: usize,
}

/// Sizes of pods in KiB, and how many requests measure them.
const SIZES: &[(usize, usize)] = &[(2, 10_000), (16, 4000), (64, 2000), (256, 600), (900, 200)];

/// How much the memory of a server may grow once it is warm, in KiB: what the allocator keeps
/// differs from moment to moment.
const GROWTH: u64 = 16 << 10;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new();
    match runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(&Arguments::parse())))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn measure(arguments: &Arguments) -> Result<()> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{processors} processors, which clients share; {} connections", arguments.connections);
    // Every request is judged.
    let judging = start(arguments, &["--cache-mib", "0"])?;
    sizes(arguments, &judging).await?;
    watch_memory(arguments, &judging).await?;
    if let Some(driver) = &arguments.driver {
        compare(arguments, driver, &judging).await?;
    }
    Ok(())
}

fn start(arguments: &Arguments, options: &[&str]) -> Result<Provider> {
    Provider::start(&arguments.provider, &arguments.module, options)
}

fn bodies(kilobytes: usize) -> Vec<Body> {
    samples(kilobytes).iter().map(Sample::body).collect()
}

/// A run, and what it cost the provider of a processor for each request, in milliseconds.
async fn cost(provider: &Provider, load: Load) -> Result<(Outcome, f64)> {
    let client = Client::of(provider)?;
    let requests = load.requests as f64;
    let before = processor_time(provider.id())?;
    let outcome = run(&client, load).await?;
    let used = processor_time(provider.id())? - before;
    Ok((outcome, used.as_secs_f64() * 1000.0 / requests))
}

async fn sizes(arguments: &Arguments, judging: &Provider) -> Result<()> {
    let keeping = start(arguments, &[])?;
    let mut table = Table::new(&[
        "body, bytes",
        "",
        "requests",
        "per second",
        "p50 ms",
        "p99 ms",
        "half: p50 ms",
        "p99 ms",
        "cpu ms each",
    ]);
    for &(kilobytes, requests) in SIZES {
        let load = |first, pace| Load {
            bodies: bodies(kilobytes),
            requests,
            connections: arguments.connections,
            pace,
            first,
        };
        let size = load(0, None).bodies.iter().map(Body::size).max().unwrap_or_default();
        for (what, provider) in [("judged", judging), ("kept", &keeping)] {
            // What is kept has been asked before.
            cost(provider, load(0, None)).await?;
            let (full, cpu) = cost(provider, load(0, None)).await?;
            let (half, _) = cost(provider, load(0, Some(full.rate() / 2.0))).await?;
            table.row(&[
                size.to_string(),
                what.to_owned(),
                requests.to_string(),
                format!("{:.0}", full.rate()),
                millis(&full, 0.5),
                millis(&full, 0.99),
                millis(&half, 0.5),
                millis(&half, 0.99),
                format!("{cpu:.3}"),
            ]);
        }
    }
    println!(
        "\nFull load is one request at a time on each connection; half load is half as many a second,\ncounted from when each was due.\n\n{table}"
    );
    Ok(())
}

fn millis(outcome: &Outcome, part: f64) -> String {
    format!("{:.2}", outcome.quantile(part).as_secs_f64() * 1000.0)
}

/// Sends small requests and looks at the server's memory ten times.
async fn watch_memory(arguments: &Arguments, provider: &Provider) -> Result<()> {
    let client = Client::of(provider)?;
    let each = arguments.requests.div_ceil(10);
    let mut table = Table::new(&["requests", "resident KiB", "peak KiB"]);
    let mut resident = Vec::new();
    for tenth in 0..10 {
        let (connections, first) = (arguments.connections, tenth * each);
        run(&client, Load { bodies: bodies(2), requests: each, connections, pace: None, first })
            .await?;
        let memory = memory(provider.id())?;
        table.row(&[
            (first + each).to_string(),
            memory.resident.to_string(),
            memory.peak.to_string(),
        ]);
        resident.push(memory.resident);
    }
    println!("Memory of the server, after the sizes above:\n\n{table}");
    let (first, last) = (resident.first().copied(), resident.last().copied());
    let grown = last.unwrap_or_default().saturating_sub(first.unwrap_or_default());
    ensure!(grown <= GROWTH, "the server's memory grew by {grown} KiB from the first tenth on");
    Ok(())
}

/// Reviews a second and cost of one.
type Figures = (f64, f64);

async fn compare(
    arguments: &Arguments,
    driver: &std::path::Path,
    provider: &Provider,
) -> Result<()> {
    let mut table = Table::new(&[
        "pod",
        "judged by",
        "per second",
        "cpu ms each",
        "times as many",
        "of the cpu",
    ]);
    for &(kilobytes, requests) in SIZES.iter().take(3) {
        let (controls, whole, alone) =
            rounds(arguments, driver, provider, kilobytes, requests).await?;
        for (name, figures) in [
            ("Gatekeeper, Rego for each control", controls),
            ("Gatekeeper, asking the provider", whole),
            ("the provider, over TLS", alone),
        ] {
            table.row(&[
                format!("{kilobytes} KB"),
                name.to_owned(),
                format!("{:.0}", figures.0),
                format!("{:.3}", figures.1),
                format!("{:.1}", figures.0 / controls.0),
                format!("{:.3}", figures.1 / controls.1),
            ]);
        }
    }
    println!("The same pods and controls, in turn, nothing kept; the verdicts agree:\n\n{table}");
    Ok(())
}

async fn rounds(
    arguments: &Arguments,
    driver: &std::path::Path,
    provider: &Provider,
    kilobytes: usize,
    requests: usize,
) -> Result<(Figures, Figures, Figures)> {
    let samples = samples(kilobytes);
    let (mut controls, mut whole, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    let gatekeeper =
        |judge: &Judge<'_>, reviews| bench(driver, judge, &samples, reviews, arguments.connections);
    for _ in 0..arguments.rounds.max(1) {
        let figures = |it: &Measured| (it.rate(), it.cpu_millis());
        controls.push(figures(&gatekeeper(&Judge::Controls, requests / 5)?));
        let before = processor_time(provider.id())?;
        let reviews = requests / 5;
        let asked = gatekeeper(&Judge::Provider(provider), reviews)?;
        // Both processes, and the few reviews by which the driver warms up.
        let used = processor_time(provider.id())? - before;
        let judged = (reviews + samples.len()) as f64;
        let both = asked.cpu_millis() + used.as_secs_f64() * 1000.0 / judged;
        whole.push((asked.rate(), both));
        let load = Load {
            bodies: bodies(kilobytes),
            requests,
            connections: arguments.connections,
            pace: None,
            first: 0,
        };
        let (outcome, cpu) = cost(provider, load).await?;
        alone.push((outcome.rate(), cpu));
    }
    Ok((middle(controls), middle(whole), middle(alone)))
}

/// The round with the middle rate.
fn middle(mut rounds: Vec<Figures>) -> Figures {
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}

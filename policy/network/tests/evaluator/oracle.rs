//! The evaluator against cyclonus' matcher with apimachinery's selectors, over drawn clusters.
//!
//! The other evaluator is a Go program, which this test is told where to find:
//!
//! ```sh
//! (cd e2e/network-oracle && CGO_ENABLED=0 go build -trimpath -o ../../target/network-oracle .)
//! RINGFENCE_NETWORK_ORACLE=$PWD/target/network-oracle cargo test -p ringfence-network --test evaluator -- --ignored
//! ```
//!
//! `RINGFENCE_SEED` repeats a run, `RINGFENCE_CLUSTERS` makes it longer or shorter. Each cluster has
//! one family of addresses, one address a pod and no host networks: the other evaluator knows no
//! more.

use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use ringfence_network::Answer;
use serde_json::{Value, json};

use crate::model::End;
use crate::snapshot;
use crate::world::{self, OUTSIDE, TRAFFIC, World};

/// Every pair of ends of one family of addresses, with every traffic.
fn queries(world: &World) -> Vec<(End, End, (&'static str, u16))> {
    let is_v6 = world.pods[0].addresses[0].contains(':');
    let pods = (0..world.pods.len()).map(End::Pod);
    let ends = pods.chain([End::Outside(OUTSIDE[usize::from(is_v6)])]).collect::<Vec<_>>();
    let pairs = ends.iter().flat_map(|from| ends.iter().map(move |to| (*from, *to)));
    // A pod and itself: cyclonus holds policies against it, which the documentation rules out.
    let pairs = pairs.filter(|(from, to)| from != to);
    pairs.flat_map(|(from, to)| TRAFFIC.map(|traffic| (from, to, traffic))).collect()
}

fn question(world: &World) -> String {
    let manifests = world.manifests();
    let end = |end: End| match end {
        End::Pod(index) => json!({"pod": index}),
        End::Outside(address) => json!({"address": address}),
    };
    let queries = queries(world).into_iter().map(|(from, to, (protocol, port))| {
        json!({"from": end(from), "to": end(to), "protocol": protocol, "port": port})
    });
    json!({
        "policies": manifests.policies,
        "namespaces": manifests.namespaces,
        "pods": manifests.pods,
        "queries": queries.collect::<Vec<_>>(),
    })
    .to_string()
}

/// Holds the answers for one world against ours; returns how many there are, and how many say no.
fn compare(world: &World, answers: &Value) -> (usize, usize) {
    let manifests = world.manifests();
    let texts = snapshot::Texts::of(&manifests);
    let read = texts.read();
    let mut tally = (0, 0);
    for (at, (from, to, traffic)) in queries(world).into_iter().enumerate() {
        let found = read.reach(from, to, traffic);
        for (name, side) in [("egress", &found.egress), ("ingress", &found.ingress)] {
            let expected = answers[name][at].as_bool();
            assert_eq!(
                (side.answer == Answer::Yes, side.answer == Answer::No),
                (expected == Some(true), expected == Some(false)),
                "{name} of {from:?} to {to:?} by {traffic:?}: {side:?}, the oracle says \
                 {expected:?}, of {world:#?}, {answers}"
            );
        }
        tally.0 += 1;
        tally.1 += usize::from(found.answer == Answer::No);
    }
    tally
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

#[test]
#[ignore = "RINGFENCE_NETWORK_ORACLE has to name the oracle, which `cargo xtask test --only network` builds"]
fn the_other_evaluator_agrees() {
    let program = std::env::var("RINGFENCE_NETWORK_ORACLE");
    let program = program.expect("RINGFENCE_NETWORK_ORACLE names the oracle");
    let seed = number("RINGFENCE_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    eprintln!("RINGFENCE_SEED={seed}");
    let rng_seed = RngSeed::Fixed(seed);
    let mut runner = TestRunner::new(Config { rng_seed, ..Config::default() });
    let drawn = (0..number("RINGFENCE_CLUSTERS").unwrap_or(1000))
        .map(|_| world::known_world().new_tree(&mut runner).expect("a world").current());
    let worlds = drawn.collect::<Vec<_>>();

    let mut oracle = Command::new(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start `{program}`: {error}"));
    let mut input = oracle.stdin.take().expect("its input");
    let questions = worlds.iter().map(question).collect::<Vec<_>>();
    // Writing and reading at once: either pipe alone may fill up.
    let writer = std::thread::spawn(move || {
        questions.iter().try_for_each(|question| writeln!(input, "{question}"))
    });
    let mut answers = BufReader::new(oracle.stdout.take().expect("its output")).lines();
    let (mut pairs, mut denied) = (0, 0);
    for world in &worlds {
        let line = answers.next().expect("an answer").expect("its text");
        let found = compare(world, &serde_json::from_str(&line).expect("an answer in JSON"));
        pairs += found.0;
        denied += found.1;
    }
    writer.join().expect("the writer").expect("it has written");
    assert!(oracle.wait().expect("it has run").success());
    eprintln!("{pairs} pairs compared, {denied} of them denied");
    assert!(denied > pairs / 10 && denied < pairs * 9 / 10, "{denied} of {pairs} are denied");
}

//! The evaluator against a second reading of the API text, over drawn clusters.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use ringfence_network::{Answer, Cause, Direction, Endpoint, Openness, isolation};

use crate::model::{self, End, Plugin};
use crate::snapshot;
use crate::world::{self, TRAFFIC, World};

/// Clusters drawn of either kind; each has 32 pairs of ends that are asked about.
const CLUSTERS: u32 = 700;

/// Every pair of a world's ends, with one traffic each, which `seed` varies.
fn pairs(world: &World, seed: usize) -> Vec<(End, End, (&'static str, u16))> {
    let pods = (0..world.pods.len()).map(End::Pod);
    let ends = pods.chain(world::OUTSIDE.map(End::Outside)).collect::<Vec<_>>();
    let pairs = ends.iter().flat_map(|from| ends.iter().map(move |to| (*from, *to)));
    let inside = pairs.filter(|pair| !matches!(pair, (End::Outside(_), End::Outside(_))));
    let numbered = inside.enumerate();
    numbered.map(|(at, (from, to))| (from, to, TRAFFIC[(at + seed) % TRAFFIC.len()])).collect()
}

/// Holds every pair of a world against the model; returns pairs, and those left unknown.
fn check(world: &World, seed: usize, is_known: bool) -> Result<(usize, usize), TestCaseError> {
    let manifests = world.manifests();
    let texts = snapshot::Texts::of(&manifests);
    let read = texts.read();
    let mut tally = (0, 0);
    for (from, to, traffic) in pairs(world, seed) {
        let found = read.reach(from, to, traffic);
        let mut expected = Vec::new();
        for world in model::completions(world, [from, to]) {
            for bits in 0..4 {
                let plugin =
                    Plugin { tells_host_pods: bits & 1 == 0, lets_out_to_node: bits & 2 == 0 };
                expected.extend(model::may_reach(&world, plugin, from, to, traffic));
            }
        }
        tally.0 += 1;
        let case = || format!("{from:?} to {to:?} by {traffic:?}: {found:?}, of {world:#?}");
        match found.answer {
            Answer::Yes => prop_assert!(expected.iter().all(|may| *may), "{}", case()),
            Answer::No => prop_assert!(!expected.iter().any(|may| *may), "{}", case()),
            Answer::Unknown(Cause::AddressFamilies) => {
                prop_assert!(expected.is_empty(), "{}", case());
            }
            Answer::Unknown(_) => {
                prop_assert!(!is_known, "{}", case());
                tally.1 += usize::from(expected.iter().all(|may| *may == expected[0]));
            }
        }
    }
    Ok(tally)
}

fn run(strategy: impl Strategy<Value = World>, is_known: bool) -> (usize, usize) {
    let (pairs, vague) = (Cell::new(0), Cell::new(0));
    let config =
        ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CLUSTERS) };
    let checked = TestRunner::new(config).run(&(strategy, 0..6usize), |(world, seed)| {
        let (asked, unknown) = check(&world, seed, is_known)?;
        pairs.set(pairs.get() + asked);
        vague.set(vague.get() + unknown);
        Ok(())
    });
    if let Err(error) = checked {
        panic!("{error}");
    }
    (pairs.get(), vague.get())
}

#[test]
fn what_is_known_is_answered_as_the_text_says() {
    let (pairs, _) = run(world::known_world(), true);
    assert!(pairs >= 20_000, "{pairs} pairs");
}

#[test]
fn what_is_not_known_is_never_guessed() {
    let (pairs, vague) = run(world::world(), false);
    assert!(pairs >= 20_000, "{pairs} pairs");
    // Unknown, although every way to complete the world that is tried gives one answer: addresses
    // that are not tried, and rules that only together say something.
    assert!(vague * 200 < pairs, "{vague} of {pairs} pairs are unknown without need");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What a pod's policies are said to open, they open to every pair.
    #[test]
    fn openness_is_never_overstated(world in world::known_world(), seed in 0..6usize) {
        let manifests = world.manifests();
        let texts = snapshot::Texts::of(&manifests);
        let read = texts.read();
        for (from, to, traffic) in pairs(&world, seed) {
            let found = read.reach(from, to, traffic);
            if found.answer == Answer::Unknown(Cause::AddressFamilies) {
                continue;
            }
            for (direction, pod, peer, side) in [
                (Direction::Egress, from, to, &found.egress),
                (Direction::Ingress, to, from, &found.ingress),
            ] {
                let Endpoint::Pod(pod) = read.endpoint(pod) else { continue };
                let policies = &read.policies;
                let isolated = isolation(policies, pod.namespace(), &pod.metadata.labels);
                match isolated.openness(direction) {
                    Openness::Everything => prop_assert_eq!(side.answer, Answer::Yes),
                    Openness::EveryPod if matches!(peer, End::Pod(_)) => {
                        prop_assert_eq!(side.answer, Answer::Yes);
                    }
                    Openness::Closed if from != to => prop_assert!(
                        side.answer != Answer::Yes, "{side:?}"
                    ),
                    _ => {}
                }
                if isolated.isolates(direction) == Answer::No {
                    prop_assert_eq!(side.answer, Answer::Yes);
                }
            }
        }
    }
}

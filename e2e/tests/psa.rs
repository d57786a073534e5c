//! Ringfence against Pod Security Admission's own evaluator, on generated pods:
//! the sets of failing checks are equal, for both levels and every version.
//! There is no list of exceptions.
//!
//! `RINGFENCE_SEED` repeats a run, `RINGFENCE_PODS` sets its length.

use std::cell::RefCell;
use std::io::Write;

use anyhow::{Context, Result, bail, ensure};
use e2e::case::Case;
use e2e::generator::{self, Generator, Tree};
use e2e::oracle::{self, Answer, ByVersion, NEWEST, Oracle};
use e2e::tally::Tally;
use ringfence_policy::{Level, Version, pod_security};
use serde_json::Value;

/// Pods asked for at once.
const BATCH: usize = 200;

/// Below this many pods it is chance whether every check is reached.
const ENOUGH: usize = 5_000;

#[test]
fn failing_checks_are_those_of_pod_security_admission() -> Result<()> {
    let seed = generator::seed()?;
    let pods = usize::try_from(generator::number("RINGFENCE_PODS")?.unwrap_or(10_000))?;
    say(&format!(
        "differential against Pod Security Admission: {pods} pods, RINGFENCE_SEED={seed}"
    ));
    let mut generator = Generator::new(seed);
    let mut oracle = Oracle::start()?;
    let mut tally = Tally::new(oracle::in_force()?);
    let mut left = pods;
    while left > 0 {
        let batch = left.min(BATCH);
        left -= batch;
        let trees = (0..batch).map(|_| generator.next_pod()).collect::<Result<Vec<_>>>()?;
        let Some(tree) = disagreement_among(trees, &mut oracle, &mut tally)? else {
            continue;
        };
        panic!("{:#}", report(tree, &mut generator, oracle, seed)?);
    }
    say(&tally.to_string());
    let unreached = tally.unreached();
    ensure!(
        unreached.is_empty() || pods < ENOUGH,
        "the generated pods (RINGFENCE_SEED={seed}) do not reach everything:\n{}",
        unreached.join("\n")
    );
    Ok(())
}

/// The first pod of the batch on which the two sides differ.
fn disagreement_among(
    trees: Vec<Tree>,
    oracle: &mut Oracle,
    tally: &mut Tally,
) -> Result<Option<Tree>> {
    let pods: Vec<_> = trees.iter().map(|tree| tree.current().to_string().into_bytes()).collect();
    let (answers, ours) = std::thread::scope(|scope| {
        let answers = scope.spawn(|| oracle.ask_all(&pods));
        let ours: Vec<_> = pods.iter().map(|pod| Ours::of(pod)).collect();
        (answers.join(), ours)
    });
    let Ok(answers) = answers else { bail!("asking the oracle panicked") };
    for ((tree, answer), ours) in trees.into_iter().zip(answers?).zip(ours) {
        if ours.differs_from(&answer).is_some() {
            return Ok(Some(tree));
        }
        tally.add(&answer);
    }
    Ok(None)
}

/// Shrinks the pod, writes it as a case file and says everything in one error.
fn report(
    tree: Tree,
    generator: &mut Generator,
    oracle: Oracle,
    seed: u64,
) -> Result<anyhow::Error> {
    let oracle = RefCell::new(oracle);
    let difference = |pod: &Value| {
        let answer = oracle.borrow_mut().ask(pod).ok()?;
        Ours::of(pod.to_string().as_bytes()).differs_from(&answer)
    };
    let pod = generator.shrink(tree, |pod| difference(pod).is_some());
    let pod = pod.context("the disagreement did not show again")?;
    let Difference { level, minor, ours, theirs } = difference(&pod).context("no disagreement")?;
    let profile = level.to_string();
    let file = e2e::target().join("psa-disagreement.yaml");
    let case = Case { profile: &profile, minor, pod: &pod, failing: &theirs };
    std::fs::write(&file, case.to_yaml())
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(anyhow::anyhow!(
        "not the answer of Pod Security Admission at {profile} v1.{minor} (RINGFENCE_SEED={seed})\n\
         Pod Security Admission: {theirs:?}\n\
         ringfence:              {ours:?}\n\
         the case: {}\n{pod:#}",
        file.display()
    ))
}

/// What ringfence says about one pod, per level and version.
struct Ours(Vec<Verdict>);

type Verdict = Result<Vec<&'static str>, String>;

#[derive(Debug)]
struct Difference {
    level: Level,
    minor: u8,
    ours: Verdict,
    theirs: Vec<String>,
}

type OfLevel = fn(&Answer) -> &ByVersion<String>;

/// The levels that ask something, and where the oracle's answer has them.
const LEVELS: [(Level, OfLevel); 2] = [
    (Level::Baseline, |answer| &answer.baseline),
    (Level::Restricted, |answer| &answer.restricted),
];

fn every_level_and_version() -> impl Iterator<Item = (Level, OfLevel, u8)> {
    let versions = |(level, of_level)| (0..=NEWEST).map(move |minor| (level, of_level, minor));
    LEVELS.into_iter().flat_map(versions)
}

impl Ours {
    fn of(pod: &[u8]) -> Self {
        let judge = |level, minor| pod_security::failing_checks(pod, level, Version { minor });
        Self(every_level_and_version().map(|(level, _, minor)| judge(level, minor)).collect())
    }

    /// Equal sets are equal decisions: a pod passes that fails no check.
    fn differs_from(self, answer: &Answer) -> Option<Difference> {
        self.0.into_iter().zip(every_level_and_version()).find_map(
            |(ours, (level, of_level, minor))| {
                let theirs = of_level(answer).at(minor);
                let equal = ours.as_ref().is_ok_and(|ours| ours == theirs);
                (!equal).then(|| Difference { level, minor, ours, theirs: theirs.to_vec() })
            },
        )
    }
}

/// Past the test harness, which keeps what a passing test prints.
fn say(text: &str) {
    // A closed stderr is no reason to fail.
    let _ = writeln!(std::io::stderr(), "{text}");
}

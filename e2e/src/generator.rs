//! Pods one after the other, from a seed that brings them all back.

use std::hash::{BuildHasher, RandomState};

use anyhow::{Context, Result};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use serde_json::Value;

use crate::pods;

/// A generated pod that can still shrink.
pub type Tree = Box<dyn ValueTree<Value = Value>>;

/// A source of pods.
#[derive(Debug)]
pub struct Generator {
    runner: TestRunner,
    pods: BoxedStrategy<Value>,
}

impl Generator {
    /// The pods of this seed, from the first.
    pub fn new(seed: u64) -> Self {
        let config = Config {
            rng_seed: RngSeed::Fixed(seed),
            // Reported and written as a case file; regressions belong into `cases/`.
            failure_persistence: None,
            max_shrink_iters: 4096,
            ..Config::default()
        };
        Self { runner: TestRunner::new(config), pods: pods::pod() }
    }

    /// The next pod.
    pub fn next_pod(&mut self) -> Result<Tree> {
        let tree = self.pods.new_tree(&mut self.runner);
        tree.map_err(|reason| anyhow::anyhow!("cannot generate a pod: {reason}"))
    }

    /// The smallest pod found that is still `wrong`, if this one is.
    pub fn shrink(&mut self, tree: Tree, wrong: impl Fn(&Value) -> bool) -> Option<Value> {
        let test = |pod: Value| match wrong(&pod) {
            true => Err(TestCaseError::fail("wrong")),
            false => Ok(()),
        };
        match self.runner.run_one(tree, test) {
            Err(TestError::Fail(_, pod)) => Some(pod),
            _ => None,
        }
    }
}

/// The seed of `RINGFENCE_SEED`, or a random one.
pub fn seed() -> Result<u64> {
    number("RINGFENCE_SEED").map(|seed| seed.unwrap_or_else(|| RandomState::new().hash_one(0)))
}

/// A number from the environment.
pub fn number(variable: &str) -> Result<Option<u64>> {
    let Some(text) = std::env::var_os(variable) else {
        return Ok(None);
    };
    let number = text.to_str().and_then(|text| text.parse().ok());
    number.map(Some).with_context(|| format!("{variable} is no whole number: {}", text.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_brings_its_pods_back() -> Result<()> {
        let pods = |seed| -> Result<Vec<Value>> {
            let mut generator = Generator::new(seed);
            (0..20).map(|_| Ok(generator.next_pod()?.current())).collect()
        };
        assert_eq!(pods(7)?, pods(7)?);
        assert_ne!(pods(7)?, pods(8)?);
        Ok(())
    }

    #[test]
    fn shrinking_keeps_what_is_wrong_and_little_else() -> Result<()> {
        let mut generator = Generator::new(1);
        let wrong = |pod: &Value| pod["spec"]["hostPID"] == true;
        let found = (0..2000).find_map(|_| {
            let tree = generator.next_pod().ok()?;
            generator.shrink(tree, wrong)
        });
        let pod = found.context("no pod with hostPID among 2000")?;
        assert!(wrong(&pod));
        let size = pod.to_string().len();
        assert!(size < 500, "{size} bytes: {pod:#}");
        Ok(())
    }
}

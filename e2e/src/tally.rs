//! Counts what the generated pods reached, so that agreement means something.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use crate::oracle::{Answer, ByVersion, InForce, NEWEST, Revision};

/// How often each revision of each check said yes and no.
#[derive(Debug)]
pub struct Tally {
    in_force: InForce,
    pods: usize,
    evaluations: usize,
    sets: HashSet<Vec<String>>,
    counts: BTreeMap<Revision, Count>,
}

#[derive(Debug, Default, Clone)]
struct Count {
    failed: usize,
    passed: usize,
    // Pods that this revision judges otherwise than the one before it.
    told_apart: usize,
    // The revision before it, if there is one.
    former: bool,
}

impl Tally {
    /// An empty tally of everything that can be in force.
    pub fn new(in_force: InForce) -> Self {
        let mut counts = BTreeMap::new();
        for revision in in_force.baseline.lists().chain(in_force.restricted.lists()).flatten() {
            counts.entry(revision.clone()).or_insert_with(Count::default);
        }
        let all: Vec<Revision> = counts.keys().cloned().collect();
        for (revision, count) in &mut counts {
            count.former = all.iter().any(|r| r.id == revision.id && r.since < revision.since);
        }
        Self { in_force, pods: 0, evaluations: 0, sets: HashSet::new(), counts }
    }

    /// Counts one pod's answers at every level and version.
    pub fn add(&mut self, answer: &Answer) {
        self.pods += 1;
        let Self { in_force, evaluations, sets, counts, .. } = self;
        let mut apart = HashSet::new();
        for (failing, in_force) in
            [(&answer.baseline, &in_force.baseline), (&answer.restricted, &in_force.restricted)]
        {
            for minor in 0..=NEWEST {
                *evaluations += 1;
                for revision in in_force.at(minor) {
                    let failed = fails(failing, minor, &revision.id);
                    let Some(count) = counts.get_mut(revision) else {
                        continue;
                    };
                    count.failed += usize::from(failed);
                    count.passed += usize::from(!failed);
                    let first = count.former && minor == revision.since;
                    if first && failed != fails(failing, minor - 1, &revision.id) {
                        apart.insert(revision);
                    }
                }
            }
            for set in failing.lists().filter(|set| !sets.contains(*set)).collect::<Vec<_>>() {
                sets.insert(set.to_vec());
            }
        }
        for revision in apart {
            if let Some(count) = counts.get_mut(revision) {
                count.told_apart += 1;
            }
        }
    }

    /// What no pod has reached yet, one line each; empty when all was.
    pub fn unreached(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for (revision, count) in &self.counts {
            let Revision { id, since } = revision;
            if count.failed == 0 {
                missing.push(format!("{id} of v1.{since} never failed"));
            }
            if count.passed == 0 {
                missing.push(format!("{id} of v1.{since} never passed"));
            }
            if count.former && count.told_apart == 0 {
                missing.push(format!("{id} of v1.{since} never differed from its former revision"));
            }
        }
        missing
    }
}

fn fails(failing: &ByVersion<String>, minor: u8, id: &str) -> bool {
    failing.at(minor).iter().any(|failing| failing == id)
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pods, evaluations, .. } = self;
        writeln!(
            f,
            "{pods} pods, {evaluations} evaluations, {} distinct sets of failing checks",
            self.sets.len()
        )?;
        writeln!(
            f,
            "{:<28}{:>6}{:>10}{:>10}  pods told apart from the former revision",
            "check", "since", "failed", "passed"
        )?;
        for (Revision { id, since }, count) in &self.counts {
            let since = format!("v1.{since}");
            write!(f, "{id:<28}{since:>6}{:>10}{:>10}", count.failed, count.passed)?;
            match count.former {
                true => writeln!(f, "  {}", count.told_apart)?,
                false => writeln!(f, "  -")?,
            }
        }
        Ok(())
    }
}

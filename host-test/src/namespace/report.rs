//! The rows: what the policy answers, folded.

use super::concern::{Asked, CONCERNS, Concern, Need};
use super::facts::Facts;
use super::mend;
use super::place::{Item, Place};
use crate::answer::{Verdict, Violation};
use crate::engine::{Circumstances, In, Native};
use crate::judge::{self, Judged};
use crate::request::Options;
use crate::yaml;
use anyhow::{Result, bail};
use serde::Serialize;
use serde_json::Value;

/// How a namespace stands with one concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nothing to object to.
    Ok,
    /// Something is there, and does not do.
    Weak,
    /// Nothing is there.
    Missing,
    /// The settings do not ask.
    Ignored,
}

/// A place in a manifest.
#[derive(Clone, Debug, Serialize)]
pub struct At {
    /// The file as the user named it.
    pub file: String,
    /// The line.
    pub line: usize,
}

/// What is wrong with an object.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The object, as `Deployment web`.
    pub object: String,
    /// The file it stands in, and the line; none of what was made up.
    #[serde(flatten)]
    pub at: Option<At>,
    /// What the rule says.
    #[serde(flatten)]
    pub violation: Violation,
    /// Whether no manifest that is added mends it.
    pub by_hand: bool,
}

/// One concern.
#[derive(Debug)]
pub struct Row {
    /// Which.
    pub concern: &'static Concern,
    /// How it stands.
    pub status: Status,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What is odd, and not wrong.
    pub remarks: Vec<Finding>,
    /// How many violations exemptions let pass.
    pub waived: usize,
    /// What is there, in words.
    pub facts: Vec<String>,
    /// Manifests that would mend what is not to be changed by hand.
    pub manifests: Vec<Value>,
}

/// One namespace.
#[derive(Debug)]
pub struct Report {
    /// Its name.
    pub namespace: String,
    /// The rows, in the order of [`CONCERNS`].
    pub rows: Vec<Row>,
}

impl Report {
    /// Judges a namespace. `facts` are of the cluster that `context` asks.
    ///
    /// # Errors
    /// When the policy does not answer.
    pub fn of(
        place: &Place,
        settings: &Value,
        context: &Circumstances,
        facts: &Facts<'_>,
    ) -> Result<Self> {
        let rows = CONCERNS.iter().map(|concern| {
            let mut row = Row::judge(concern, place, settings, context)?;
            row.facts = facts.of(concern.id, place, settings);
            row.manifests = mend::of(&row, place, settings);
            Ok(row)
        });
        Ok(Self { namespace: place.name.clone(), rows: rows.collect::<Result<_>>()? })
    }

    /// Whether nothing is weak or missing.
    pub fn is_ok(&self) -> bool {
        self.rows.iter().all(|row| matches!(row.status, Status::Ok | Status::Ignored))
    }
}

impl Row {
    fn judge(
        concern: &'static Concern,
        place: &Place,
        settings: &Value,
        context: &Circumstances,
    ) -> Result<Self> {
        let mut row = Self {
            concern,
            status: Status::Ok,
            findings: Vec::new(),
            remarks: Vec::new(),
            waived: 0,
            facts: Vec::new(),
            manifests: Vec::new(),
        };
        let (asked, ignored) = concern.asked(place, settings);
        let is_asked = !asked.is_empty();
        for asked in asked {
            row.ask(&asked, context)?;
        }
        row.status = match (is_asked, row.findings.is_empty()) {
            (false, _) => Status::Ignored,
            (true, true) => Status::Ok,
            (true, false) if concern.is_there(place) => Status::Weak,
            (true, false) => Status::Missing,
        };
        row.facts.extend(ignored.iter().map(|rule| format!("{rule}: ignored by the settings")));
        Ok(row)
    }

    fn ask(&mut self, asked: &Asked<'_>, context: &Circumstances) -> Result<()> {
        let engine = In { engine: &Native, context: context.clone() };
        let resources = asked.items.iter().map(|item| item.resource.clone()).collect();
        let prepared = judge::prepare(resources, &[], &Options::default());
        let judged = judge::judge(&engine, prepared, &asked.settings, || ());
        for (item, judged) in asked.items.iter().zip(judged) {
            self.fold(item, judged)?;
        }
        Ok(())
    }

    fn fold(&mut self, item: &Item, judged: Judged) -> Result<()> {
        let finding = |violation, at: yaml::Place| Finding {
            object: item.words(),
            at: (!item.is_made_up)
                .then(|| At { file: judged.resource.file.to_string(), line: at.at.line }),
            violation,
            by_hand: true,
        };
        let message = judged.message.as_deref().unwrap_or_default();
        match judged.verdict {
            Verdict::Error => bail!("{}: {message}", item.words()),
            // What cannot be read is denied, with nothing listed.
            Verdict::Denied if judged.violations.is_empty() => {
                bail!(
                    "{}:{}: {} cannot be judged: {message}",
                    judged.resource.file,
                    judged.resource.line,
                    item.words()
                )
            }
            _ => {}
        }
        self.waived += judged.waived.len();
        for (violation, place) in judged.violations {
            if violation.action == "deny" {
                let mut finding = finding(violation, place);
                finding.by_hand = mend::is_by_hand(self.concern.id, &finding);
                self.findings.push(finding);
            } else {
                self.remarks.push(finding(violation, place));
            }
        }
        Ok(())
    }
}

impl Concern {
    fn is_there(&self, place: &Place) -> bool {
        match self.needs {
            None => true,
            Some(Need::Kind(kind)) => place.of_kind(kind).next().is_some(),
            Some(Need::Label(label)) => {
                let metadata = place.namespace.object.get("metadata");
                metadata.and_then(|metadata| metadata.get("labels")?.get(label)).is_some()
            }
        }
    }
}

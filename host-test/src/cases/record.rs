//! What a case would have to expect: the answers it gets, in the words of case files.

use super::{Case, Expectation, resources};
use crate::answer::{Judgement, Verdict, Violation, Waived};
use crate::engine::Engine;
use crate::fix::addition;
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

/// What a violation is described by where the case has described none yet.
const USUAL: [&str; 3] = ["check", "path", "found"];

/// All that a violation can be described by, in the order it is written.
const FIELDS: [&str; 8] =
    ["exemption", "check", "rule", "path", "found", "container", "allowed", "hint"];

/// The expectation that every variant of the case meets. Violations are described by what the
/// case's former ones are described by.
///
/// # Errors
/// When there is no answer, or the variants differ in what is described.
pub(super) fn expectation(engine: &dyn Engine, case: &Case) -> Result<Value> {
    if case.has_manifests {
        return of_resources(engine, case);
    }
    let fields = fields(&case.expect);
    let mut recorded: Option<(String, Value)> = None;
    for (variant, payload, expected) in case.payloads() {
        let answer = case.engine(engine).validate(&payload)?;
        let answer = Judgement::parse(&answer)?;
        let list = variant.rsplit(' ').next().filter(|_| case.by_container);
        let one = Recorder { case, list, fields: &fields }.answer(&answer, &payload, &expected)?;
        match &recorded {
            Some((first, other)) if *other != one => {
                bail!("`{first}` and `{variant}` are answered differently; make two cases of it")
            }
            Some(_) => {}
            None => recorded = Some((variant, one)),
        }
    }
    recorded.map(|(_, value)| value).context("the case has no variant; name a version")
}

/// The same for a case about manifests, resource by resource.
fn of_resources(engine: &dyn Engine, case: &Case) -> Result<Value> {
    let mut answers: Vec<(String, Value)> = Vec::new();
    for (variant, payload, expected) in case.payloads() {
        let answer = Judgement::parse(&case.engine(engine).validate(&payload)?)?;
        let version = case.versions.iter().find(|it| variant.starts_with(&format!("{it} ")));
        let name = version.map_or(&*variant, |it| &variant[it.len() + 1..]).to_owned();
        let fields = fields(&case.expect["resources"][&name]);
        let one = Recorder { case, list: None, fields: &fields }
            .answer(&answer, &payload, &expected)
            .with_context(|| format!("`{name}`"))?;
        match answers.iter().find(|(other, _)| *other == name) {
            Some((_, other)) if *other != one => {
                bail!("`{name}` is answered differently by version; make two cases of it")
            }
            Some(_) => {}
            None => answers.push((name, one)),
        }
    }
    Ok(resources::recorded(answers, &case.expect))
}

/// What the violations of an expectation are described by.
fn fields(expect: &Value) -> Vec<&'static str> {
    let lists = ["deny", "warn", "audit", "waived"].iter().filter_map(|name| expect.get(name));
    let items = lists.filter_map(Value::as_array).flatten().filter_map(Value::as_object);
    let used: Vec<&String> = items.flat_map(Map::keys).collect();
    let known = FIELDS.iter().copied();
    let known: Vec<&str> = known.filter(|name| used.iter().any(|used| used == name)).collect();
    if known.is_empty() { USUAL.to_vec() } else { known }
}

struct Recorder<'r> {
    case: &'r Case,
    /// The list that the container is in, where the case is about one.
    list: Option<&'r str>,
    fields: &'r [&'static str],
}

impl Recorder<'_> {
    fn answer(&self, got: &Judgement, payload: &[u8], expected: &Expectation) -> Result<Value> {
        if got.unlisted > 0 {
            bail!("the answer does not list all of its violations; make the case smaller");
        }
        let reason = got.reason.as_deref().or(got.message.as_deref()).unwrap_or_default();
        match (got.verdict, got.outcome.as_str(), expected) {
            (Verdict::Denied, "malformed", Expectation::Malformed(text))
                if reason.contains(text) =>
            {
                return Ok(json!({"malformed": text}));
            }
            (Verdict::Denied, "malformed", _) => return Ok(json!({"malformed": reason})),
            (Verdict::Skipped, ..) => return Ok("skip".into()),
            (_, "judged", _) => {}
            (_, outcome, _) => bail!("the answer is `{outcome}`, for which there is no word"),
        }
        let mut out = Map::new();
        for action in ["deny", "warn", "audit"] {
            let found = got.violations.iter().filter(|found| found.action == action);
            let list: Vec<Value> = found.map(|found| self.violation(found)).collect();
            if !list.is_empty() {
                out.insert(action.to_owned(), list.into());
            }
        }
        let waived: Vec<Value> = got.waived.iter().map(|waived| self.waived(waived)).collect();
        if !waived.is_empty() {
            out.insert("waived".to_owned(), waived.into());
        }
        if let Some(mutated) = &got.mutated {
            out.insert("mutated".to_owned(), self.filled(payload, mutated)?);
        }
        // Where violations warn, that there are warnings goes without saying.
        let are_told = self.case.expect.get("warnings").is_some() || !out.contains_key("warn");
        if are_told && !got.warnings.is_empty() {
            out.insert("warnings".to_owned(), got.warnings.clone().into());
        }
        Ok(if out.is_empty() { "pass".into() } else { out.into() })
    }

    fn violation(&self, found: &Violation) -> Value {
        let mut out = Map::new();
        for field in self.fields {
            let value = match *field {
                "check" => found.check.clone().into(),
                "rule" => found.rule.clone().into(),
                "path" => self.path(&found.path).into(),
                "found" => found.found.clone().into(),
                "allowed" => found.allowed.clone().into(),
                "hint" => found.hint.clone().into(),
                "container" => match &found.container {
                    Some(container) => json!({"name": container.name, "image": container.image}),
                    None => continue,
                },
                _ => continue,
            };
            out.insert((*field).to_owned(), value);
        }
        out.into()
    }

    fn waived(&self, waived: &Waived) -> Value {
        let mut out = Map::new();
        out.insert("exemption".to_owned(), waived.exemption.clone().into());
        if let Value::Object(violation) = self.violation(&waived.violation) {
            out.extend(violation);
        }
        out.into()
    }

    fn filled(&self, payload: &[u8], mutated: &str) -> Result<Value> {
        let payload: Value = serde_json::from_slice(payload).context("the payload is no JSON")?;
        let object = payload.pointer("/request/object").context("the request has no object")?;
        let mutated = serde_json::from_str(mutated).context("the mutated object is no JSON")?;
        let filled = addition::between(object, &mutated)?.into_iter();
        let filled = filled.map(|it| (self.path(&it.path.to_string()), it.value));
        Ok(filled.collect::<Map<_, _>>().into())
    }

    /// The path as the case writes it: within the pod, and within the container of this variant.
    fn path(&self, path: &str) -> String {
        let path = path.strip_prefix(&self.case.prefix).unwrap_or(path);
        match self.list {
            Some(list) => path.replace(&format!("spec.{list}"), "{container}"),
            None => path.to_owned(),
        }
    }
}

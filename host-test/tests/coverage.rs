//! Whether `cases/` leaves nothing out: every check, revision and parameter passes and denies in some
//! case, every field that a rule reads does, a container's in each of the three lists, and every
//! field that a rule fills is filled.

use std::collections::BTreeSet;
use std::path::Path;

use host_test::answer::Judgement;
use host_test::cases;
use host_test::engine::{Engine, Native};
use rayon::prelude::*;
use ringfence_policy::{Check, CheckFn, PlainKind, RULES, Rule, Settings};
use serde_json::Value;

const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// What the cases were seen to do, each entry a sentence.
type Seen = BTreeSet<String>;

#[test]
fn every_check_field_parameter_and_fill_is_used() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
    let cases = cases::load(&folder).unwrap_or_else(|error| panic!("{error:#}"));
    let payloads = cases.par_iter().flat_map_iter(|case| {
        case.payloads().into_iter().map(move |(_, payload, _)| (case, payload))
    });
    let seen = payloads.filter_map(|(case, payload)| {
        let payload = serde_json::from_slice(&payload).ok()?;
        Some(Observed::new(payload, &|payload| judge(case, payload))?.sentences())
    });
    let seen = seen.reduce(Seen::new, |one, other| &one | &other);
    let missing = required().filter(|what| !seen.contains(what)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "no case in which\n  {}", missing.join("\n  "));
}

/// The answer of the library; none where it judged nothing.
fn judge(case: &cases::Case, payload: &Value) -> Option<Judgement> {
    let answer = case.engine(&Native).validate(payload.to_string().as_bytes());
    let answer = Judgement::parse(&answer.expect("the library answers")).expect("an answer");
    (answer.outcome == "judged").then_some(answer)
}

/// Every sentence that must have been seen.
fn required() -> impl Iterator<Item = String> {
    let both = |what: String| ["passes", "denies"].map(|how| format!("{what} {how}"));
    let revisions = RULES.iter().flat_map(|rule| rule.checks).flat_map(move |check| {
        let of_check =
            move |it: &ringfence_policy::Revision| format!("{} of {}", check.id, it.since);
        check.revisions.iter().map(of_check).flat_map(both)
    });
    let fields = RULES.iter().flat_map(move |rule| {
        let places = rule.fields.iter().flat_map(|field| places(field));
        places.map(|place| format!("{}: {place}", rule.id)).flat_map(both)
    });
    let parameters = RULES.iter().flat_map(move |rule| {
        let of_rule = move |key: &str| format!("parameter {}.{key}", rule.id);
        rule.parameters().iter().flat_map(move |field| {
            let matters = format!("{} matters", of_rule(field.key));
            both(of_rule(field.key)).into_iter().chain([matters])
        })
    });
    let fills = RULES.iter().flat_map(|rule| {
        // The API server lets nobody create a pod with ephemeral containers.
        let places = rule.fills.iter().flat_map(|field| places(field));
        let places = places.filter(|place| !place.contains("ephemeralContainers"));
        places.map(|place| format!("{} fills {place}", rule.id))
    });
    revisions.chain(fields).chain(parameters).chain(fills)
}

/// A field as rules write it, in each container list where it is a container's.
fn places(field: &str) -> Vec<String> {
    match field.split_once("spec.containers[*]") {
        // Ephemeral containers have none, to the API server.
        Some((_, tail)) if tail == ".resources" => {
            LISTS.iter().take(2).map(|list| format!("spec.{list}[*]{tail}")).collect()
        }
        Some((_, tail)) => LISTS.iter().map(|list| format!("spec.{list}[*]{tail}")).collect(),
        None => vec![field.to_owned()],
    }
}

/// Answers a payload.
type Judge<'j> = &'j dyn Fn(&Value) -> Option<Judgement>;

/// A payload that was judged.
struct Observed<'j> {
    payload: Value,
    settings: Settings,
    answer: Judgement,
    judge: Judge<'j>,
    seen: Seen,
}

impl<'j> Observed<'j> {
    fn new(payload: Value, judge: Judge<'j>) -> Option<Self> {
        let answer = judge(&payload)?;
        let settings = Settings::decode(&payload["settings"].to_string()).ok()?;
        Some(Self { payload, settings, answer, judge, seen: Seen::new() })
    }

    fn sentences(mut self) -> Seen {
        self.parameters();
        self.fills();
        // What updates and exemptions let pass, and what was filled, passes for another reason.
        let plain = |key: &str| self.payload["settings"].get(key).is_none();
        let request = &self.payload["request"];
        let is_whole = request["oldObject"].is_null()
            || request["operation"] == "DELETE"
            || self.payload["settings"]["updates"] == "all";
        if is_whole && plain("exemptions") && plain("mutate") {
            self.checks();
        }
        self.seen
    }

    fn checks(&mut self) {
        let request = &self.payload["request"];
        let old = request["operation"] == "DELETE";
        let object = request[if old { "oldObject" } else { "object" }].clone();
        let kind = request["kind"].clone();
        for (rule, check, revision, _) in self.settings.checks() {
            // Templates of built-in kinds show nothing new: they are pods at another path.
            let is_deletion = request["operation"] == "DELETE";
            let is_judged = revision.check.each().iter().any(|check| match check {
                CheckFn::Pod(_) => kind["kind"] == "Pod",
                CheckFn::Plain(check) => !is_deletion && is_of(check.kind(), &kind),
                CheckFn::Deletion(check) => is_deletion && is_of(check.kind(), &kind),
                CheckFn::CustomResource(_) => {
                    kind["group"].as_str().is_some_and(|group| group.contains('.'))
                        && !is_plain(&kind)
                }
                CheckFn::Several(_) => unreachable!("several are not nested"),
            });
            if !is_judged {
                continue;
            }
            let violations = self.answer.violations.iter().filter(|found| found.check == check.id);
            let paths = violations.map(|found| wild(&found.path)).collect::<Vec<_>>();
            // What the standards ask is to be shown by what they ask, without parameters.
            if !(is_of_standards(rule, check) && self.has_parameters(rule)) {
                let what = if paths.is_empty() { "passes" } else { "denies" };
                self.seen.insert(format!("{} of {} {what}", check.id, revision.since));
            }
            for place in rule.fields.iter().flat_map(|field| places(field)) {
                if paths.iter().any(|path| covers(&place, path)) {
                    self.seen.insert(format!("{}: {place} denies", rule.id));
                } else if paths.is_empty() && is_present(&object, &place) {
                    self.seen.insert(format!("{}: {place} passes", rule.id));
                }
            }
        }
    }

    fn has_parameters(&self, rule: &Rule) -> bool {
        let index = RULES.iter().position(|known| known.id == rule.id);
        index.is_some_and(|index| self.settings.rule(index).has_parameters)
    }

    fn parameters(&mut self) {
        let asked = self.settings.checks().map(|(rule, ..)| rule.id).collect::<BTreeSet<_>>();
        for rule in RULES.iter().filter(|rule| asked.contains(rule.id)) {
            let given = self.payload["settings"]["rules"][rule.id].clone();
            let is_denied = self.answer.violations.iter().any(|found| found.rule == rule.id);
            for key in rule.parameters().iter().map(|field| field.key) {
                if given.get(key).is_none_or(Value::is_null) {
                    continue;
                }
                let what = if is_denied { "denies" } else { "passes" };
                self.seen.insert(format!("parameter {}.{key} {what}", rule.id));
                let mut without = self.payload.clone();
                let settings = without["settings"]["rules"][rule.id].as_object_mut();
                settings.expect("an object with the key").remove(key);
                let differs = |other: Judgement| {
                    (other.violations, other.mutated)
                        != (self.answer.violations.clone(), self.answer.mutated.clone())
                };
                if (self.judge)(&without).is_some_and(differs) {
                    self.seen.insert(format!("parameter {}.{key} matters", rule.id));
                }
            }
        }
    }

    fn fills(&mut self) {
        let Some(mutated) = &self.answer.mutated else { return };
        let mutated: Value = serde_json::from_str(mutated).expect("an object in JSON");
        let object = &self.payload["request"]["object"];
        for (rule, ..) in self.settings.checks() {
            for place in rule.fills.iter().flat_map(|field| places(field)) {
                if count(&mutated, &place) > count(object, &place) {
                    self.seen.insert(format!("{} fills {place}", rule.id));
                }
            }
        }
    }
}

fn is_of_standards(rule: &Rule, check: &Check) -> bool {
    rule.is_of_standards() && check.level.is_some()
}

/// The path with every index a star.
fn wild(path: &str) -> String {
    let mut parts = path.split('[');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (index, rest) = part.split_once(']').unwrap_or((part, ""));
        let index = if index.bytes().all(|byte| byte.is_ascii_digit()) { "*" } else { index };
        text.push_str(&format!("[{index}]{rest}"));
    }
    text
}

/// Whether a violation at `path` is one of the field at `place`.
fn covers(place: &str, path: &str) -> bool {
    if let Some(prefix) = place.strip_suffix("*]").filter(|prefix| prefix.contains("annotations")) {
        return path.starts_with(prefix);
    }
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether the object has the field, be it null.
fn is_present(object: &Value, place: &str) -> bool {
    if let Some(key) = place.strip_prefix("metadata.annotations[") {
        let annotations = object["metadata"]["annotations"].as_object();
        let key = key.trim_end_matches(']').trim_end_matches('*');
        return annotations.is_some_and(|all| all.keys().any(|name| name.starts_with(key)));
    }
    !values(object, place).is_empty()
}

/// How many values other than null the object has at a place.
fn count(object: &Value, place: &str) -> usize {
    values(object, place).into_iter().filter(|value| !value.is_null()).count()
}

fn values<'v>(object: &'v Value, place: &str) -> Vec<&'v Value> {
    let mut values = vec![object];
    for part in place.split('.') {
        let (key, items) = match part.strip_suffix("[*]") {
            Some(key) => (key, true),
            None => (part, false),
        };
        values = values.into_iter().filter_map(|value| value.get(key)).collect();
        if items {
            values = values.into_iter().filter_map(Value::as_array).flatten().collect();
        }
    }
    values
}

fn is_of(known: PlainKind, kind: &Value) -> bool {
    kind["group"] == known.group() && known.kinds().iter().any(|name| kind["kind"] == *name)
}

fn is_plain(kind: &Value) -> bool {
    PlainKind::ALL.iter().any(|known| is_of(*known, kind))
}

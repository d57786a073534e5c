//! The pages of the rules and their index.

use super::{head, row, table};
use ringfence_policy::{Check, Field, Level, RULES, Rule, Schema};
use std::fmt::Write;

/// The profiles, weakest first, less the one that asks nothing.
const PROFILES: [Level; 3] = [Level::Baseline, Level::Restricted, Level::Hardened];

/// All there is to say of a rule: its own documentation, and what stands in its data.
pub fn page(rule: &Rule) -> String {
    let mut out = rule.documentation().trim_end().to_owned();
    // Writing to a String does not fail.
    let _ = write!(out, "\n\n## When it is asked\n\n{}\n", asked(rule));
    let _ = write!(out, "\n## Checks\n\n{}", head(&["check", "asked", "from", "what it asks"]));
    for check in rule.checks {
        for revision in check.revisions {
            let from = revision.since.to_string();
            out.push_str(&row([
                &*format!("`{}`", check.id),
                &level(rule, check),
                &from,
                revision.summary,
            ]));
        }
    }
    let _ = write!(out, "\n## Settings\n\n`rules.{}` is an action, or an object.\n\n", rule.id);
    out.push_str(&parameters(rule));
    let _ = writeln!(out, "\n## Fields\n");
    for field in rule.fields {
        let _ = writeln!(out, "* `{field}`");
    }
    if !rule.fills.is_empty() {
        let _ = writeln!(out, "\nWith `mutate` it fills, where they are absent:\n");
        for field in rule.fills {
            let _ = writeln!(out, "* `{field}`");
        }
    }
    out
}

/// The profiles that ask a rule.
pub fn profiles(rule: &Rule) -> Vec<&'static str> {
    let lowest = rule.checks.iter().filter_map(|check| check.level).min();
    let asks = |profile: &&Level| lowest.is_some_and(|lowest| lowest <= **profile);
    PROFILES.iter().filter(asks).map(|profile| profile.name()).collect()
}

fn asked(rule: &Rule) -> String {
    let profiles = profiles(rule);
    let by_profiles = match (&profiles[..], rule.hardened) {
        ([], _) => return "Where the settings name it.".to_owned(),
        ([only], Some(reason)) => format!("By the profile `{only}`: {reason}."),
        ([only], None) => format!("By the profile `{only}`."),
        ([all @ .., last], _) => format!("By the profiles `{}` and `{last}`.", all.join("`, `")),
    };
    by_profiles + " Besides, where the settings name it."
}

fn level(rule: &Rule, check: &Check) -> String {
    match check.level {
        Some(level) => format!("from `{level}` on"),
        None if rule.is_of_standards() => "by parameters alone".to_owned(),
        None => "by name".to_owned(),
    }
}

/// The table of what an object in `rules` may hold for the rule.
fn parameters(rule: &Rule) -> String {
    const ACTIONS: Schema = Schema::Choice(&["deny", "warn", "audit", "ignore"]);
    const LEVELS: Schema = Schema::Choice(&["privileged", "baseline", "restricted", "hardened"]);
    let field = |key, doc, schema| Field { key, doc, schema, required: false };
    let mut common = vec![field(
        "action",
        "What follows from a violation; absent: the `action` of all.",
        &ACTIONS,
    )];
    if rule.is_of_standards() {
        let doc = "The level that it is asked at; absent: the profile's, or its lowest where the \
                   profile does not ask it. At `privileged` only parameters count.";
        common.push(field("level", doc, &LEVELS));
    }
    let mut out = table(&common);
    let own = table(rule.parameters());
    // One table: the second one's head is left out.
    out.extend(own.lines().skip(2).map(|line| format!("{line}\n")));
    out
}

/// The list of all rules, and of what each profile asks.
pub fn index() -> String {
    let mut out = INTRODUCTION.to_owned();
    out.push_str(&head(&["rule", "about", "family", "profiles", "parameters"]));
    for rule in RULES {
        let profiles = profiles(rule).join(", ");
        let profiles = if profiles.is_empty() { "by name" } else { &profiles };
        let keys: Vec<String> =
            rule.parameters().iter().map(|field| format!("`{}`", field.key)).collect();
        let link = format!("[`{id}`]({id}.md)", id = rule.id);
        out.push_str(&row([
            &*link,
            rule.title,
            &rule.family.to_string(),
            profiles,
            &keys.join(", "),
        ]));
    }
    for profile in PROFILES {
        let _ = write!(out, "\n## Profile `{profile}`\n\n{}", of_profile(profile));
    }
    let _ = write!(out, "\n## By name only\n\n{}", list(|rule| profiles(rule).is_empty()));
    out
}

const INTRODUCTION: &str = "# Rules

A profile asks the rules of its level and of the levels below it. Any rule is asked where the \
settings name it, whatever the profile ([settings](../settings.md)). `ringfence explain RULE` prints \
the page of a rule.

";

fn of_profile(profile: Level) -> String {
    let first = |rule: &Rule| {
        let lowest = rule.checks.iter().filter_map(|check| check.level).min();
        lowest == Some(profile)
    };
    let stricter =
        |rule: &Rule| !first(rule) && rule.checks.iter().any(|check| check.level == Some(profile));
    if profile == Level::Hardened {
        let mut out = "Asks what `restricted` asks, and what the standards leave open and most \
                       workloads can do without. That all of it suits a cluster is for its \
                       operator to find out: begin with `action: warn`.\n\n"
            .to_owned();
        out.push_str(&head(&["rule", "why"]));
        for rule in RULES.iter().filter(|rule| first(rule)) {
            let link = format!("[`{id}`]({id}.md)", id = rule.id);
            out.push_str(&row([&*link, rule.hardened.unwrap_or_default()]));
        }
        return out;
    }
    let mut out = list(first);
    let more = list(stricter);
    if !more.is_empty() {
        let _ = write!(out, "\nMore strictly than the levels below it:\n\n{more}");
    }
    out
}

fn list(is_in: impl Fn(&Rule) -> bool) -> String {
    let rules = RULES.iter().filter(|rule| is_in(rule));
    rules.map(|rule| format!("* [`{id}`]({id}.md): {}\n", rule.title, id = rule.id)).collect()
}

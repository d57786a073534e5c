//! What the registry of rules promises, whatever rule is added to it.

use std::collections::BTreeMap;

use ringfence_policy::{Check, CheckFn, Level, RULES, Version};

#[test]
fn rule_and_check_ids_are_unique_and_lower_camel_case() {
    let mut seen = BTreeMap::new();
    for rule in RULES {
        assert_eq!(seen.insert(rule.id, "rule"), None, "two rules {}", rule.id);
        assert!(rule.id.starts_with(|first: char| first.is_ascii_lowercase()), "{}", rule.id);
        assert!(rule.id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{}", rule.id);
    }
    let mut seen = BTreeMap::new();
    for rule in RULES {
        for check in rule.checks {
            assert_eq!(seen.insert(check.id, rule.id), None, "two checks {}", check.id);
        }
    }
}

#[test]
fn the_checks_are_pod_security_admissions() {
    let expected = [
        "allowPrivilegeEscalation",
        "appArmorProfile",
        "capabilities_baseline",
        "capabilities_restricted",
        "hostNamespaces",
        "hostPathVolumes",
        "hostPorts",
        "hostProbesAndHostLifecycle",
        "privileged",
        "procMount",
        "procMount_restricted",
        "restrictedVolumes",
        "runAsNonRoot",
        "runAsUser",
        "seLinuxOptions",
        "seccompProfile_baseline",
        "seccompProfile_restricted",
        "sysctls",
        "windowsHostProcess",
    ];
    let standard = |check: &&Check| check.level.is_some_and(|level| level < Level::Hardened);
    let rules = RULES.iter().filter(|rule| rule.id != "wellFormed");
    let checks = rules.flat_map(|rule| rule.checks).filter(standard);
    let mut checks = checks.map(|check| check.id).collect::<Vec<_>>();
    checks.sort_unstable();
    assert_eq!(checks, expected);
}

#[test]
fn revisions_ascend_and_are_known() {
    for check in RULES.iter().flat_map(|rule| rule.checks) {
        assert!(!check.revisions.is_empty(), "{} asks nothing", check.id);
        assert!(check.revisions.is_sorted_by(|a, b| a.since < b.since), "{}", check.id);
        for revision in check.revisions {
            assert!(revision.since <= Version::LATEST, "{}", check.id);
            assert!(!revision.summary.is_empty(), "{}", check.id);
        }
    }
}

#[test]
fn a_rule_asks_pods_at_most_once_a_level_and_the_weaker_level_first() {
    let of_pods = |check: &&Check| {
        check.revisions.iter().all(|it| !matches!(it.check, CheckFn::CustomResource(_)))
    };
    for rule in RULES {
        assert!(!rule.checks.is_empty(), "{}", rule.id);
        let checks = rule.checks.iter().filter(of_pods);
        let levels = checks.filter_map(|check| check.level).collect::<Vec<_>>();
        assert!(levels.is_sorted_by(|a, b| a < b), "{}", rule.id);
        let by_name = rule.checks.iter().filter(|check| check.level.is_none()).count();
        assert!(by_name <= 1, "{} has two checks of no level", rule.id);
        if rule.is_of_standards() && !rule.parameters().is_empty() {
            assert_eq!(by_name, 1, "{} does not ask its parameters alone", rule.id);
        }
        let hardened = levels == [Level::Hardened];
        assert_eq!(rule.hardened.is_some(), hardened, "{} has a reason or a level", rule.id);
    }
}

#[test]
fn only_restricted_checks_replace_and_only_baseline_ones() {
    let checks = || RULES.iter().flat_map(|rule| rule.checks);
    for check in checks() {
        for replaced in check.overrides {
            assert_eq!(check.level, Some(Level::Restricted), "{}", check.id);
            let found = checks().find(|other| other.id == *replaced);
            let found = found.unwrap_or_else(|| panic!("{} replaces no known check", check.id));
            assert_eq!(found.level, Some(Level::Baseline), "{}", check.id);
        }
    }
}

#[test]
fn every_rule_documents_itself() {
    for rule in RULES {
        let text = rule.documentation();
        assert_eq!(text.lines().next(), Some(format!("# {}", rule.id).as_str()));
        for part in ["## Allowed values", "## How to fix", "Source: "] {
            assert!(text.contains(part), "{} has no `{part}`", rule.id);
        }
        assert!(!rule.title.is_empty() && !rule.fields.is_empty(), "{}", rule.id);
    }
}

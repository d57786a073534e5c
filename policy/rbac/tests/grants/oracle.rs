//! Held against Kubernetes' own code, over drawn rules and bindings.
//!
//! That code is in a Go program, which these tests are told where to find:
//!
//! ```sh
//! (cd e2e/rbac-oracle && CGO_ENABLED=0 go build -trimpath -o ../../target/rbac-oracle .)
//! RINGFENCE_RBAC_ORACLE=$PWD/target/rbac-oracle cargo test -p ringfence-rbac --test grants -- --ignored
//! ```
//!
//! `RINGFENCE_SEED` repeats a run, `RINGFENCE_ROLES` makes it longer or shorter.

use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use ringfence_rbac::{
    Binding, Builtin, Finding, Role, Scope, allows, binding_findings, covers, dangers, findings,
    from_json,
};
use serde_json::{Value, json};

use crate::draw::{self, Asked};
use crate::properties::request;

/// Puts the questions, one a line; answers in their order.
fn ask(questions: Vec<Value>) -> Vec<Value> {
    let program = std::env::var("RINGFENCE_RBAC_ORACLE");
    let program = program.expect("RINGFENCE_RBAC_ORACLE names the oracle");
    let mut oracle = Command::new(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start `{program}`: {error}"));
    let mut input = oracle.stdin.take().expect("its input");
    let count = questions.len();
    // Writing and reading at once: either pipe alone may fill up.
    let writer = std::thread::spawn(move || {
        questions.iter().try_for_each(|question| writeln!(input, "{question}"))
    });
    let lines = BufReader::new(oracle.stdout.take().expect("its output")).lines();
    let answers = lines.map(|line| {
        let answer: Value =
            serde_json::from_str(&line.expect("a line")).expect("an answer in JSON");
        assert!(answer["error"].is_null(), "{answer}");
        answer
    });
    let answers = answers.collect::<Vec<_>>();
    writer.join().expect("the writer").expect("it has written");
    assert!(oracle.wait().expect("it has run").success());
    assert_eq!(answers.len(), count);
    answers
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// As many as are wished.
fn drawn<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> Vec<T> {
    let seed = number("RINGFENCE_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    eprintln!("RINGFENCE_SEED={seed}");
    let rng_seed = RngSeed::Fixed(seed);
    let mut runner = TestRunner::new(Config { rng_seed, ..Config::default() });
    let draw = |_| strategy.new_tree(&mut runner).expect("a value").current();
    (0..number("RINGFENCE_ROLES").unwrap_or(1000)).map(draw).collect()
}

fn asked(request: Asked) -> Value {
    match request {
        Asked::Resource([verb, group, resource, subresource, name]) => json!({"verb": verb,
            "group": group, "resource": resource, "subresource": subresource, "name": name}),
        Asked::Path(verb, path) => json!({"verb": verb, "path": path}),
    }
}

fn bools(answers: &Value) -> Vec<bool> {
    let answers = answers.as_array().expect("a list").iter();
    answers.map(|answer| answer.as_bool().expect("a boolean")).collect()
}

/// Asserts that neither answer is all there is.
#[track_caller]
fn assert_both(kind: &str, answers: &[bool]) {
    let (yes, all) = (answers.iter().filter(|answer| **answer).count(), answers.len());
    eprintln!("{kind}: {yes} of {all}");
    assert!(yes > all / 100 && yes < all - all / 100, "{kind}: {yes} of {all}");
}

#[test]
#[ignore = "RINGFENCE_RBAC_ORACLE has to name the oracle, which `cargo xtask test --only rbac` builds"]
fn the_authorizer_and_the_escalation_check_agree() {
    let others = proptest::collection::vec(draw::odd_rule(), 8);
    let worlds = drawn((draw::rules(draw::odd_rule()), others, 0..STEP));
    let all_requests = draw::requests();
    let some = |first: usize| all_requests.iter().copied().skip(first).step_by(STEP);
    let question = |(rules, others, first): &(Vec<Value>, Vec<Value>, usize)| {
        // Rules of the role itself, too.
        let covered = [&others[..], rules].concat();
        json!({"rules": rules, "covered": covered, "requests": some(*first).map(asked).collect::<Vec<_>>()})
    };
    let answers = ask(worlds.iter().map(question).collect());
    let (mut allowed, mut covered) = (Vec::new(), Vec::new());
    for ((rules, others, first), answer) in worlds.iter().zip(answers) {
        let text = draw::role("ClusterRole", rules);
        let role: Role<'_> = from_json(&text).expect("a role");
        let ours = some(*first).map(|asked| allows(&role, request(asked))).collect::<Vec<_>>();
        assert_eq!(ours, bools(&answer["allowed"]), "{text}");
        allowed.extend(ours);
        let of_others = draw::role("ClusterRole", &[&others[..], rules].concat());
        let other: Role<'_> = from_json(&of_others).expect("a role");
        let ours = other.rules.iter().map(|rule| covers(&role.rules, rule)).collect::<Vec<_>>();
        assert_eq!(ours, bools(&answer["covered"]), "{text} {of_others}");
        covered.extend(ours);
    }
    assert_both("allowed", &allowed);
    assert_both("covered", &covered);
}

/// One of so many requests is asked of each role: a prime, so that they are of all kinds.
const STEP: usize = 23;

/// Places of what is refused, each once and in order.
fn refused(found: &[Finding]) -> Vec<String> {
    let refused = found.iter().filter(|finding| finding.id == "refused");
    in_order(refused.map(|finding| finding.path.clone()).collect())
}

fn in_order(mut paths: Vec<String>) -> Vec<String> {
    paths.sort_unstable();
    paths.dedup();
    paths
}

#[test]
#[ignore = "RINGFENCE_RBAC_ORACLE has to name the oracle, which `cargo xtask test --only rbac` builds"]
fn validation_agrees() {
    let objects = drawn((draw::rules(draw::odd_rule()), draw::binding()));
    let question = |(rules, binding): &(Vec<Value>, Value)| {
        let key = match binding["kind"].as_str() {
            Some("RoleBinding") => "roleBinding",
            _ => "clusterRoleBinding",
        };
        let metadata = json!({"name": "r"});
        json!({"objects": [
            {"role": {"metadata": metadata, "rules": rules}},
            {"clusterRole": {"metadata": metadata, "rules": rules}},
            {key: binding},
        ]})
    };
    let answers = ask(objects.iter().map(question).collect());
    let mut clean = Vec::new();
    for ((rules, binding), answer) in objects.iter().zip(answers) {
        let binding = binding.to_string();
        let read: Binding<'_> = from_json(&binding).expect("a binding");
        let of_role = |kind: &str| {
            let text = draw::role(kind, rules);
            refused(&findings(&from_json::<Role<'_>>(&text).expect("a role")))
        };
        let ours =
            [of_role("Role"), of_role("ClusterRole"), refused(&binding_findings(&read, None))];
        for (at, ours) in ours.into_iter().enumerate() {
            let theirs = answer["refused"][at].as_array().expect("fields").iter();
            let theirs = theirs.map(|field| field.as_str().expect("a field").to_owned());
            let theirs = in_order(theirs.collect());
            assert_eq!(ours, theirs, "{rules:?} {binding}");
            clean.push(ours.is_empty());
        }
    }
    assert_both("nothing refused", &clean);
}

#[test]
#[ignore = "RINGFENCE_RBAC_ORACLE has to name the oracle, which `cargo xtask test --only rbac` builds"]
fn roles_of_kubernetes_are_as_they_are_told() {
    let answer = ask(vec![json!({"bootstrap": true})]).remove(0);
    let made = answer["clusterRoles"].as_array().expect("roles");
    let text = |name: &str| {
        let role = made.iter().find(|role| role["metadata"]["name"] == *name).expect(name);
        let mut role = role.clone();
        role["kind"] = json!("ClusterRole");
        role.to_string()
    };
    for builtin in Builtin::ALL {
        let text = text(builtin.name());
        let theirs: Role<'_> = from_json(&text).expect("a role");
        let rules = builtin.rules().map(|rule| {
            json!({"apiGroups": rule.api_groups, "resources": rule.resources, "verbs": rule.verbs,
                "nonResourceURLs": rule.non_resource_urls})
        });
        let ours = draw::role("ClusterRole", &rules.collect::<Vec<_>>());
        let ours: Role<'_> = from_json(&ours).expect("a role");
        for (owner, rules) in [(&ours, &theirs.rules), (&theirs, &ours.rules)] {
            for rule in rules {
                assert!(covers(&owner.rules, rule), "{}: {rule:?}", builtin.name());
            }
        }
        assert_eq!(builtin.dangers(Scope::Cluster), dangers(&theirs, Scope::Cluster));
    }
    for role in made {
        let name = role["metadata"]["name"].as_str().expect("a name");
        let binding = json!({"kind": "ClusterRoleBinding",
            "roleRef": {"kind": "ClusterRole", "name": name}});
        let binding = binding.to_string();
        let binding: Binding<'_> = from_json(&binding).expect("a binding");
        let text = text(name);
        let role: Role<'_> = from_json(&text).expect("a role");
        let is_dangerous = !dangers(&role, Scope::Cluster).is_empty();
        let is_found = !binding_findings(&binding, None).is_empty();
        // What is not told to be harmless is not, but for these, which deal with pods and nodes.
        let is_wide = name.starts_with("system:controller:") || name == "system:kube-scheduler";
        assert!(is_found == is_dangerous || is_found && is_wide, "{name}");
    }
    let bindings = answer["clusterRoleBindings"].as_array().expect("bindings");
    assert!(bindings.len() > 40);
    for binding in bindings.iter().filter(|binding| !binding["subjects"].is_null()) {
        let mut binding = binding.clone();
        binding["kind"] = json!("ClusterRoleBinding");
        let role = text(binding["roleRef"]["name"].as_str().expect("a name"));
        let role: Role<'_> = from_json(&role).expect("a role");
        let binding = binding.to_string();
        let read: Binding<'_> = from_json(&binding).expect("a binding");
        assert_eq!(binding_findings(&read, Some(&role)), [], "{binding}");
    }
}

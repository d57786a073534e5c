//! The Go programs of the gate share what is compiled for them: packages of one version, which
//! depend on packages of one version, are built once. So their modules have to agree.

use std::collections::BTreeMap;
use std::path::Path;

/// Folders of `e2e`. Those that want other versions for good reason are left out: the oracles of
/// Pod Security Admission and of NetworkPolicies, and Helm.
const SHARING: &[&str] = &[
    "cluster/etcd",
    "cluster/gatekeeper",
    "cluster/kubernetes",
    "cluster/kyverno",
    "gatekeeper-driver",
    "rbac-oracle",
    "rego-oracle",
];

/// Kyverno has one of its own.
const FORKED: &str = "k8s.io/pod-security-admission";

/// The modules that a go.mod requires, with the versions that are taken.
fn versions(text: &str) -> BTreeMap<&str, &str> {
    let mut versions = BTreeMap::new();
    let mut replaced = BTreeMap::new();
    for line in text.lines() {
        let line = line.split(" // ").next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["replace", module, "=>", _, version] | [module, "=>", _, version] => {
                replaced.insert(module, version);
            }
            ["require", module, version] | [module, version] if version.starts_with('v') => {
                versions.insert(module, version);
            }
            _ => {}
        }
    }
    versions.extend(replaced);
    versions
}

#[test]
fn modules_that_share_packages_agree() {
    let mut found: BTreeMap<String, (String, &str)> = BTreeMap::new();
    for folder in SHARING {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../e2e").join(folder);
        let text = std::fs::read_to_string(path.join("go.mod")).unwrap();
        let versions = versions(&text);
        assert!(versions.len() > 50, "{folder} requires {}", versions.len());
        for (module, version) in versions.into_iter().filter(|(module, _)| *module != FORKED) {
            let (first, other) =
                found.entry(module.to_owned()).or_insert((version.to_owned(), folder));
            assert_eq!(
                first, version,
                "{module} is older in e2e/{other} or e2e/{folder}: set both to the later version"
            );
        }
    }
}

#[test]
fn replacements_count() {
    let text = "go 1.26.0\nrequire a v1.0.0\nrequire (\n\tb v0.0.0 // indirect\n\tc v2.0.0\n)\n\
        replace c => d v3.0.0\nreplace (\n\tb => b v0.36.3\n)\n";
    let expected = [("a", "v1.0.0"), ("b", "v0.36.3"), ("c", "v3.0.0")];
    assert_eq!(versions(text), BTreeMap::from(expected));
}

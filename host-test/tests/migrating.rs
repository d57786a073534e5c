//! `docs/migrating.md` says nothing that `cases/migrating` does not show, and leaves no policy out.

use host_test::cases::{self, Case, Expectation};
use host_test::yaml;
use ringfence_policy::Settings;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The policies there are, by the folders of kubewarden/policies (August 2026),
/// open-policy-agent/gatekeeper-library (July 2026) and kyverno/policies (March 2026): those that
/// replace PodSecurityPolicies, and those that isolate pods from nodes and neighbours.
const POLICIES: &[&str] = &[
    // Kubewarden
    "allow-privilege-escalation-psp",
    "allowed-fsgroups-psp",
    "allowed-proc-mount-types-psp",
    "apparmor-psp",
    "capabilities-psp",
    "flexvolume-drivers-psp",
    "high-risk-service-account",
    "host-namespaces-psp",
    "hostpaths-psp",
    "pod-privileged",
    "pod-runtime-class",
    "readonly-root-filesystem-psp",
    "seccomp-psp",
    "selinux-psp",
    "share-pid-namespace",
    "sysctl-psp",
    "user-group-psp",
    "volumeMounts",
    "volumes-psp",
    // Gatekeeper library
    "K8sDisallowInteractiveTTY",
    "K8sPSPAllowPrivilegeEscalationContainer",
    "K8sPSPAllowedUsers",
    "K8sPSPAppArmor",
    "K8sPSPAutomountServiceAccountTokenPod",
    "K8sPSPCapabilities",
    "K8sPSPFSGroup",
    "K8sPSPFlexVolumes",
    "K8sPSPForbiddenSysctls",
    "K8sPSPHostFilesystem",
    "K8sPSPHostNamespace",
    "K8sPSPHostNetworkingPorts",
    "K8sPSPHostProbesLifecycle",
    "K8sPSPHostProcess",
    "K8sPSPPrivilegedContainer",
    "K8sPSPProcMount",
    "K8sPSPReadOnlyRootFilesystem",
    "K8sPSPSELinuxV2",
    "K8sPSPSeccomp",
    "K8sPSPSeccompV2",
    "K8sPSPVolumeTypes",
    "NoUpdateServiceAccount",
    // Kyverno: pod-security
    "disallow-capabilities",
    "disallow-capabilities-strict",
    "disallow-host-namespaces",
    "disallow-host-path",
    "disallow-host-ports",
    "disallow-host-ports-range",
    "disallow-host-process",
    "disallow-privilege-escalation",
    "disallow-privileged-containers",
    "disallow-proc-mount",
    "disallow-selinux",
    "podSecurity",
    "require-run-as-non-root-user",
    "require-run-as-nonroot",
    "restrict-apparmor-profiles",
    "restrict-seccomp",
    "restrict-seccomp-strict",
    "restrict-sysctls",
    "restrict-volume-types",
    // Kyverno: psp-migration
    "add-apparmor",
    "add-capabilities",
    "add-runtimeClassName",
    "check-supplemental-groups",
    "restrict-adding-capabilities",
    "restrict-runtimeClassName",
    // Kyverno: other, best-practices, windows-security
    "add-default-securitycontext",
    "apply-pss-restricted-profile",
    "block-ephemeral-containers",
    "block-kubectl-cp",
    "block-pod-exec-by-namespace",
    "check-serviceaccount",
    "disable-automountserviceaccounttoken",
    "disable-service-discovery",
    "disallow-cri-sock-mount",
    "docker-socket-requires-label",
    "ensure-readonly-hostpath",
    "limit-hostpath-type-pv",
    "limit-hostpath-vols",
    "only-trustworthy-registries-set-root",
    "prevent-bare-pods",
    "prevent-cr8escape",
    "remove-hostpath-volumes",
    "remove-serviceaccount-token",
    "require-drop-all",
    "require-drop-cap-net-raw",
    "require-non-root-groups",
    "require-ro-rootfs",
    "require-run-as-containeruser",
    "require-unique-uid-per-workload",
    "restrict-automount-sa-token",
    "restrict-controlplane-scheduling",
    "restrict-node-affinity",
    "restrict-node-selection",
    "restrict-sa-automount-sa-token",
    "restrict-service-account",
    "restrict-usergroup-fsgroup-id",
];

/// What every table of rows begins with.
const HEADER: &str = "| Row | There | Here |";

struct Row {
    line: usize,
    settings: Value,
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn document() -> String {
    std::fs::read_to_string(root().join("docs/migrating.md")).expect("docs/migrating.md")
}

fn cases() -> Vec<Case> {
    cases::load(&root().join("cases/migrating")).unwrap_or_else(|error| panic!("{error:#}"))
}

/// The rows of the tables, by their names.
fn rows(document: &str) -> BTreeMap<String, Row> {
    let mut rows = BTreeMap::new();
    let mut in_table = false;
    for (index, text) in document.lines().enumerate() {
        in_table = text == HEADER || in_table && text.starts_with('|');
        if !in_table || text == HEADER || text.starts_with("|---") {
            continue;
        }
        let line = index + 1;
        let cells = text.trim_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>();
        let [name, _, settings] = cells[..] else {
            panic!("docs/migrating.md:{line}: {} cells, not three", cells.len());
        };
        let row = Row { line, settings: settings_of(code(settings, line), line) };
        let former = rows.insert(code(name, line).to_owned(), row);
        assert!(former.is_none(), "docs/migrating.md:{line}: a second row {name}");
    }
    rows
}

fn code(cell: &str, line: usize) -> &str {
    let code = cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`'));
    code.filter(|code| !code.contains('`'))
        .unwrap_or_else(|| panic!("docs/migrating.md:{line}: `{cell}` is not one piece of code"))
}

/// The settings of a row; `profile: privileged` where it names none.
fn settings_of(text: &str, line: usize) -> Value {
    let read = yaml::read(text.as_bytes(), false).pop();
    let Some(Ok(node)) = read else {
        panic!("docs/migrating.md:{line}: the settings cannot be read: {text}");
    };
    let mut settings = node.to_json();
    let Value::Object(fields) = &mut settings else {
        panic!("docs/migrating.md:{line}: the settings are no mapping: {text}");
    };
    fields.entry("profile").or_insert_with(|| "privileged".into());
    settings
}

/// The row that a case is of, and the rest of its name.
fn row_of(case: &Case) -> (&str, &str) {
    case.name.rsplit_once(": ").unwrap_or((&case.name, ""))
}

fn violations(expectation: &Expectation) -> Option<usize> {
    match expectation {
        Expectation::Pass => Some(0),
        Expectation::Violations { deny, warn, audit, .. } => {
            Some(deny.len() + warn.len() + audit.len())
        }
        Expectation::Nothing
        | Expectation::Skip
        | Expectation::Quiet
        | Expectation::Malformed(_) => None,
    }
}

#[test]
fn every_row_is_accepted_once_and_refused_once() {
    let mut wrong = Vec::new();
    let cases = cases();
    for (name, row) in rows(&document()) {
        for verdict in ["accepted", "refused"] {
            let is_shown = cases.iter().any(|case| {
                let (row, rest) = row_of(case);
                row == name && rest.split(", ").next() == Some(verdict)
            });
            if !is_shown {
                wrong.push(format!("docs/migrating.md:{}: no case `{name}: {verdict}`", row.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_shows_what_its_row_says() {
    let rows = rows(&document());
    let mut wrong = Vec::new();
    for case in cases() {
        let mut fail = |what: &str| {
            let file = case.file.file_name().unwrap_or_default().display();
            wrong.push(format!("{file}:{}: {}: {what}", case.line, case.name));
        };
        let (name, rest) = row_of(&case);
        let Some(row) = rows.get(name) else {
            fail("there is no such row");
            continue;
        };
        if row.settings != case.settings {
            fail(&format!("other settings than line {}, {}", row.line, row.settings));
        }
        let is_refused = match rest.split(", ").next() {
            Some("accepted") => false,
            Some("refused") => true,
            _ => {
                fail("it is neither `accepted` nor `refused`");
                continue;
            }
        };
        for (_, _, expectation) in case.payloads() {
            if violations(&expectation).is_none_or(|count| (count > 0) != is_refused) {
                fail(&format!("its name is not what it expects, {expectation:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_example_is_accepted_as_settings() {
    let document = document();
    let examples = document.split("```yaml\n").skip(1).filter_map(|text| text.split("```").next());
    let mut count = 0;
    for example in examples {
        count += 1;
        let read = yaml::read(example.as_bytes(), false).pop().expect("a document");
        let settings = read.expect("YAML").to_json().to_string();
        if let Err(mistakes) = Settings::decode(&settings) {
            panic!("{mistakes:?} in\n{example}");
        }
    }
    assert!(count > 0, "there is no example");
}

#[test]
fn every_policy_is_named() {
    let document = document();
    let is_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let is_named = |policy: &&&str| {
        document.match_indices(**policy).any(|(at, _)| {
            let bytes = document.as_bytes();
            let before = at.checked_sub(1).and_then(|at| bytes.get(at));
            !is_word(before) && !is_word(bytes.get(at + policy.len()))
        })
    };
    let missing = POLICIES.iter().filter(|policy| !is_named(policy)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "docs/migrating.md does not say what becomes of {missing:?}");
}

//! The manifests that are judged: the same for everyone, and on every machine.

use std::fmt::Write;

/// How many documents a file holds.
const IN_A_FILE: usize = 100;

/// A manifest, and what is to be found in it.
pub(crate) struct Manifest {
    pub(crate) text: String,
    /// `namespace/name`, which no other has.
    pub(crate) name: String,
    pub(crate) is_violating: bool,
}

/// What one of the controls objects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    Privileged,
    HostNamespace,
    HostPath,
    AddedCapability,
    KeptCapabilities,
    Escalation,
    Root,
    NoSeccompProfile,
}

const FLAWS: [Flaw; 8] = [
    Flaw::Privileged,
    Flaw::HostNamespace,
    Flaw::HostPath,
    Flaw::AddedCapability,
    Flaw::KeptCapabilities,
    Flaw::Escalation,
    Flaw::Root,
    Flaw::NoSeccompProfile,
];

/// Numbers that look random and are decided by their seed.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // The remainder of a 64-bit number by a small one fits.
        usize::try_from(mixed % limit as u64).unwrap_or_default()
    }
}

/// The manifest with this number: a Deployment in half of the cases, a Pod or a CronJob in a
/// quarter each, with something to object to in two of five.
pub(crate) fn manifest(number: usize) -> Manifest {
    let mut dice = Dice(number as u64);
    let kind = ["Deployment", "Deployment", "Pod", "CronJob"][dice.below(4)];
    let mut flaws = Vec::new();
    if dice.below(5) < 2 {
        for _ in 0..=dice.below(2) {
            flaws.push(FLAWS[dice.below(FLAWS.len())]);
        }
    }
    let (namespace, name) = (format!("team-{}", dice.below(20)), format!("app-{number:06}"));
    let spec = pod_spec(&mut dice, number, &flaws);
    let metadata = format!(
        "metadata:\n  name: {name}\n  namespace: {namespace}\n  labels: {{app: {name}, tier: backend}}\n"
    );
    let text = match kind {
        "Pod" => format!("apiVersion: v1\nkind: Pod\n{metadata}spec:\n{}", indented(&spec, 2)),
        "Deployment" => format!(
            "apiVersion: apps/v1\nkind: Deployment\n{metadata}spec:\n  replicas: 2\n  selector:\n    matchLabels: {{app: {name}}}\n  template:\n    metadata:\n      labels: {{app: {name}, tier: backend}}\n    spec:\n{}",
            indented(&spec, 6)
        ),
        _ => format!(
            "apiVersion: batch/v1\nkind: CronJob\n{metadata}spec:\n  schedule: \"*/10 * * * *\"\n  jobTemplate:\n    spec:\n      template:\n        metadata:\n          labels: {{app: {name}}}\n        spec:\n          restartPolicy: Never\n{}",
            indented(&spec, 10)
        ),
    };
    Manifest { text, name: format!("{namespace}/{name}"), is_violating: !flaws.is_empty() }
}

/// Files of manifests: their names and texts.
pub(crate) fn files(manifests: &[Manifest]) -> impl Iterator<Item = (String, String)> {
    manifests.chunks(IN_A_FILE).enumerate().map(|(number, chunk)| {
        let texts: Vec<&str> = chunk.iter().map(|it| it.text.as_str()).collect();
        (format!("{number:04}.yaml"), texts.join("---\n"))
    })
}

fn pod_spec(dice: &mut Dice, number: usize, flaws: &[Flaw]) -> String {
    let mut spec = String::new();
    let has = |flaw| flaws.contains(&flaw);
    if has(Flaw::HostNamespace) {
        let field = ["hostNetwork", "hostPID", "hostIPC"][dice.below(3)];
        let _ = writeln!(spec, "{field}: true");
    }
    let _ =
        writeln!(spec, "serviceAccountName: app-{number:06}\nautomountServiceAccountToken: false");
    spec.push_str("securityContext:\n  fsGroup: 2000\n");
    if !has(Flaw::Root) {
        spec.push_str("  runAsNonRoot: true\n");
    }
    if !has(Flaw::NoSeccompProfile) {
        spec.push_str("  seccompProfile: {type: RuntimeDefault}\n");
    }
    let (init, main) = (dice.below(2), 1 + dice.below(3));
    let flawed = dice.below(init + main);
    for place in 0..init + main {
        match place {
            0 if init == 1 => spec.push_str("initContainers:\n"),
            place if place == init => spec.push_str("containers:\n"),
            _ => {}
        }
        let flaws = if place == flawed { flaws } else { &[] };
        container(&mut spec, dice, place, place >= init, flaws);
    }
    spec.push_str(
        "volumes:\n- name: scratch\n  emptyDir: {}\n- name: config\n  configMap: {name: app}\n",
    );
    if has(Flaw::HostPath) {
        spec.push_str("- name: node\n  hostPath: {path: /var/log}\n");
    }
    spec
}

fn container(spec: &mut String, dice: &mut Dice, place: usize, has_probe: bool, flaws: &[Flaw]) {
    let has = |flaw| flaws.contains(&flaw);
    let (port, version) = (8000 + dice.below(1000), dice.below(30));
    let _ = write!(
        spec,
        "- name: part-{place}\n  image: registry.example/team/part-{place}:1.{version}.0\n  args: [serve, --port, \"{port}\"]\n  ports:\n  - {{name: http, containerPort: {port}}}\n  env:\n  - {{name: LOG_LEVEL, value: info}}\n  - name: PASSWORD\n    valueFrom: {{secretKeyRef: {{name: database, key: password}}}}\n  resources:\n    requests: {{cpu: 100m, memory: 64Mi}}\n    limits: {{memory: 256Mi}}\n"
    );
    if has_probe {
        let _ = write!(
            spec,
            "  readinessProbe:\n    httpGet: {{path: /ready, port: http}}\n    periodSeconds: 5\n"
        );
    }
    spec.push_str("  volumeMounts:\n  - {name: scratch, mountPath: /tmp}\n  securityContext:\n    readOnlyRootFilesystem: true\n");
    if has(Flaw::Privileged) {
        spec.push_str("    privileged: true\n");
    }
    if !has(Flaw::Escalation) {
        spec.push_str("    allowPrivilegeEscalation: false\n");
    }
    spec.push_str("    capabilities:\n");
    spec.push_str(if has(Flaw::KeptCapabilities) {
        "      drop: [NET_RAW]\n"
    } else {
        "      drop: [ALL]\n"
    });
    if has(Flaw::AddedCapability) {
        spec.push_str("      add: [NET_BIND_SERVICE, SYS_TIME]\n");
    }
}

fn indented(text: &str, by: usize) -> String {
    text.lines().map(|line| format!("{:by$}{line}\n", "")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_same_every_time_and_as_mixed_as_it_says() {
        let all: Vec<Manifest> = (0..2000).map(manifest).collect();
        let names: HashSet<&str> = all.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names.len(), all.len());
        let of_kind = |kind: &str| {
            let line = format!("\nkind: {kind}\n");
            all.iter().filter(|it| it.text.contains(&line)).count()
        };
        let near = |count: usize, expected: usize| count.abs_diff(expected) < 150;
        assert!(near(of_kind("Deployment"), 1000), "{}", of_kind("Deployment"));
        assert!(near(of_kind("Pod"), 500) && near(of_kind("CronJob"), 500));
        let violating = all.iter().filter(|it| it.is_violating).count();
        assert!(near(violating, 800), "{violating}");
        for (number, it) in all.iter().enumerate().step_by(97) {
            assert_eq!(it.text, manifest(number).text);
        }
    }

    #[test]
    fn every_flaw_is_written() {
        let clean = pod_spec(&mut Dice(7), 7, &[]);
        for flaw in FLAWS {
            assert_ne!(pod_spec(&mut Dice(7), 7, &[flaw]), clean, "{flaw:?}");
        }
    }

    #[test]
    fn files_hold_all_of_them() {
        let all: Vec<Manifest> = (0..250).map(manifest).collect();
        let files: Vec<_> = files(&all).collect();
        let documents: usize =
            files.iter().map(|(_, text)| text.matches("apiVersion: ").count()).sum();
        assert_eq!((files.len(), documents), (3, 250));
    }
}

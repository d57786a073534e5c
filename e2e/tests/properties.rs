//! What must hold for every pod, whatever is in it. Needs no oracle.

use anyhow::{Result, ensure};
use e2e::generator::{self, Generator};
use ringfence_policy::{Level, Version, pod_security, validate};
use serde_json::{Value, json};

/// Pods tried by each property.
const PODS: usize = 1_000;

/// Group, version and kind that carry a pod, and the path of what is made into it.
const WORKLOADS: [(&str, &str, &str, &[&str]); 9] = [
    ("", "v1", "Pod", &[]),
    ("", "v1", "PodTemplate", &["template"]),
    ("", "v1", "ReplicationController", &["spec", "template"]),
    ("apps", "v1", "ReplicaSet", &["spec", "template"]),
    ("apps", "v1", "Deployment", &["spec", "template"]),
    ("apps", "v1", "StatefulSet", &["spec", "template"]),
    ("apps", "v1", "DaemonSet", &["spec", "template"]),
    ("batch", "v1", "Job", &["spec", "template"]),
    ("batch", "v1", "CronJob", &["spec", "jobTemplate", "spec", "template"]),
];

fn for_each_pod(property: impl Fn(&Value) -> Result<()>) -> Result<()> {
    let seed = generator::seed()?;
    println!("RINGFENCE_SEED={seed}");
    let mut generator = Generator::new(seed);
    for _ in 0..PODS {
        let tree = generator.next_pod()?;
        if let Some(pod) = generator.shrink(tree, |pod| property(pod).is_err()) {
            let error = property(&pod).expect_err("a pod that is wrong");
            anyhow::bail!("RINGFENCE_SEED={seed}: {error}\n{pod:#}");
        }
    }
    Ok(())
}

fn failing(pod: &Value, level: Level, version: Version) -> Result<Vec<&'static str>> {
    let text = pod.to_string();
    pod_security::failing_checks(text.as_bytes(), level, version).map_err(anyhow::Error::msg)
}

fn request(object: &Value, (group, version, kind, _): (&str, &str, &str, &[&str])) -> Value {
    json!({
        "kind": {"group": group, "version": version, "kind": kind},
        "operation": "CREATE",
        "name": "web",
        "namespace": "shop",
        "object": object,
    })
}

/// Whether the request is accepted, and its violations with the template's path taken away.
fn judge(request: &Value, path: &[&str]) -> Result<(bool, Vec<Value>)> {
    let payload = json!({"request": request, "settings": {}}).to_string();
    let answer: Value = serde_json::from_slice(&validate(payload.as_bytes(), &|| None))?;
    let text = answer["audit_annotations"]["violations"].as_str().unwrap_or("[]");
    let mut violations: Vec<Value> = serde_json::from_str(text)?;
    let base = path.iter().map(|key| format!("{key}.")).collect::<String>();
    for violation in &mut violations {
        let full = violation["path"].as_str().unwrap_or_default();
        let inner = full.strip_prefix(&base).unwrap_or(full).to_owned();
        violation["path"] = inner.into();
    }
    Ok((answer["accepted"] == true, violations))
}

#[test]
fn restricted_accepts_nothing_that_baseline_refuses() -> Result<()> {
    for_each_pod(|pod| {
        // From v1.25 on restricted replaces baseline checks by ones that Windows pods are not
        // asked: the standard's own exception.
        let windows = pod["spec"]["os"]["name"] == "windows";
        // A volume with two sources is judged by the one that restricted allows. That is the
        // standard's, too; the API server refuses such a volume, and so does `wellFormed`.
        let volumes = pod["spec"]["volumes"].as_array().into_iter().flatten();
        let has_two_sources = volumes.filter_map(Value::as_object).any(|volume| {
            volume.iter().filter(|(key, value)| *key != "name" && !value.is_null()).count() > 1
        });
        for version in Version::all().filter(|version| version.minor < 25 || !windows) {
            let restricted = failing(pod, Level::Restricted, version)?;
            let baseline = failing(pod, Level::Baseline, version)?;
            ensure!(
                baseline.is_empty()
                    || !restricted.is_empty()
                    || (has_two_sources && baseline == ["hostPathVolumes"]),
                "{version}: baseline refuses for {baseline:?}, restricted does not"
            );
        }
        Ok(())
    })
}

#[test]
fn a_pod_and_each_workload_around_it_agree() -> Result<()> {
    for_each_pod(|pod| {
        let alone = judge(&request(pod, WORKLOADS[0]), &[])?;
        for workload in &WORKLOADS[1..] {
            let mut object = json!({"metadata": pod["metadata"], "spec": pod["spec"]});
            for key in workload.3.iter().rev() {
                object = json!({ *key: object });
            }
            let inside = judge(&request(&object, *workload), workload.3)?;
            ensure!(inside == alone, "{}: {inside:?}\nalone: {alone:?}", workload.2);
        }
        Ok(())
    })
}

#[test]
fn what_no_rule_reads_never_matters() -> Result<()> {
    for_each_pod(|pod| {
        let plain = judge(&request(pod, WORKLOADS[0]), &[])?;
        let mut more = pod.clone();
        let junk = json!([{"a": [1, -2.5e3, null, true, "\u{1F600} \"quoted\" \\"]}, [], {}]);
        for pointer in ["", "/metadata", "/spec", "/spec/containers/0", "/spec/securityContext"] {
            if let Some(Value::Object(object)) = more.pointer_mut(pointer) {
                object.insert("zzUnknown".to_owned(), junk.clone());
            }
        }
        let mut object = json!({"status": {"phase": "Running"}});
        for (key, value) in more.as_object().into_iter().flatten() {
            object[key] = value.clone();
        }
        let extended = judge(&request(&object, WORKLOADS[0]), &[])?;
        ensure!(extended == plain, "{extended:?}\nwithout: {plain:?}");
        Ok(())
    })
}

#[test]
fn white_space_and_the_place_of_the_kind_never_matter() -> Result<()> {
    for_each_pod(|pod| {
        let compact = json!({"request": request(pod, WORKLOADS[0]), "settings": {}});
        let expected = validate(compact.to_string().as_bytes(), &|| None);
        let spread = validate(format!("{compact:#}").as_bytes(), &|| None);
        ensure!(spread == expected, "white space changes the answer");
        let object = pod.to_string();
        let late = format!(
            r#"{{"settings":{{}},"request":{{"object":{object},"namespace":"shop","name":"web",
            "operation":"CREATE","kind":{{"kind":"Pod","version":"v1","group":""}}}}}}"#
        );
        ensure!(
            validate(late.as_bytes(), &|| None) == expected,
            "an object before its kind is read otherwise"
        );
        Ok(())
    })
}

//! The manifests of `deploy/kubewarden`: Kubewarden takes them, and they do what they say.
//!
//! The schemas are those of Kubewarden's own types, in its SDK for Rust (`kubewarden-policy-sdk`, feature
//! `crd`). `KUBEWARDEN_CRDS` names a folder with the CustomResourceDefinitions of a release, such as
//! `charts/kubewarden-crds/templates/crds` of its repository, for the test that is otherwise ignored.

use std::path::{Path, PathBuf};

use host_test::cluster;
use host_test::docs::artifacthub::{self, resources};
use host_test::engine::{Circumstances, Engine, Native};
use host_test::yaml;
use jsonschema::Validator;
use kubewarden_policy_sdk::crd::policies::admission_policy::AdmissionPolicy;
use kubewarden_policy_sdk::crd::policies::cluster_admission_policy::ClusterAdmissionPolicy;
use ringfence_policy::{Level, RULES};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/kubewarden")
}

/// Every document, with the name of its file.
fn manifests() -> Vec<(String, Value)> {
    let documents = documents(&folder());
    assert!(documents.len() >= 8, "{}", documents.len());
    documents
}

fn documents(folder: &Path) -> Vec<(String, Value)> {
    let mut documents = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|end| end != "yaml") {
            continue;
        }
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        for document in yaml::read(&std::fs::read(&path).expect("the file"), false) {
            documents.push((name.clone(), document.expect(&name).to_json()));
        }
    }
    documents
}

/// The only document of a file.
fn manifest(file: &str) -> Value {
    let mut found: Vec<_> =
        manifests().into_iter().filter(|(name, _)| name == file).map(|(_, value)| value).collect();
    assert_eq!(found.len(), 1, "{file}");
    found.remove(0)
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// By the schema of a type of Kubewarden's.
fn of_type<T: JsonSchema>() -> Validator {
    let mut schema: Value = SchemaGenerator::default().into_root_schema_for::<T>().into();
    // An item of the definition, which the derivation of these types also takes for a field.
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|key| key != "subresources");
    }
    validator(schema)
}

/// By the schema of version v1 in a definition.
fn of_definition(definition: &Value) -> Validator {
    let versions = definition["spec"]["versions"].as_array().expect("versions");
    let version = versions.iter().find(|version| version["name"] == "v1").expect("a v1");
    let mut schema = version["schema"]["openAPIV3Schema"].clone();
    // It leaves metadata to the API server.
    schema["properties"]["metadata"] = json!({});
    validator(schema)
}

/// A key that the schema does not know is refused, where the API server would drop it.
fn validator(mut schema: Value) -> Validator {
    close(&mut schema);
    jsonschema::validator_for(&schema).expect("a JSON Schema")
}

/// Closes every object whose keys are known.
fn close(schema: &mut Value) {
    if schema.get("properties").is_some() {
        schema["additionalProperties"] = false.into();
    }
    // What OpenAPI calls nullable, JSON Schema has as a type.
    if schema.get("nullable") == Some(&true.into())
        && let Some(kind) = schema.get("type").filter(|kind| kind.is_string()).cloned()
    {
        schema["type"] = json!([kind, "null"]);
    }
    let children = match schema {
        Value::Object(fields) => fields.values_mut().collect::<Vec<_>>(),
        Value::Array(items) => items.iter_mut().collect(),
        _ => Vec::new(),
    };
    children.into_iter().for_each(close);
}

fn check(validator: &Validator, file: &str, manifest: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(manifest)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{file}: {errors:#?}");
}

#[test]
fn kubewardens_types_read_them_and_lose_nothing() {
    let cluster = of_type::<ClusterAdmissionPolicy>();
    let namespaced = of_type::<AdmissionPolicy>();
    for (file, manifest) in manifests() {
        let again = match manifest["kind"].as_str() {
            Some("ClusterAdmissionPolicy") => {
                check(&cluster, &file, &manifest);
                serde_json::from_value::<ClusterAdmissionPolicy>(manifest.clone())
                    .map(|policy| serde_json::to_value(policy).expect("JSON"))
            }
            Some("AdmissionPolicy") => {
                check(&namespaced, &file, &manifest);
                serde_json::from_value::<AdmissionPolicy>(manifest.clone())
                    .map(|policy| serde_json::to_value(policy).expect("JSON"))
            }
            other => panic!("{file}: {other:?}"),
        };
        let again = again.unwrap_or_else(|error| panic!("{file}: {error}"));
        for key in ["apiVersion", "kind", "metadata"] {
            assert_eq!(again[key], manifest[key], "{file}: {key}");
        }
        for (key, value) in manifest["spec"].as_object().expect("a spec") {
            assert_eq!(again["spec"][key], *value, "{file}: spec.{key}");
        }
    }
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let cluster = of_type::<ClusterAdmissionPolicy>();
    let good = manifest("baseline.yaml");
    for (pointer, wrong) in [
        ("/spec/mode", json!("Protect")),
        ("/spec/failurePolicy", json!("fail")),
        ("/spec/mutating", json!("no")),
        ("/spec/timeoutSeconds", json!("10s")),
        ("/spec/rules/0/resources", json!("pods")),
        ("/spec/rules/0", json!({"apigroups": [""]})),
        ("/spec/namespaceSelector/matchExpressions/0/key", Value::Null),
        ("/spec/settings", json!([])),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect(pointer) = wrong;
        assert!(!cluster.is_valid(&bad), "{pointer}");
    }
    let mut bad = good.clone();
    bad["spec"]["failurepolicy"] = "Fail".into();
    assert!(!cluster.is_valid(&bad));
    assert!(cluster.is_valid(&good));
}

#[test]
#[ignore = "needs the CustomResourceDefinitions of a Kubewarden release, in the folder KUBEWARDEN_CRDS"]
fn the_definitions_of_a_release_accept_them() {
    let crds = std::env::var_os("KUBEWARDEN_CRDS").expect("KUBEWARDEN_CRDS names a folder");
    let definitions = documents(Path::new(&crds));
    for (file, manifest) in manifests() {
        let named = |definition: &&(String, Value)| {
            definition.1["spec"]["names"]["kind"] == manifest["kind"]
        };
        let (_, definition) = definitions.iter().find(named).expect("a definition of its kind");
        check(&of_definition(definition), &file, &manifest);
    }
}

#[test]
fn they_are_asked_about_no_more_than_the_metadata_says() {
    let is_known = |group: &str, version: &str, resource: &str, operation: &str| {
        resources::JUDGED.iter().find(|judged| {
            (judged.group, judged.version, judged.resource) == (group, version, resource)
                && judged.operations.contains(&operation)
        })
    };
    for (file, manifest) in manifests() {
        let rules = manifest["spec"]["rules"].as_array().expect("rules");
        for rule in rules {
            let [groups, versions, names, operations] =
                ["apiGroups", "apiVersions", "resources", "operations"]
                    .map(|key| texts(&rule[key]));
            assert!(![&groups, &versions, &names, &operations].iter().any(|list| list.is_empty()));
            for (group, version, name, operation) in groups.iter().flat_map(|group| {
                let names = &names;
                let operations = &operations;
                versions.iter().flat_map(move |version| {
                    names.iter().flat_map(move |name| {
                        operations.iter().map(move |operation| (group, version, name, operation))
                    })
                })
            }) {
                let known = is_known(group, version, name, operation);
                let known =
                    known.unwrap_or_else(|| panic!("{file}: {group}/{version} {name} {operation}"));
                // An AdmissionPolicy is asked about its own namespace.
                assert!(
                    known.namespaced || manifest["kind"] != "AdmissionPolicy",
                    "{file}: {name}"
                );
            }
        }
    }
}

#[test]
fn they_keep_the_conventions() {
    let module = format!("registry://{}:v{}", artifacthub::OCI_URL, artifacthub::VERSION);
    let mut names = Vec::new();
    for (file, manifest) in manifests() {
        let spec = &manifest["spec"];
        let is_monitor = spec["mode"] == "monitor";
        let kind = manifest["kind"].as_str().expect("a kind").to_owned();
        let name = manifest["metadata"]["name"].as_str().expect("a name").to_owned();
        assert!(!names.contains(&(kind.clone(), name.clone())), "{file}: {name} is there twice");
        names.push((kind, name));
        assert_eq!(spec["module"], module, "{file}: the module of this version");
        for (key, known) in [
            ("severity", &["info", "low", "medium", "high", "critical"][..]),
            ("category", &["Pod Security"]),
        ] {
            let text = &manifest["metadata"]["annotations"][&format!("io.kubewarden.policy.{key}")];
            assert!(
                text.as_str().is_some_and(|text| known.contains(&text)),
                "{file}: {key} {text}"
            );
        }
        // What monitors must not get in anybody's way, what protects must not be got around.
        let failure = if is_monitor { "Ignore" } else { "Fail" };
        assert_eq!(spec["failurePolicy"], failure, "{file}");
        let [timeout, evaluation] =
            ["timeoutSeconds", "timeoutEvalSeconds"].map(|key| spec[key].as_u64().expect(key));
        assert!((2..=30).contains(&evaluation) && (evaluation..=30).contains(&timeout), "{file}");
        assert!(spec["namespaceSelector"].get("matchLabels").is_none(), "{file}");
        assert_eq!(spec["mutating"], spec["settings"]["mutate"] == true, "{file}");
        if manifest["kind"] == "ClusterAdmissionPolicy" {
            let expressions =
                spec["namespaceSelector"]["matchExpressions"].as_array().expect(&file);
            let system = json!({
                "key": "kubernetes.io/metadata.name",
                "operator": "NotIn",
                "values": ["kube-system", "kube-public", "kube-node-lease"],
            });
            assert!(expressions.contains(&system), "{file} leaves Kubernetes itself alone");
        }
    }
}

#[test]
fn every_file_is_in_the_readme() {
    let readme = std::fs::read_to_string(folder().join("README.md")).expect("the readme");
    for (file, _) in manifests() {
        assert!(readme.contains(&format!("[{file}]({file})")), "{file}");
    }
}

/// What the settings of a manifest say to a new pod, in a namespace that is nothing but labelled.
fn judge(file: &str, manifest: &Value, spec: &Value) -> Value {
    let cluster = json!([{
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": "shop", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
    }]);
    judge_in(file, manifest, spec, &cluster)
}

/// The same, in a cluster.
fn judge_in(file: &str, manifest: &Value, spec: &Value, cluster: &Value) -> Value {
    let settings = &manifest["spec"]["settings"];
    let valid = Native.validate_settings(settings.to_string().as_bytes()).expect("an answer");
    let valid: Value = serde_json::from_slice(&valid).expect("JSON");
    assert_eq!(valid["valid"], true, "{file}: {valid}");
    let payload = json!({
        "settings": settings,
        "request": {
            "uid": "1", "operation": "CREATE", "namespace": "shop", "name": "web",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "userInfo": {"username": "alice"},
            "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec},
        },
    });
    let capabilities = cluster::of_case(Path::new(""), Some(cluster), None).expect("a cluster");
    let circumstances = Circumstances { capabilities, ..Circumstances::default() };
    let answer = Native.validate_in(payload.to_string().as_bytes(), &circumstances);
    serde_json::from_slice(&answer.expect("an answer")).expect("JSON")
}

#[test]
fn their_settings_do_what_the_files_say() {
    let container = |context: Value| json!({"containers": [{"name": "web", "image": "web:1", "securityContext": context}]});
    let plain = container(json!({}));
    let privileged = container(json!({"privileged": true}));
    let mut hard = container(json!({
        "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsUser": 1000,
    }));
    hard["securityContext"] =
        json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}});
    for (file, manifest) in manifests() {
        let accepts = |spec: &Value| judge(&file, &manifest, spec)["accepted"] == true;
        let found = (accepts(&plain), accepts(&privileged), accepts(&hard));
        let profile = manifest["spec"]["settings"]["profile"].as_str().expect("a profile");
        let expected = match (&*file, profile) {
            ("mutation.yaml", _) => (true, true, true),
            // These ask for more than a pod.
            ("team.yaml" | "tenants.yaml", _) => (false, false, false),
            (_, "baseline") => (true, false, true),
            _ => (false, false, true),
        };
        assert_eq!(found, expected, "{file}: plain, privileged, hard");
    }
    // The team asks for one thing more.
    hard["containers"][0]["securityContext"]["readOnlyRootFilesystem"] = true.into();
    assert_eq!(judge("team.yaml", &manifest("team.yaml"), &hard)["accepted"], true);
}

#[test]
fn tenants_are_accepted_where_they_are_fenced_in() {
    let manifest = manifest("tenants.yaml");
    let pod = json!({
        "automountServiceAccountToken": false,
        "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{
            "name": "web", "image": "web:1",
            "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
            "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
        }],
    });
    let fence = json!([
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
         "metadata": {"name": "default-deny", "namespace": "shop"},
         "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}},
        {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "quota", "namespace": "shop"},
         "spec": {"hard": {"pods": "10", "requests.cpu": "4", "requests.memory": "8Gi", "limits.memory": "8Gi"}}},
        {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "limits", "namespace": "shop"},
         "spec": {"limits": [{"type": "Container", "max": {"memory": "1Gi"}}]}},
    ]);
    let fenced = judge_in("tenants.yaml", &manifest, &pod, &fence);
    assert_eq!(fenced["accepted"], true, "{fenced}");
    for left_out in 0..3 {
        let mut less = fence.clone();
        less.as_array_mut().expect("objects").remove(left_out);
        assert_eq!(judge_in("tenants.yaml", &manifest, &pod, &less)["accepted"], false);
    }
    // What it asks for, it is granted.
    let granted = &manifest["spec"]["contextAwareResources"];
    let granted = granted.as_array().expect("grants").iter().map(|kind| &kind["kind"]);
    let granted = granted.collect::<Vec<_>>();
    for kind in [
        "NetworkPolicy",
        "Pod",
        "ResourceQuota",
        "LimitRange",
        "Namespace",
        "ServiceAccount",
        "Role",
        "ClusterRole",
    ] {
        assert!(granted.contains(&&json!(kind)), "{kind}");
    }
}

#[test]
fn mutation_fills_what_restricted_then_accepts() {
    let plain = json!({"containers": [{"name": "web", "image": "web:1"}]});
    let answer = judge("mutation.yaml", &manifest("mutation.yaml"), &plain);
    let filled = &answer["mutated_object"]["spec"];
    assert!(filled.is_object(), "{answer}");
    let restricted = manifest("restricted.yaml");
    assert_eq!(judge("restricted.yaml", &restricted, &plain)["accepted"], false);
    assert_eq!(judge("restricted.yaml", &restricted, filled)["accepted"], true, "{filled}");
}

#[test]
fn hardened_warns_of_what_is_beyond_restricted_and_of_nothing_else() {
    let settings = &manifest("hardened.yaml")["spec"]["settings"];
    let named: Vec<&String> = settings["rules"].as_object().expect("rules").keys().collect();
    let lowest =
        |rule: &ringfence_policy::Rule| rule.checks.iter().filter_map(|check| check.level).min();
    let mut beyond: Vec<&str> = RULES
        .iter()
        .filter(|rule| lowest(rule) == Some(Level::Hardened))
        .map(|rule| rule.id)
        .collect();
    beyond.sort_unstable();
    assert_eq!(named, beyond);
    assert!(settings["rules"].as_object().expect("rules").values().all(|action| action == "warn"));
}

//! The files of `artifacthub/` against the policy, and against what their readers do with them.

use std::collections::BTreeSet;

use host_test::docs::artifacthub::{self, VERSION, resources};
use host_test::docs::{init, schema};
use host_test::engine::{Engine, Native};
use host_test::{kinds, yaml};
use ringfence_policy::{RULES, Schema, Settings};
use serde_json::{Map, Value, json};

fn read(text: &str) -> Value {
    let mut documents = yaml::read(text.as_bytes(), false);
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0).expect("YAML").to_json()
}

fn file(name: &str) -> String {
    let files = artifacthub::files("# Changelog\n");
    let found = files.into_iter().find(|(known, _)| known == name);
    found.map_or_else(|| panic!("no {name}"), |(_, text)| text)
}

/// What the policy made of a request: `judged`, `skipped` or `malformed`. Every rule is asked.
fn outcome(group: &str, kind: &str, resource: &str, operation: &str) -> String {
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    let rules: Map<String, Value> =
        RULES.iter().map(|rule| (rule.id.to_owned(), "warn".into())).collect();
    let api_version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}});
    let pod = json!({"metadata": {}, "spec": {"containers": [{"name": "a", "image": "a"}]}});
    let mut at = &mut object;
    for key in kinds::pod_path(group, kind).unwrap_or_default() {
        at = &mut at[*key];
    }
    at["spec"] = pod["spec"].clone();
    let payload = json!({
        "settings": {"profile": "hardened", "updates": "all", "rules": rules},
        "request": {
            "uid": "1", "operation": operation, "namespace": "shop", "name": "a",
            "kind": {"group": group, "version": "v1", "kind": kind},
            "resource": {"group": group, "version": "v1", "resource": resource},
            "subResource": subresource,
            "userInfo": {"username": "alice"},
            "object": if operation == "DELETE" { Value::Null } else { object.clone() },
            "oldObject": if operation == "DELETE" { object } else { Value::Null },
        },
    });
    let answer = Native.validate(payload.to_string().as_bytes()).expect("an answer");
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    let outcome = answer["audit_annotations"]["outcome"].as_str();
    outcome.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[test]
fn the_policy_is_sent_what_it_judges() {
    for judged in resources::JUDGED {
        for operation in ["CREATE", "UPDATE", "DELETE", "CONNECT"] {
            let outcome = outcome(judged.group, judged.kind, judged.resource, operation);
            let is_judged = outcome == "judged";
            let is_asked = judged.operations.contains(&operation);
            // Nobody can create a subresource of a pod or connect to what is no subresource.
            let is_possible = match operation {
                "CREATE" => !judged.resource.contains('/'),
                "CONNECT" => false,
                _ => !judged.operations.contains(&"CONNECT"),
            };
            assert!(
                is_judged == is_asked || (is_judged && !is_possible),
                "{operation} of {} is {outcome}: mend its line in resources.rs",
                judged.resource
            );
        }
    }
    for (group, kind, _) in kinds::POD_BEARING {
        let named = |judged: &&resources::Resource| (judged.group, judged.kind) == (*group, *kind);
        assert!(resources::JUDGED.iter().any(|judged| named(&judged)), "{group} {kind}");
    }
}

/// Kinds of Kubernetes that no rule judges: group, kind, resource.
const NOT_JUDGED: &[(&str, &str, &str)] = &[
    ("", "ConfigMap", "configmaps"),
    ("", "Endpoints", "endpoints"),
    ("", "Event", "events"),
    ("", "Node", "nodes"),
    ("", "PersistentVolumeClaim", "persistentvolumeclaims"),
    ("", "ServiceAccount", "serviceaccounts"),
    ("", "Pod", "pods/attach"),
    ("", "Pod", "pods/binding"),
    ("", "Pod", "pods/eviction"),
    ("", "Pod", "pods/exec"),
    ("", "Pod", "pods/portforward"),
    ("", "Pod", "pods/proxy"),
    ("", "Pod", "pods/status"),
    ("apps", "ControllerRevision", "controllerrevisions"),
    ("apps", "Deployment", "deployments/scale"),
    ("apps", "Deployment", "deployments/status"),
    ("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    ("networking.k8s.io", "Ingress", "ingresses"),
    ("policy", "PodDisruptionBudget", "poddisruptionbudgets"),
    ("security-profiles-operator.x-k8s.io", "SeccompProfile", "seccompprofiles"),
    ("storage.k8s.io", "StorageClass", "storageclasses"),
];

#[test]
fn the_policy_is_sent_nothing_else() {
    for (group, kind, resource) in NOT_JUDGED {
        for operation in ["CREATE", "UPDATE", "DELETE"] {
            // A custom resource is looked into; of what is none here nothing comes of it.
            let outcome = outcome(group, kind, resource, operation);
            assert_ne!(outcome, "malformed", "{operation} {resource}");
            let is_custom = group.contains('.') && !group.ends_with(".k8s.io");
            assert!(
                outcome == "skipped" || is_custom,
                "{operation} of {resource} is {outcome}: add it to resources.rs"
            );
        }
    }
}

#[test]
fn the_metadata_is_what_hosts_and_catalogues_take() {
    let metadata = read(&file("metadata.yml"));
    assert_eq!(metadata, artifacthub::metadata());
    for rule in metadata["rules"].as_array().expect("rules") {
        let list = |key: &str| -> Vec<&str> {
            rule[key].as_array().expect(key).iter().filter_map(Value::as_str).collect()
        };
        for key in ["apiGroups", "apiVersions", "resources", "operations"] {
            assert!(!list(key).is_empty() && !list(key).contains(&"*"), "{rule}");
        }
        // The audit scanner lists what a rule with CREATE names.
        let subresource = list("resources").iter().any(|name| name.contains('/'));
        assert!(!(subresource && list("operations").contains(&"CREATE")), "{rule}");
    }
    let annotations = metadata["annotations"].as_object().expect("annotations");
    let keys: Vec<&String> = annotations.keys().collect();
    assert!(keys.is_sorted(), "{keys:?}");
    let annotation = |key: &str| annotations[key].as_str().expect(key);
    assert_eq!(annotation("io.kubewarden.policy.version"), VERSION);
    assert_eq!(annotation("com.github.release.tag"), format!("v{VERSION}"));
    assert!(
        ["info", "low", "medium", "high", "critical"]
            .contains(&annotation("io.kubewarden.policy.severity"))
    );
    assert!(annotation("io.kubewarden.policy.title").chars().all(|c| c.is_ascii_lowercase()));
    assert!(!annotation("io.kubewarden.policy.ociUrl").contains([':', '@']));
    for (key, text) in annotations {
        assert!(!text.as_str().expect(key).contains('\n'), "{key} goes into the manifest");
    }
}

#[test]
fn the_page_on_artifact_hub_holds_the_other_files() {
    let package = read(&file("artifacthub-pkg.yml"));
    let metadata = artifacthub::metadata();
    let annotation = |key: &str| package["annotations"][key].as_str().expect(key);
    assert_eq!(read(annotation("kubewarden/rules")), metadata["rules"]);
    assert_eq!(annotation("kubewarden/questions-ui"), file("questions-ui.yml"));
    assert_eq!(annotation("kubewarden/mutation"), "true");
    assert_eq!(package["version"], VERSION);
    let image = format!("{}:v{VERSION}", artifacthub::OCI_URL);
    assert_eq!(package["containersImages"], json!([{"name": "policy", "image": image}]));
    assert_eq!(package["links"].as_array().expect("links").len(), 2);
    for key in ["createdAt", "description", "displayName", "homeURL", "install", "license", "name"]
    {
        assert!(package[key].as_str().is_some_and(|text| !text.is_empty()), "{key}");
    }
    let owners = read(&file("artifacthub-repo.yml"))["owners"].clone();
    assert_eq!(package["maintainers"], owners);
    assert!(owners[0]["email"].as_str().is_some_and(|email| email.contains('@')), "{owners}");
}

fn questions() -> Vec<Value> {
    let questions = read(&file("questions-ui.yml"));
    questions["questions"].as_array().expect("questions").clone()
}

/// An answer that fits the question's type, put where Rancher puts it.
fn answered(question: &Value, answer: Value) -> Value {
    let path = question["variable"].as_str().expect("a variable");
    path.split('.').rev().fold(answer, |value, key| json!({key: value}))
}

#[test]
fn every_answer_is_a_setting() {
    let schema = jsonschema::validator_for(&schema::schema()).expect("a JSON Schema");
    for question in questions().into_iter().skip(1) {
        let sequence = |questions: &Value| -> Value {
            let questions = questions.as_array().expect("questions").iter();
            let item: Map<String, Value> = questions
                .map(|question| {
                    let is_list = question["type"] == "array[";
                    let answer = if is_list { json!([]) } else { "Ab.cd".into() };
                    (question["variable"].as_str().expect("a variable").to_owned(), answer)
                })
                .collect();
            json!([item])
        };
        let answers = match question["type"].as_str().expect("a type") {
            "enum" => question["options"].as_array().expect("options").clone(),
            "boolean" => vec![true.into(), false.into()],
            "int" => vec![3600.into()],
            "string" => vec!["/a".into()],
            "array[" => vec![json!([])],
            "sequence[" => vec![sequence(&question["sequence_questions"])],
            other => panic!("{other}"),
        };
        for answer in answers {
            let settings = answered(&question, answer);
            assert!(schema.is_valid(&settings), "{settings}");
            if let Err(errors) = Settings::decode(&settings.to_string()) {
                // Texts have forms, and some parameters go with others.
                let is_unknown = errors.iter().any(|error| {
                    let message = &error.message;
                    message.starts_with("unknown") && !message.starts_with("unknown version")
                });
                assert!(!is_unknown && question["type"] != "enum", "{settings}: {errors:?}");
            }
        }
    }
}

#[test]
fn a_form_that_nobody_touches_asks_what_empty_settings_ask() {
    let mut settings = Map::new();
    for question in questions() {
        // Rancher writes defaults into the settings, and drops empty lists when it saves.
        if let Some(default) = question.get("default").filter(|default| **default != json!([])) {
            let variable = question["variable"].as_str().expect("a variable");
            assert!(!variable.contains('.'), "{variable} would be named by being shown");
            settings.insert(variable.to_owned(), default.clone());
        }
    }
    assert!(settings.len() >= 6, "{settings:?}");
    let untouched = Settings::decode(&Value::from(settings).to_string()).expect("valid settings");
    let empty = Settings::decode("{}").expect("valid settings");
    assert_eq!(format!("{untouched:?}"), format!("{empty:?}"));
}

#[test]
fn every_setting_is_asked_for_where_a_form_can() {
    let asked: BTreeSet<String> = questions()
        .iter()
        .map(|question| question["variable"].as_str().expect("a variable").to_owned())
        .collect();
    for field in Settings::fields() {
        let is_asked = asked.contains(field.key);
        assert_eq!(is_asked, !["rules", "exemptions"].contains(&field.key), "{}", field.key);
        assert_eq!(is_asked && field.key != "podTemplates", init::default_of(field.key).is_some());
    }
    for rule in RULES {
        assert!(asked.contains(&format!("rules.{}.action", rule.id)), "{}", rule.id);
        for field in rule.parameters() {
            let is_deep = matches!(field.schema, Schema::List(Schema::Object(_)));
            let variable = format!("rules.{}.{}", rule.id, field.key);
            assert_eq!(asked.contains(&variable), !is_deep, "{variable}");
        }
    }
}

#[test]
fn the_usage_names_every_key_and_rule() {
    let usage = file("README.md");
    for key in Settings::fields().iter().map(|field| field.key) {
        assert!(usage.contains(&format!("| `{key}` ")), "{key}");
    }
    for rule in RULES {
        assert!(usage.contains(&format!("| `{}` ", rule.id)), "{}", rule.id);
    }
    assert!(usage.len() < 8 << 10, "it is carried in the module: {} bytes", usage.len());
}

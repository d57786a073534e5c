use super::Cluster;

const OBJECTS: &str = r#"[
    {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}},
    {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"bank","labels":{"kubernetes.io/metadata.name":"shop"}}},
    {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"deny"},"spec":{"podSelector":{}}},
    {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"deny","namespace":"shop"}},
    {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"deny","namespace":"shop"}},
    {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web","namespace":"shop"}},
    {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web","namespace":"shop"},"automountServiceAccountToken":false},
    {"apiVersion":"rbac.authorization.k8s.io/v1beta1","kind":"Role","metadata":{"name":"old","namespace":"shop"}},
    {"apiVersion":"example.com/v1","kind":"Anything","metadata":{"name":"x"}}
]"#;

fn ask(operation: &str, question: &str) -> Result<String, String> {
    let cluster = Cluster::read(OBJECTS).unwrap();
    cluster
        .answer(None, operation, question.as_bytes())
        .map(|text| String::from_utf8(text).unwrap())
}

fn get(api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<String, String> {
    let namespace = if namespace.is_empty() { "null".to_owned() } else { format!("{namespace:?}") };
    ask(
        "get_resource",
        &format!(
            r#"{{"api_version":"{api_version}","kind":"{kind}","name":"{name}","namespace":{namespace},"disable_cache":false}}"#
        ),
    )
}

fn list(api_version: &str, kind: &str, namespace: &str) -> Result<String, String> {
    ask(
        "list_resources_by_namespace",
        &format!(r#"{{"api_version":"{api_version}","kind":"{kind}","namespace":"{namespace}"}}"#),
    )
}

#[test]
fn a_namespace_has_its_label() {
    let shop = get("v1", "Namespace", "", "shop").unwrap();
    assert!(shop.contains(r#""kubernetes.io/metadata.name":"shop""#), "{shop}");
    let bank = get("v1", "Namespace", "", "bank").unwrap_err();
    assert!(bank.contains("which is always its name"), "{bank}");
}

#[test]
fn what_is_not_there_is_said_so() {
    let missing = get("v1", "Namespace", "", "none").unwrap_err();
    assert!(missing.starts_with("Cannot find v1/Namespace named 'none'"), "{missing}");
    assert_eq!(list("v1", "Pod", "shop").unwrap(), r#"{"items":[]}"#);
    assert!(list("v1", "Namespace", "shop").unwrap_err().contains("cluster wide"));
    assert!(get("v1", "Pod", "", "web").unwrap_err().contains("no namespace was provided"));
    assert!(ask("can_i", "{}").unwrap_err().contains("not available"));
}

#[test]
fn lists_are_of_one_namespace() {
    let policies = |namespace| list("networking.k8s.io/v1", "NetworkPolicy", namespace).unwrap();
    assert!(policies("default").contains(r#""namespace":"default""#));
    assert_eq!(policies("shop").matches(r#""deny""#).count(), 1);
    assert_eq!(policies("bank"), r#"{"items":[]}"#);
}

#[test]
fn contradictions_are_no_answer() {
    let twice = get("v1", "ServiceAccount", "shop", "web").unwrap_err();
    assert!(twice.contains("twice and not alike"), "{twice}");
    assert!(list("v1", "ServiceAccount", "shop").is_err());
    let old = get("rbac.authorization.k8s.io/v1", "Role", "shop", "old").unwrap_err();
    assert!(old.contains("write it in that version"), "{old}");
}

#[test]
fn the_object_that_is_judged_is_not_there() {
    let cluster =
        Cluster::read(r#"[null,{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}]"#);
    let cluster = cluster.unwrap();
    let question = br#"{"api_version":"v1","kind":"Namespace","name":"a","namespace":null}"#;
    let is_there = |without| cluster.answer(without, "get_resource", question).is_ok();
    assert!(is_there(None) && is_there(Some(0)));
    assert!(!is_there(Some(1)));
}

#[test]
fn what_cannot_be_read_may_be_any() {
    let objects = r#"[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":1}},
        {"apiVersion":"v1","kind":"ConfigMap","metadata":[]}]"#;
    let cluster = Cluster::read(objects).unwrap();
    let question = br#"{"api_version":"v1","kind":"Namespace","name":"a","namespace":null}"#;
    let error = cluster.answer(None, "get_resource", question).unwrap_err();
    assert!(error.starts_with("there is a Namespace whose metadata cannot be read"), "{error}");
}

#[test]
fn only_objects_are_read() {
    assert!(Cluster::read("{}").is_err());
    let error = Cluster::read(r#"[{"kind":"Pod"}]"#).err().unwrap();
    assert!(error.starts_with("cluster[0]: ") && error.contains("apiVersion"), "{error}");
}

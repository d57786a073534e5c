//! A cluster made of manifests.

use ringfence_host::cluster::Snapshot;
use serde_json::{Value, json};

use crate::questions::{ask, get, names, object, snapshot};

const POD: (&str, &str) = ("v1", "Pod");
const NAMESPACE: (&str, &str) = ("v1", "Namespace");

fn list(kind: (&str, &str), namespace: &str) -> Value {
    json!({"api_version": kind.0, "kind": kind.1, "namespace": namespace})
}

#[test]
fn an_object_is_found_by_what_it_is() {
    let cluster = snapshot(vec![
        object("v1", "Pod", Some("shop"), "web"),
        object("v1", "Pod", None, "web"),
        object("apps/v1", "Deployment", Some("shop"), "web"),
        object("v1", "Node", None, "one"),
    ]);
    let found = ask(&cluster, "get_resource", &get(POD, Some("shop"), "web")).unwrap();
    assert_eq!(found, object("v1", "Pod", Some("shop"), "web"));
    // Without a namespace a built-in object is in `default`.
    let found = ask(&cluster, "get_resource", &get(POD, Some("default"), "web")).unwrap();
    assert_eq!(found["metadata"]["namespace"], "default");
    // What lives outside is there whatever namespace is named, as in a cluster.
    for namespace in [None, Some("shop")] {
        let found = ask(&cluster, "get_resource", &get(("v1", "Node"), namespace, "one"));
        assert_eq!(found.unwrap(), object("v1", "Node", None, "one"));
    }
}

#[test]
fn what_is_not_there_is_told_in_the_words_of_policy_server() {
    let cluster = snapshot(vec![object("v1", "Pod", Some("shop"), "web")]);
    for (question, text) in [
        (
            get(NAMESPACE, None, "shop"),
            "Cannot find v1/Namespace named 'shop' inside of namespace 'None'",
        ),
        (
            get(POD, Some("dev"), "web"),
            "Cannot find v1/Pod named 'web' inside of namespace 'Some(\"dev\")'",
        ),
        (get(POD, None, "web"), "Resource v1/Pod is namespaced, but no namespace was provided"),
    ] {
        let error = ask(&cluster, "get_resource", &question).unwrap_err();
        assert_eq!(error, format!("Callback evaluation failure: {text}"));
    }
    let error = ask(&cluster, "list_resources_by_namespace", &list(NAMESPACE, "shop")).unwrap_err();
    assert!(error.contains("resource v1/Namespace is cluster wide"), "{error}");
}

#[test]
fn lists_are_by_namespace_or_of_all_and_in_order() {
    let cluster = snapshot(vec![
        object("v1", "Pod", Some("shop"), "b"),
        json!({"apiVersion": "v1", "kind": "List", "items": [
            object("v1", "Pod", Some("shop"), "a"),
            {"apiVersion": "v1", "kind": "PodList", "items": [
                {"metadata": {"name": "c", "namespace": "dev"}},
            ]},
        ]}),
        object("v1", "Service", Some("shop"), "a"),
    ]);
    let found = ask(&cluster, "list_resources_by_namespace", &list(POD, "shop")).unwrap();
    assert_eq!(names(&found), ["shop/a", "shop/b"]);
    assert_eq!((&found["apiVersion"], &found["kind"]), (&json!("v1"), &json!("PodList")));
    let all = ask(&cluster, "list_resources_all", &list(POD, "ignored here")).unwrap();
    assert_eq!(names(&all), ["dev/c", "shop/a", "shop/b"]);
    let none = ask(&cluster, "list_resources_by_namespace", &list(POD, "empty")).unwrap();
    assert_eq!(none["items"], json!([]));
    let none = ask(&cluster, "list_resources_all", &json!({"api_version": "v1", "kind": "Secret"}));
    assert_eq!(none.unwrap()["items"], json!([]));
}

#[test]
fn lists_are_without_the_bookkeeping_of_the_cluster() {
    let annotation = "kubectl.kubernetes.io/last-applied-configuration";
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {
        "name": "web", "namespace": "shop", "managedFields": [{"manager": "kubectl"}],
        "annotations": {annotation: "{}", "team": "a"},
    }});
    let cluster = snapshot(vec![pod]);
    let found = ask(&cluster, "list_resources_by_namespace", &list(POD, "shop")).unwrap();
    assert_eq!(
        found["items"][0]["metadata"],
        json!({"name": "web", "namespace": "shop", "annotations": {"team": "a"}})
    );
}

#[test]
fn masks_keep_what_is_named_and_what_every_object_has() {
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
        "spec": {
            "containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y", "args": []}],
            "hostPID": true, "volumes": [{"name": "v"}],
        },
        "status": {"phase": "Running"},
    });
    let cluster = snapshot(vec![pod.clone()]);
    for (masks, left) in [
        (json!(null), pod.clone()),
        (json!([]), pod.clone()),
        (json!(["spec.hostPID"]), json!({"spec": {"hostPID": true}})),
        (
            json!(["spec.containers.image", "status"]),
            json!({
                "spec": {"containers": [{"image": "x"}, {"image": "y"}]},
                "status": {"phase": "Running"},
            }),
        ),
        (
            json!(["spec.containers.image.tag"]),
            json!({"spec": {"containers": [
                {"image": "x"}, {"image": "y"},
            ]}}),
        ),
        (json!(["metadata.name", "nothing"]), json!({})),
    ] {
        let mut expected = left;
        for field in ["apiVersion", "kind", "metadata"] {
            expected[field] = pod[field].clone();
        }
        let mut question = get(POD, Some("shop"), "web");
        question["field_masks"] = masks.clone();
        assert_eq!(ask(&cluster, "get_resource", &question).unwrap(), expected, "{masks}");
        let mut question = list(POD, "shop");
        question["field_masks"] = masks.clone();
        let found = ask(&cluster, "list_resources_by_namespace", &question).unwrap();
        assert_eq!(found["items"], json!([expected]), "{masks}");
    }
}

#[test]
fn a_namespace_has_the_label_of_its_name() {
    let cluster = snapshot(vec![
        object("v1", "Namespace", None, "shop"),
        json!({"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": "dev", "labels": null}}),
    ]);
    for name in ["shop", "dev"] {
        let found = ask(&cluster, "get_resource", &get(NAMESPACE, None, name)).unwrap();
        assert_eq!(found["metadata"]["labels"], json!({"kubernetes.io/metadata.name": name}));
    }
}

#[test]
fn two_answers_are_none() {
    let mut other = object("v1", "Pod", Some("shop"), "web");
    let equal = other.clone();
    let cluster = snapshot(vec![equal.clone(), equal.clone()]);
    assert!(ask(&cluster, "get_resource", &get(POD, Some("shop"), "web")).is_ok());
    other["spec"] = json!({"hostPID": true});
    for objects in [vec![equal.clone(), other.clone()], vec![other.clone(), equal, other]] {
        let cluster = snapshot(objects);
        let expected = "the snapshot holds Pod shop/web twice and not alike";
        let error = ask(&cluster, "get_resource", &get(POD, Some("shop"), "web")).unwrap_err();
        assert!(error.contains(expected), "{error}");
        let error = ask(&cluster, "list_resources_by_namespace", &list(POD, "shop")).unwrap_err();
        assert!(error.contains(expected), "{error}");
        let found = ask(&cluster, "list_resources_by_namespace", &list(POD, "dev")).unwrap();
        assert_eq!(found["items"], json!([]));
    }
}

#[test]
fn another_version_of_a_kind_is_not_taken_for_it() {
    let cluster = snapshot(vec![object("autoscaling/v2", "HorizontalPodAutoscaler", None, "web")]);
    let old = ("autoscaling/v1", "HorizontalPodAutoscaler");
    for (operation, question) in [
        ("get_resource", get(old, Some("default"), "web")),
        ("list_resources_by_namespace", list(old, "default")),
    ] {
        let error = ask(&cluster, operation, &question).unwrap_err();
        assert!(error.contains("as autoscaling/v2, asked was autoscaling/v1"), "{error}");
    }
}

#[test]
fn custom_resources_live_where_their_definition_says() {
    let definition = |scope: &str| {
        json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "tools.example.com"},
            "spec": {"group": "example.com", "names": {"kind": "Tool"}, "scope": scope}})
    };
    let tool = ("example.com/v1", "Tool");
    let found = |objects: Vec<Value>, namespace| {
        ask(&snapshot(objects), "get_resource", &get(tool, namespace, "saw")).is_ok()
    };
    let saw = object("example.com/v1", "Tool", None, "saw");
    let namespaced = || vec![saw.clone(), definition("Namespaced")];
    assert!(found(namespaced(), Some("default")) && !found(namespaced(), None));
    let wide = || vec![definition("Cluster"), saw.clone()];
    assert!(found(wide(), Some("any")) && found(wide(), None));
    // Without a definition it is where the manifest says.
    assert!(found(vec![saw.clone()], None) && !found(vec![saw], Some("default")));
    let in_shop = object("example.com/v1", "Tool", Some("shop"), "saw");
    assert!(found(vec![in_shop], Some("shop")));
}

#[test]
fn what_is_generated_is_listed_and_has_no_name_to_ask_for() {
    let job = json!({"apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"generateName": "import-", "namespace": "shop"}});
    let cluster = snapshot(vec![job.clone(), job]);
    let kind = ("batch/v1", "Job");
    let found = ask(&cluster, "list_resources_by_namespace", &list(kind, "shop")).unwrap();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(2));
    assert!(ask(&cluster, "get_resource", &get(kind, Some("shop"), "")).is_err());
}

#[test]
fn what_is_no_object_makes_no_snapshot() {
    for (value, missing) in [
        (json!([]), "apiVersion"),
        (json!({"kind": "Pod"}), "apiVersion"),
        (json!({"apiVersion": "v1", "kind": ""}), "kind"),
        (json!({"apiVersion": "v1", "kind": "List", "items": [1]}), "apiVersion"),
    ] {
        let error = Snapshot::new([value]).unwrap_err().to_string();
        assert!(error.contains(&format!("no text at `{missing}`")), "{error}");
    }
}

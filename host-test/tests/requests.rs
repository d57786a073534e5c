//! Requests as the API server would send them, and the defaults it applies before.

use host_test::manifest::Manifests;
use host_test::request::{Operation, Options};
use host_test::{defaults, judge, kinds};
use serde_json::{Value, json};

fn manifests(text: &str) -> Manifests {
    let mut manifests = Manifests::default();
    manifests.add_file("test.yaml", text.as_bytes(), false);
    manifests
}

fn requests(text: &str, old: &str, options: &Options) -> Vec<(Value, Vec<String>)> {
    let (new, old) = (manifests(text), manifests(old));
    assert!(new.unread.is_empty(), "{:?}", new.unread);
    judge::prepare(new.resources, &old.resources, options)
        .into_iter()
        .map(|prepared| (prepared.request, prepared.notes))
        .collect()
}

fn request(text: &str, options: &Options) -> Value {
    requests(text, "", options).remove(0).0
}

#[test]
fn a_created_deployment() {
    let text =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1}\n";
    assert_eq!(
        request(text, &Options::default()),
        json!({
            "uid": "00000000-0000-4000-8000-000000000000",
            "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
            "resource": {"group": "apps", "version": "v1", "resource": "deployments"},
            "requestKind": {"group": "apps", "version": "v1", "kind": "Deployment"},
            "requestResource": {"group": "apps", "version": "v1", "resource": "deployments"},
            "name": "web",
            "namespace": "default",
            "operation": "CREATE",
            "userInfo": {"username": "kubernetes-admin", "groups": ["system:authenticated"]},
            "object": {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "web"},
                "spec": {"replicas": 1},
            },
            "dryRun": false,
            "options": {},
        })
    );
}

#[test]
fn namespaces() {
    let namespace = |text: &str, given: Option<&str>| {
        let options = Options { namespace: given.map(str::to_owned), ..Options::default() };
        request(text, &options).get("namespace").cloned()
    };
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\n";
    assert_eq!(namespace(pod, None), Some("shop".into()));
    assert_eq!(namespace(pod, Some("other")), Some("other".into()));
    assert_eq!(namespace("apiVersion: v1\nkind: Node\nmetadata: {name: a}\n", Some("other")), None);
    assert_eq!(
        namespace("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", None),
        Some("a".into())
    );
}

#[test]
fn operations() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {new: x}}\n";
    let old = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
    let (update, notes) = requests(pod, old, &Options::default()).remove(0);
    assert_eq!(update["operation"], "UPDATE");
    assert_eq!(update["oldObject"]["metadata"], json!({"name": "a"}));
    assert_eq!(notes, [""; 0]);

    let delete = Options { operation: Some(Operation::Delete), ..Options::default() };
    let deleted = request(pod, &delete);
    assert_eq!(deleted.get("object"), None);
    assert_eq!(deleted["oldObject"]["metadata"]["labels"]["new"], "x");

    let update = Options { operation: Some(Operation::Update), ..Options::default() };
    let (_, notes) = requests(pod, "", &update).remove(0);
    assert!(notes[0].contains("--old"), "{notes:?}");
}

#[test]
fn subresources_and_users() {
    let options = Options {
        subresource: Some("ephemeralcontainers".into()),
        user: Some("jane".into()),
        groups: vec!["dev".into()],
        ..Options::default()
    };
    let debugged = request("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", &options);
    assert_eq!(debugged["subResource"], "ephemeralcontainers");
    assert_eq!(debugged["operation"], "UPDATE");
    assert_eq!(
        debugged["userInfo"],
        json!({"username": "jane", "groups": ["dev", "system:authenticated"]})
    );
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n";
    let (service, notes) = requests(service, "", &options).remove(0);
    assert_eq!(service.get("subResource"), None);
    assert!(notes[0].contains("no subresource"), "{notes:?}");
}

#[test]
fn resource_names() {
    for (kind, name) in [
        ("Pod", "pods"),
        ("Ingress", "ingresses"),
        ("NetworkPolicy", "networkpolicies"),
        ("Endpoints", "endpoints"),
        ("StorageClass", "storageclasses"),
        ("Gateway", "gateways"),
    ] {
        assert_eq!(kinds::resource_name(kind), name);
    }
}

#[test]
fn lists_and_reviews() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n\
                - apiVersion: v1\n  kind: PodList\n  items:\n  - metadata: {name: b}\n";
    let resources = manifests(list).resources;
    let found: Vec<_> =
        resources.iter().map(|r| (r.kind.as_str(), r.name.as_deref(), r.line)).collect();
    assert_eq!(found, [("Pod", Some("a"), 4), ("Pod", Some("b"), 10)]);

    let built = request("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", &Options::default());
    let review =
        json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": built});
    for text in [review.to_string(), built.to_string()] {
        // As it is, whatever the options say.
        let options = Options { user: Some("jane".into()), ..Options::default() };
        assert_eq!(request(&text, &options), built);
    }
}

#[test]
fn defaults_of_the_api_server() {
    let spec = json!({
        "hostNetwork": true,
        "volumes": [{"name": "a"}, {"name": "b", "emptyDir": null}, {"name": "c", "secret": {}}, {"name": "d", "new": {}}],
        "containers": [{"ports": [{"containerPort": 80}, {"containerPort": 81, "hostPort": 9}]}],
        "initContainers": [{"ports": [{"containerPort": 82}]}, "broken"],
    });
    let mut job = json!({"spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}});
    let notes = defaults::apply("batch/v1", "CronJob", &mut job);
    assert_eq!(notes.len(), 4, "{notes:?}");
    assert!(notes[0].starts_with("spec.jobTemplate.spec.template.spec.volumes[0] "), "{notes:?}");
    assert_eq!(
        job["spec"]["jobTemplate"]["spec"]["template"]["spec"],
        json!({
            "hostNetwork": true,
            "volumes": [
                {"name": "a", "emptyDir": {}},
                {"name": "b", "emptyDir": {}},
                {"name": "c", "secret": {}},
                {"name": "d", "new": {}},
            ],
            "containers": [{"ports": [{"containerPort": 80, "hostPort": 80}, {"containerPort": 81, "hostPort": 9}]}],
            "initContainers": [{"ports": [{"containerPort": 82, "hostPort": 82}]}, "broken"],
        })
    );
    let mut foreign = json!({"spec": {"template": {"spec": {"volumes": [{"name": "a"}]}}}});
    assert_eq!(defaults::apply("batch.volcano.sh/v1", "Job", &mut foreign), [""; 0]);
}

#[test]
fn windows_pods_with_linux_fields() {
    let pod = |os: &str| {
        json!({"spec": {
            "os": {"name": os},
            "hostPID": false,
            "securityContext": {"runAsUser": 1, "windowsOptions": {}},
            "containers": [{"securityContext": {"capabilities": {}, "privileged": null}}],
        }})
    };
    assert_eq!(defaults::windows_warnings("v1", "Pod", &pod("linux")), [""; 0]);
    let warnings = defaults::windows_warnings("v1", "Pod", &pod("windows"));
    let fields: Vec<&str> = warnings.iter().filter_map(|text| text.split(' ').next()).collect();
    assert_eq!(
        fields,
        [
            "spec.hostPID",
            "spec.securityContext.runAsUser",
            "spec.containers[0].securityContext.capabilities"
        ]
    );
}

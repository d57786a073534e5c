//! `can_i` by roles and bindings of a snapshot.

use serde_json::{Value, json};

use crate::questions::{ask, snapshot};

const RBAC: &str = "rbac.authorization.k8s.io/v1";

fn role(kind: &str, namespace: Option<&str>, name: &str, rules: Value) -> Value {
    json!({"apiVersion": RBAC, "kind": kind, "rules": rules,
        "metadata": {"name": name, "namespace": namespace}})
}

/// A binding named `b` of a role to subjects.
fn binding(kind: &str, namespace: Option<&str>, role: (&str, &str), subjects: Value) -> Value {
    json!({"apiVersion": RBAC, "kind": kind, "subjects": subjects,
        "metadata": {"name": "b", "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role.0, "name": role.1}})
}

fn rule(verbs: &[&str], groups: &[&str], resources: &[&str]) -> Value {
    json!({"verbs": verbs, "apiGroups": groups, "resources": resources})
}

/// What jane of the group devs, or another user, may do.
fn can_i(objects: &[Value], user: &str, attributes: Value) -> Result<Value, String> {
    let mut wanted = json!({"verb": "get", "resource": "pods"});
    for (field, value) in attributes.as_object().into_iter().flatten() {
        wanted[field] = value.clone();
    }
    let review = json!({"user": user, "groups": ["devs"], "resource_attributes": wanted});
    let question = json!({"subject_access_review": review, "disable_cache": false});
    ask(&snapshot(objects.to_vec()), "can_i", &question)
}

fn allowed(objects: &[Value], user: &str, attributes: Value) -> bool {
    can_i(objects, user, attributes).expect("an answer")["allowed"] == true
}

fn jane() -> Value {
    json!([{"kind": "User", "name": "jane"}])
}

#[test]
fn rules_allow_verb_group_and_resource() {
    for (rule, attributes, expected) in [
        (rule(&["get"], &[""], &["pods"]), json!({}), true),
        (rule(&["list", "get"], &["apps", ""], &["nodes", "pods"]), json!({}), true),
        (rule(&["*"], &["*"], &["*"]), json!({}), true),
        (rule(&["list"], &[""], &["pods"]), json!({}), false),
        (rule(&["get"], &["apps"], &["pods"]), json!({}), false),
        (rule(&["get"], &["apps"], &["pods"]), json!({"group": "apps"}), true),
        (rule(&["get"], &[""], &["pods"]), json!({"group": "apps"}), false),
        (rule(&["get"], &[""], &["nodes"]), json!({}), false),
        // A subresource is a resource of its own.
        (rule(&["get"], &[""], &["pods"]), json!({"subresource": "log"}), false),
        (rule(&["get"], &[""], &["pods/log"]), json!({"subresource": "log"}), true),
        (rule(&["get"], &[""], &["pods/log"]), json!({}), false),
        (rule(&["get"], &[""], &["*/log"]), json!({"subresource": "log"}), true),
        (rule(&["get"], &[""], &["*/log"]), json!({"subresource": "exec"}), false),
        (rule(&["get"], &[""], &["pods/*"]), json!({"subresource": "log"}), false),
        (rule(&["get"], &[""], &["*"]), json!({"subresource": "log"}), true),
        // All of them are allowed only by a rule for all.
        (rule(&["get"], &[""], &["pods"]), json!({"verb": "*"}), false),
        (rule(&["*"], &[""], &["pods"]), json!({"verb": "*"}), true),
        (rule(&["get"], &[""], &["pods"]), json!({"resource": "*"}), false),
    ] {
        let objects = [
            role("ClusterRole", None, "r", json!([rule])),
            binding("ClusterRoleBinding", None, ("ClusterRole", "r"), jane()),
        ];
        assert_eq!(allowed(&objects, "jane", attributes.clone()), expected, "{rule} {attributes}");
    }
}

#[test]
fn names_restrict_a_rule() {
    let mut rule = rule(&["get"], &[""], &["pods"]);
    rule["resourceNames"] = json!(["web"]);
    let objects = [
        role("ClusterRole", None, "r", json!([rule])),
        binding("ClusterRoleBinding", None, ("ClusterRole", "r"), jane()),
    ];
    assert!(allowed(&objects, "jane", json!({"name": "web"})));
    assert!(!allowed(&objects, "jane", json!({"name": "db"})));
    assert!(!allowed(&objects, "jane", json!({})));
}

#[test]
fn bindings_reach_their_namespace_and_their_subjects() {
    let rules = json!([rule(&["get"], &[""], &["pods"])]);
    let of_shop = |subjects| {
        [
            role("Role", Some("shop"), "r", rules.clone()),
            binding("RoleBinding", Some("shop"), ("Role", "r"), subjects),
        ]
    };
    let in_shop = || json!({"namespace": "shop"});
    assert!(allowed(&of_shop(jane()), "jane", in_shop()));
    assert!(!allowed(&of_shop(jane()), "jane", json!({"namespace": "dev"})));
    assert!(!allowed(&of_shop(jane()), "jane", json!({})));
    assert!(!allowed(&of_shop(jane()), "joe", in_shop()));
    assert!(!allowed(&of_shop(json!(null)), "jane", in_shop()));
    assert!(allowed(&of_shop(json!([{"kind": "Group", "name": "devs"}])), "joe", in_shop()));
    assert!(!allowed(&of_shop(json!([{"kind": "Group", "name": "jane"}])), "jane", in_shop()));
    // A service account is named by its own namespace, or by that of a RoleBinding.
    let account = |namespace: Value| json!([{"kind": "ServiceAccount", "name": "bot", "namespace": namespace}]);
    let bot = |namespace: &str| format!("system:serviceaccount:{namespace}:bot");
    assert!(allowed(&of_shop(account(json!("ci"))), &bot("ci"), in_shop()));
    assert!(!allowed(&of_shop(account(json!("ci"))), &bot("shop"), in_shop()));
    assert!(allowed(&of_shop(account(json!(null))), &bot("shop"), in_shop()));
    let wide = [
        role("ClusterRole", None, "r", rules.clone()),
        binding("ClusterRoleBinding", None, ("ClusterRole", "r"), account(json!(null))),
    ];
    assert!(!allowed(&wide, &bot("shop"), in_shop()));
    // A ClusterRole may be bound in one namespace; a Role is one of its own.
    let bound = [
        role("ClusterRole", None, "r", rules.clone()),
        binding("RoleBinding", Some("shop"), ("ClusterRole", "r"), jane()),
    ];
    assert!(allowed(&bound, "jane", in_shop()) && !allowed(&bound, "jane", json!({})));
    let elsewhere = [
        role("Role", Some("dev"), "r", rules),
        binding("RoleBinding", Some("shop"), ("Role", "r"), jane()),
    ];
    assert!(can_i(&elsewhere, "jane", in_shop()).is_err());
}

#[test]
fn roles_aggregate_others() {
    let select = |selector: Value| {
        let mut all = role("ClusterRole", None, "all", json!(null));
        all["aggregationRule"] = json!({"clusterRoleSelectors": [selector]});
        all["metadata"]["labels"] = json!({"to": "all"});
        let mut part = role("ClusterRole", None, "part", json!([rule(&["get"], &[""], &["pods"])]));
        part["metadata"]["labels"] = json!({"to": "all"});
        [all, part, binding("ClusterRoleBinding", None, ("ClusterRole", "all"), jane())]
    };
    assert!(allowed(&select(json!({"matchLabels": {"to": "all"}})), "jane", json!({})));
    assert!(!allowed(&select(json!({"matchLabels": {"to": "none"}})), "jane", json!({})));
    let expression = json!({"matchExpressions": [
        {"key": "to", "operator": "In", "values": ["all"]}, {"key": "from", "operator": "DoesNotExist"},
    ]});
    assert!(allowed(&select(expression), "jane", json!({})));
    let wrong = json!({"matchExpressions": [{"key": "to", "operator": "Like"}]});
    let error = can_i(&select(wrong), "jane", json!({})).unwrap_err();
    assert!(error.contains("the aggregation of role all: `Like`"), "{error}");
}

#[test]
fn masters_may_do_anything_and_cluster_admin_is_known() {
    let review = json!({"user": "root", "groups": ["system:masters"],
        "resource_attributes": {"verb": "*", "resource": "*", "group": "*"}});
    let question = json!({"subject_access_review": review, "disable_cache": true});
    assert_eq!(ask(&snapshot(vec![]), "can_i", &question).unwrap(), json!({"allowed": true}));
    let admin = ("ClusterRole", "cluster-admin");
    let objects = [binding("ClusterRoleBinding", None, admin, jane())];
    let status = can_i(&objects, "jane", json!({"verb": "bind", "resource": "clusterroles"}));
    assert_eq!(
        status.unwrap(),
        json!({"allowed": true, "reason":
            "RBAC: allowed by ClusterRoleBinding \"b\" of ClusterRole \"cluster-admin\" to User \"jane\""})
    );
    assert!(!allowed(&objects, "joe", json!({})));
}

#[test]
fn what_the_snapshot_cannot_tell_is_an_error() {
    let error = can_i(&[], "jane", json!({})).unwrap_err();
    assert!(error.contains("the snapshot holds no roles and no bindings"), "{error}");
    let edit = binding("ClusterRoleBinding", None, ("ClusterRole", "edit"), jane());
    let error = can_i(std::slice::from_ref(&edit), "jane", json!({})).unwrap_err();
    assert!(
        error.contains(
            "cannot use ClusterRoleBinding b: its ClusterRole edit is not in the snapshot"
        ),
        "{error}"
    );
    // It does not matter to others, nor where something else allows.
    assert!(!allowed(std::slice::from_ref(&edit), "joe", json!({})));
    let mut also = binding("ClusterRoleBinding", None, ("ClusterRole", "cluster-admin"), jane());
    also["metadata"]["name"] = "z".into();
    assert!(allowed(&[edit, also], "jane", json!({})));
    let broken = role("ClusterRole", None, "r", json!([{"verbs": "get"}]));
    let objects = [broken, binding("ClusterRoleBinding", None, ("ClusterRole", "r"), jane())];
    let error = can_i(&objects, "jane", json!({})).unwrap_err();
    assert!(error.contains("the rules of role r"), "{error}");
}

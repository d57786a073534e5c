//! Mutations of the pod itself: metadata, annotations, spec, securityContext.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Change, Keyed, field, list, object, one_of, some_of, text, value, volume};

/// `metadata`, of which only the annotations are ever read.
pub(super) fn metadata() -> Keyed {
    one_of([
        (1, field("annotations", [json!(null), json!({})])),
        (1, field("labels", [json!({"app": "generated"}), json!(null)])),
        (1, field("name", [json!(null), json!("other")])),
        (1, field("deletionTimestamp", [json!("2026-01-01T00:00:00Z")])),
        (
            1,
            field(
                "ownerReferences",
                [json!([{"kind": "ReplicaSet", "name": "x", "controller": true}])],
            ),
        ),
    ])
}

/// Annotations: AppArmor for any name, seccomp for the pod and containers that exist.
pub(super) fn annotation() -> Keyed {
    let container =
        || prop::sample::select(&["app-0", "init-0", "debug-0", "app-1", "ghost", ""][..]);
    let apparmor = container()
        .prop_map(|name| format!("container.apparmor.security.beta.kubernetes.io/{name}"));
    let seccomp = container()
        .prop_map(|name| format!("container.seccomp.security.alpha.kubernetes.io/{name}"));
    let pod = Just("seccomp.security.alpha.kubernetes.io/pod".to_owned());
    let other = prop::sample::select(
        &[
            "kubernetes.io/description",
            "Container.apparmor.security.beta.kubernetes.io/app-0",
            "container.apparmor.security.beta.kubernetes.io",
            "container.seccomp.security.alpha.kubernetes.io",
            "seccomp.security.alpha.kubernetes.io/pods",
        ][..],
    )
    .prop_map(str::to_owned);
    let key = prop_oneof![4 => apparmor, 3 => seccomp, 3 => pod, 1 => other];
    let profile = text(&[
        "runtime/default",
        "unconfined",
        "localhost/strict",
        "localhost/",
        "localhost",
        "docker/default",
        "",
        "Runtime/Default",
        "runtime/default ",
        "RuntimeDefault",
        "complain",
    ]);
    let profile = prop_oneof![12 => profile, 1 => Just(Value::Null)];
    (key, profile).prop_map(|(key, profile)| (key, Change::Set(profile))).boxed()
}

/// `spec`.
pub(super) fn spec() -> Keyed {
    let flag = || [json!(true), json!(false), json!(null)];
    let os = some_of([("name", text(&["windows", "linux", "Windows", ""]))]);
    let containers = value([
        json!({"name": "late", "image": "registry.example/late"}),
        json!({"name": "app-0", "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}),
        json!({}),
        json!(null),
    ]);
    one_of([
        (2, field("hostNetwork", flag())),
        (2, field("hostPID", flag())),
        (2, field("hostIPC", flag())),
        (5, field("hostUsers", [json!(false), json!(true), json!(null)])),
        (3, object("os", prop_oneof![9 => os, 1 => Just(json!({"name": null}))].boxed())),
        (10, list("volumes", volume::volume())),
        (2, field("securityContext", [json!({}), json!(null)])),
        (1, list("initContainers", containers.clone())),
        (1, list("containers", containers.clone())),
        (1, list("ephemeralContainers", containers)),
        (4, ignored()),
    ])
}

/// Fields of the spec that no check reads, some of which look as if.
fn ignored() -> Keyed {
    one_of([
        (1, field("HostNetwork", [json!(true)])),
        (1, field("hostnetwork", [json!(true)])),
        (1, field("hostPid", [json!(true)])),
        (1, field("privileged", [json!(true)])),
        (1, field("SecurityContext", [json!({"runAsNonRoot": false, "runAsUser": 0})])),
        (1, field("shareProcessNamespace", [json!(true)])),
        (1, field("serviceAccountName", [json!("default")])),
        (1, field("automountServiceAccountToken", [json!(true)])),
        (1, field("runtimeClassName", [json!("gvisor")])),
        (1, field("nodeName", [json!("node-1")])),
        (1, field("nodeSelector", [json!({"kubernetes.io/os": "windows"}), json!(null)])),
        (1, field("tolerations", [json!([{"operator": "Exists"}]), json!([])])),
        (1, field("hostAliases", [json!([{"ip": "127.0.0.1", "hostnames": ["a"]}])])),
        (
            1,
            field(
                "futureField",
                [json!({"containers": [{"securityContext": {"privileged": true}}]}), json!(1.5)],
            ),
        ),
    ])
}

/// `spec.securityContext`.
pub(super) fn security_context() -> Keyed {
    one_of([
        (3, field("runAsNonRoot", [json!(true), json!(false), json!(null)])),
        (3, field("runAsUser", user_ids())),
        (3, object("seccompProfile", seccomp_profile())),
        (3, object("seLinuxOptions", selinux_options())),
        (2, object("appArmorProfile", apparmor_profile())),
        (8, list("sysctls", sysctl())),
        (2, object("windowsOptions", windows_options())),
        (1, field("runAsGroup", [json!(0)])),
        (1, field("fsGroup", [json!(0)])),
        (1, field("supplementalGroups", [json!([0])])),
        (1, field("supplementalGroupsPolicy", [json!("Strict")])),
        // These exist for containers only.
        (1, field("privileged", [json!(true)])),
        (1, field("allowPrivilegeEscalation", [json!(true), json!(false)])),
        (1, field("capabilities", [json!({"add": ["SYS_ADMIN"]}), json!({"drop": ["ALL"]})])),
        (1, field("procMount", [json!("Unmasked")])),
        (1, field("RunAsNonRoot", [json!(false), json!(true)])),
    ])
}

/// User ids, root first.
pub(super) fn user_ids() -> [Value; 6] {
    [json!(0), json!(1000), json!(null), json!(1), json!(-1), json!(4_294_967_296_i64)]
}

/// `seccompProfile`, at both levels.
pub(super) fn seccomp_profile() -> BoxedStrategy<Value> {
    some_of([
        (
            "type",
            prop_oneof![
                12 => text(&["RuntimeDefault", "Localhost", "Unconfined", "runtimedefault", "Runtime/Default", ""]),
                1 => Just(Value::Null),
            ]
            .boxed(),
        ),
        ("localhostProfile", value([json!("profiles/strict.json"), json!(""), json!(null)])),
    ])
}

/// `appArmorProfile`, at both levels.
pub(super) fn apparmor_profile() -> BoxedStrategy<Value> {
    some_of([
        (
            "type",
            prop_oneof![
                12 => text(&["RuntimeDefault", "Localhost", "Unconfined", "localhost", "runtime/default", ""]),
                1 => Just(Value::Null),
            ]
            .boxed(),
        ),
        ("localhostProfile", value([json!("strict"), json!(null)])),
    ])
}

/// `seLinuxOptions`, at both levels.
pub(super) fn selinux_options() -> BoxedStrategy<Value> {
    let kind = text(&[
        "container_t",
        "container_engine_t",
        "container_init_t",
        "container_kvm_t",
        "",
        "spc_t",
        "Container_t",
        "container_t ",
    ]);
    let kind = prop_oneof![10 => kind, 1 => Just(Value::Null)].boxed();
    // Mostly absent or empty: a set user or role hides what the type does.
    let rare = |name: &'static str| {
        prop_oneof![6 => Just(json!("")), 2 => Just(Value::Null), 3 => Just(json!(name))].boxed()
    };
    some_of([
        ("type", kind),
        ("user", rare("system_u")),
        ("role", rare("system_r")),
        ("level", text(&["s0:c123,c456", ""])),
    ])
}

/// `windowsOptions`, at both levels.
pub(super) fn windows_options() -> BoxedStrategy<Value> {
    some_of([
        ("hostProcess", value([json!(true), json!(false), json!(null)])),
        ("runAsUserName", text(&["ContainerAdministrator", "ContainerUser"])),
        ("HostProcess", value([json!(true)])),
    ])
}

/// One sysctl: every name some version allows, and near misses.
fn sysctl() -> BoxedStrategy<Value> {
    let allowed = text(&[
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
        "net.ipv4.tcp_slow_start_after_idle",
        "net.ipv4.tcp_notsent_lowat",
    ]);
    let other = text(&[
        "kernel.msgmax",
        "kernel/shm_rmid_forced",
        "net/ipv4/tcp_syncookies",
        "net.ipv4.tcp_rmem ",
        "Net.ipv4.tcp_wmem",
        "net.ipv4.tcp_keepalive",
        "net.ipv4.*",
        "net.ipv4.ip_forward",
        "",
    ]);
    let name = prop_oneof![5 => allowed, 2 => other, 1 => Just(Value::Null)].boxed();
    let entry = some_of([("name", name.clone()), ("value", text(&["1", "0 1000", ""]))]);
    let named = name.prop_map(|name| json!({"name": name, "value": "1"}));
    prop_oneof![10 => named, 2 => entry, 1 => Just(Value::Null)].boxed()
}

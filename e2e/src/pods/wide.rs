//! Mutations of what the standards do not read: fields of opt-in rules and values of parameters.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Keyed, Mutation, Place, at, field, list, object, one_of, some_of, text, value};

pub(super) fn mutation() -> BoxedStrategy<Mutation> {
    let index = || any::<u8>().prop_map(usize::from);
    prop_oneof![
        8 => spec().prop_map(|(key, change)| at(Place::Spec, key, change)),
        5 => pod_context().prop_map(|(key, change)| at(Place::PodSecurityContext, key, change)),
        4 => (index(), container())
            .prop_map(|(index, (key, change))| at(Place::Container(index), key, change)),
        6 => (index(), context())
            .prop_map(|(index, (key, change))| at(Place::ContainerSecurityContext(index), key, change)),
    ]
    .boxed()
}

fn spec() -> Keyed {
    one_of([
        (2, field("shareProcessNamespace", [json!(true), json!(false), json!(null)])),
        (
            3,
            field("runtimeClassName", ["gvisor", "kata", "kata-qemu", "runc", ""].map(Value::from)),
        ),
        (2, field("nodeName", [json!("node-1"), json!("")])),
        (3, field("automountServiceAccountToken", [json!(true), json!(false), json!(null)])),
        (1, field("serviceAccountName", ["web", "debugger", "default"].map(Value::from))),
        (3, object("nodeSelector", some_of([("pool", text(&["shop", "edge"]))]))),
        (3, object("affinity", affinity())),
        (4, list("tolerations", toleration())),
        (8, list("volumes", volume())),
        (2, field("hostUsers", [json!(false), json!(true)])),
    ])
}

fn affinity() -> BoxedStrategy<Value> {
    let requirement = some_of([
        ("key", text(&["pool", "zone"])),
        ("operator", text(&["In", "NotIn", "Exists"])),
        ("values", value([json!(["shop"]), json!(["shop", "edge"]), json!([])])),
    ]);
    let requirements = prop::collection::vec(requirement, 0..=2);
    let term = requirements.prop_map(|all| json!({"matchExpressions": all}));
    prop::collection::vec(term, 0..=2)
        .prop_map(|terms| {
            let required = "requiredDuringSchedulingIgnoredDuringExecution";
            json!({"nodeAffinity": {required: {"nodeSelectorTerms": terms}}})
        })
        .boxed()
}

fn toleration() -> BoxedStrategy<Value> {
    some_of([
        (
            "key",
            text(&[
                "node-role.kubernetes.io/control-plane",
                "node-role.kubernetes.io/master",
                "gpu",
                "",
            ]),
        ),
        ("operator", text(&["Exists", "Equal", ""])),
        ("effect", text(&["NoSchedule", "NoExecute", ""])),
    ])
}

/// Volumes with what parameters look at.
fn volume() -> BoxedStrategy<Value> {
    let folder = text(&[
        "/data",
        "/data/",
        "/data/web",
        "/database",
        "/data/../etc",
        "//data",
        "/var/log",
        "/",
        "/run/containerd/containerd.sock",
        "/var/run",
        "/var/lib/kubelet/seccomp",
        "",
    ]);
    let folder = folder.prop_map(|path| json!({"name": "data", "hostPath": {"path": path}}));
    let driver = text(&["example.com/lvm", "csi.example.com", ""]);
    let driver = (prop::sample::select(&["csi", "flexVolume"][..]), driver)
        .prop_map(|(source, driver)| json!({"name": "data", source: {"driver": driver}}));
    let token = some_of([
        ("audience", text(&["vault", "https://kubernetes.default.svc", ""])),
        ("expirationSeconds", value([json!(600), json!(3600), json!(86_400), json!(null)])),
    ]);
    let token = token.prop_map(
        |token| json!({"name": "data", "projected": {"sources": [{"serviceAccountToken": token}]}}),
    );
    prop_oneof![6 => folder, 2 => driver, 3 => token].boxed()
}

fn groups() -> [Value; 5] {
    [json!(0), json!(1000), json!(2000), json!(65_534), json!(null)]
}

fn pod_context() -> Keyed {
    let supplemental = [json!([]), json!([1000]), json!([0]), json!([1000, 3000]), json!(null)];
    one_of([
        (3, field("runAsUser", groups())),
        (3, field("runAsGroup", groups())),
        (3, field("fsGroup", groups())),
        (3, field("supplementalGroups", supplemental)),
        (2, field("supplementalGroupsPolicy", ["Strict", "Merge"].map(Value::from))),
        (3, object("seccompProfile", seccomp_profile())),
        (2, object("appArmorProfile", apparmor_profile())),
        (2, object("seLinuxOptions", selinux_options())),
        (3, list("sysctls", sysctl())),
        (2, object("windowsOptions", windows_options())),
    ])
}

fn container() -> Keyed {
    let mount = (
        text(&["data", "other"]),
        some_of([
            ("readOnly", value([json!(true), json!(false)])),
            ("mountPropagation", text(&["None", "HostToContainer", "Bidirectional"])),
        ]),
    );
    let mount = mount.prop_map(|(name, mut mount)| {
        mount["name"] = name;
        mount["mountPath"] = "/data".into();
        mount
    });
    let image = [
        "nginx",
        "docker.io/library/nginx:1.29",
        "registry.example/app:1",
        "registry.example.evil/app:1",
        "registry.example/debug/tools:2",
        "",
    ];
    one_of([
        (4, list("volumeMounts", mount.boxed())),
        (1, list("volumeDevices", value([json!({"name": "data", "devicePath": "/dev/xvda"})]))),
        (3, field("image", image.map(Value::from))),
        (
            1,
            list(
                "ports",
                value([json!({"hostPort": 80}), json!({"hostPort": 8443}), json!({"hostPort": 0})]),
            ),
        ),
    ])
}

fn context() -> Keyed {
    one_of([
        (4, field("readOnlyRootFilesystem", [json!(true), json!(false), json!(null)])),
        (3, field("runAsUser", groups())),
        (3, field("runAsGroup", groups())),
        (2, object("seccompProfile", seccomp_profile())),
        (2, object("appArmorProfile", apparmor_profile())),
        (2, object("seLinuxOptions", selinux_options())),
        (2, object("windowsOptions", windows_options())),
        (3, object("capabilities", capabilities())),
    ])
}

fn seccomp_profile() -> BoxedStrategy<Value> {
    let profile = text(&[
        "profiles/strict.json",
        "operator/shop/web.json",
        "operator/other/web.json",
        "operator/shop/../other/web.json",
        "profiles//strict.json",
        "/etc/profile.json",
    ]);
    prop_oneof![
        1 => Just(json!({"type": "RuntimeDefault"})),
        1 => Just(json!({"type": "Unconfined"})),
        4 => profile.prop_map(|name| json!({"type": "Localhost", "localhostProfile": name})),
    ]
    .boxed()
}

fn apparmor_profile() -> BoxedStrategy<Value> {
    let profile = text(&["shop-web", "shop-api", "other"]);
    prop_oneof![
        1 => Just(json!({"type": "RuntimeDefault"})),
        1 => Just(json!({"type": "Unconfined"})),
        3 => profile.prop_map(|name| json!({"type": "Localhost", "localhostProfile": name})),
    ]
    .boxed()
}

fn selinux_options() -> BoxedStrategy<Value> {
    some_of([
        ("type", text(&["container_t", "spc_t", "svirt_t"])),
        ("user", text(&["system_u", "sysadm_u", ""])),
        ("role", text(&["system_r", ""])),
        ("level", text(&["s0:c1,c2", "s0:c2,c1", "s0"])),
    ])
}

fn windows_options() -> BoxedStrategy<Value> {
    let name =
        text(&["ContainerUser", "containeruser", "ContainerAdministrator", r"NT AUTHORITY\SYSTEM"]);
    some_of([("runAsUserName", name)])
}

fn sysctl() -> BoxedStrategy<Value> {
    let name = text(&[
        "net.core.somaxconn",
        "net/core/somaxconn",
        "kernel.msgmax",
        "net.ipv4.tcp_rmem",
        "kernel.shm_rmid_forced",
        "netfoo.bar",
    ]);
    let named = text(&["1", "1+2=3"]);
    (name, named).prop_map(|(name, value)| json!({"name": name, "value": value})).boxed()
}

fn capabilities() -> BoxedStrategy<Value> {
    let name = || {
        text(&["CHOWN", "KILL", "NET_RAW", "SYS_ADMIN", "cap_sys_admin", "NET_BIND_SERVICE", "ALL"])
    };
    let names = || prop::collection::vec(name(), 0..=2).prop_map(Value::Array).boxed();
    some_of([("add", names()), ("drop", names())])
}

/// PersistentVolumes.
pub(super) fn persistent_volume() -> BoxedStrategy<Value> {
    let folder =
        || text(&["/data", "/data/web", "/database", "/data/../etc", "/", "/var/lib/kubelet", ""]);
    prop_oneof![
        4 => folder().prop_map(|path| json!({"hostPath": {"path": path}})),
        3 => folder().prop_map(|path| json!({"local": {"path": path}})),
        2 => Just(json!({"csi": {"driver": "csi.example.com", "volumeHandle": "1"}})),
        1 => Just(json!({})),
    ]
    .prop_map(|spec| {
        json!({
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": "generated"},
            "spec": spec,
        })
    })
    .boxed()
}

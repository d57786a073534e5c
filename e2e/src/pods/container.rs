//! Mutations of one container and of its securityContext.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Keyed, field, list, object, one_of, pod, some_of, text, value};

/// A container of any of the three lists.
pub(super) fn container() -> Keyed {
    one_of([
        (4, field("securityContext", [json!({}), json!(null)])),
        (5, list("ports", port())),
        (3, object("livenessProbe", probe())),
        (3, object("readinessProbe", probe())),
        (3, object("startupProbe", probe())),
        (5, object("lifecycle", some_of([("postStart", hook()), ("preStop", hook())]))),
        (2, field("name", [json!("app-0"), json!(""), json!(null), json!("other")])),
        (4, ignored()),
    ])
}

/// Fields of a container that no check reads.
fn ignored() -> Keyed {
    one_of([
        (1, field("image", [json!("registry.example/other"), json!(null)])),
        (1, field("command", [json!(["sh", "-c", "privileged: true"]), json!([])])),
        (1, field("env", [json!([{"name": "A", "value": "hostNetwork"}])])),
        (
            1,
            field(
                "volumeMounts",
                [
                    json!([{"name": "data", "mountPath": "/data", "mountPropagation": "Bidirectional"}]),
                ],
            ),
        ),
        (1, field("resources", [json!({"limits": {"cpu": "1", "memory": "64Mi"}})])),
        (1, field("restartPolicy", [json!("Always")])),
        (1, field("stdin", [json!(true)])),
        (1, field("targetContainerName", [json!("app-0")])),
        (1, field("SecurityContext", [json!({"privileged": true})])),
        (1, field("privileged", [json!(true)])),
        (1, field("hostPort", [json!(80)])),
        (1, field("futureField", [json!([{"privileged": true}])])),
    ])
}

fn port() -> BoxedStrategy<Value> {
    let number = prop_oneof![
        3 => value([json!(0), json!(null)]),
        4 => value([json!(8080), json!(80), json!(65_535), json!(-1), json!(65_536)]),
    ]
    .boxed();
    let port = some_of([
        ("hostPort", number),
        ("containerPort", value([json!(8080), json!(0)])),
        ("hostIP", text(&["127.0.0.1", ""])),
        ("protocol", text(&["TCP", "UDP"])),
        ("hostport", value([json!(80)])),
    ]);
    prop_oneof![12 => port, 1 => Just(Value::Null)].boxed()
}

/// A probe: its handler's fields among its own.
fn probe() -> BoxedStrategy<Value> {
    let grpc =
        value([json!({"port": 9000, "service": "host"}), json!({"port": 9000}), json!(null)]);
    (handler(), prop::option::of(grpc), prop::option::of(0..60u8))
        .prop_map(|(mut probe, grpc, period)| {
            if let Some(grpc) = grpc {
                probe["grpc"] = grpc;
            }
            if let Some(period) = period {
                probe["periodSeconds"] = period.into();
            }
            probe
        })
        .boxed()
}

/// A lifecycle hook.
fn hook() -> BoxedStrategy<Value> {
    let sleep = Just(json!({"sleep": {"seconds": 1}}));
    prop_oneof![8 => handler(), 1 => sleep, 1 => Just(Value::Null)].boxed()
}

fn handler() -> BoxedStrategy<Value> {
    let host = || {
        // Mostly harmless, so that each of the ten hosts gets to decide.
        prop_oneof![
            3 => value([json!(""), json!(null)]),
            2 => text(&["10.0.0.1", "127.0.0.1", "localhost", " "]),
        ]
        .boxed()
    };
    let port = || value([json!(8080), json!("http")]);
    let header = value([json!([{"name": "Host", "value": "10.0.0.1"}]), json!([])]);
    let http = some_of([
        ("host", host()),
        ("port", port()),
        ("path", text(&["/healthz", ""])),
        ("httpHeaders", header),
        ("Host", text(&["10.0.0.1"])),
    ]);
    let tcp = some_of([("host", host()), ("port", port())]);
    let exec = value([json!({"command": ["true"]}), json!({}), json!(null)]);
    let nothing = || Just(Value::Null);
    some_of([
        ("httpGet", prop_oneof![8 => http, 1 => nothing()].boxed()),
        ("tcpSocket", prop_oneof![8 => tcp, 1 => nothing()].boxed()),
        ("exec", exec),
    ])
}

/// `securityContext` of a container.
pub(super) fn security_context() -> Keyed {
    let flag = || [json!(true), json!(false), json!(null)];
    one_of([
        (4, field("privileged", flag())),
        (4, field("allowPrivilegeEscalation", flag())),
        (12, object("capabilities", capabilities())),
        (4, field("runAsNonRoot", flag())),
        (4, field("runAsUser", pod::user_ids())),
        (5, object("seccompProfile", pod::seccomp_profile())),
        (4, object("seLinuxOptions", pod::selinux_options())),
        (4, object("appArmorProfile", pod::apparmor_profile())),
        (
            4,
            field(
                "procMount",
                [json!("Unmasked"), json!("Default"), json!(""), json!("default"), json!(null)],
            ),
        ),
        (3, object("windowsOptions", pod::windows_options())),
        (1, field("readOnlyRootFilesystem", [json!(true), json!(false)])),
        (1, field("runAsGroup", [json!(0)])),
        (1, field("Privileged", [json!(true)])),
        (1, field("privilegeEscalation", [json!(true)])),
        // This exists for the pod only.
        (1, field("sysctls", [json!([{"name": "kernel.msgmax", "value": "1"}])])),
        (1, field("futureField", [json!({"privileged": true})])),
    ])
}

fn capabilities() -> BoxedStrategy<Value> {
    let drop = text(&["ALL", "all", "All", "CAP_ALL", " ALL", "NET_RAW", "CHOWN", ""]);
    let drop = prop_oneof![
        6 => Just(json!(["ALL"])),
        6 => names(drop),
        1 => Just(Value::Null),
    ];
    some_of([
        ("add", prop_oneof![12 => names(added()), 1 => Just(Value::Null)].boxed()),
        ("drop", drop.boxed()),
        ("Add", value([json!(["SYS_ADMIN"])])),
    ])
}

/// Added capabilities: mostly allowed ones, so that a list can pass.
fn added() -> BoxedStrategy<Value> {
    let default = text(&[
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]);
    let other = text(&[
        "NET_RAW",
        "SYS_ADMIN",
        "ALL",
        "all",
        "NET_ADMIN",
        "CAP_CHOWN",
        "CAP_NET_BIND_SERVICE",
        "net_bind_service",
        "Chown",
        "CAP_SYS_ADMIN",
        " CHOWN ",
        "",
    ]);
    prop_oneof![
        4 => Just(json!("NET_BIND_SERVICE")),
        6 => default,
        3 => other,
        1 => Just(Value::Null),
    ]
    .boxed()
}

/// A list of names, duplicates welcome.
fn names(name: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop::collection::vec(name, 0..=3).prop_map(Value::Array).boxed()
}

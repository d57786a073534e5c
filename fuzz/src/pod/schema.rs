//! The fields of a pod that rules read.

/// What a field holds where it holds what it should.
pub(super) enum Schema {
    /// `true` or `false`; the first is what a compliant pod has.
    Boolean(bool),
    /// One of these, or any number.
    Integer(&'static [i64]),
    /// One of these, or any text.
    Text(&'static [&'static str]),
    /// So many items of this kind, or up to three more.
    List(usize, &'static Schema),
    /// Usually these fields, now and then some of the others.
    Object { usual: &'static [(&'static str, Schema)], other: &'static [(&'static str, Schema)] },
}

use Schema::{Boolean, Integer, List, Object, Text};

pub(super) static POD: Schema =
    Object { usual: &[("metadata", METADATA), ("spec", SPEC)], other: &[] };

const METADATA: Schema = Object {
    usual: &[("name", Text(&["web"]))],
    other: &[("namespace", NAME), ("generateName", NAME), ("annotations", ANNOTATIONS)],
};

const SECCOMP_NAMES: Schema = Text(&["runtime/default", "localhost/a.json", "unconfined"]);

const ANNOTATIONS: Schema = Object {
    usual: &[],
    other: &[
        ("kubernetes.io/config.mirror", NAME),
        ("seccomp.security.alpha.kubernetes.io/pod", SECCOMP_NAMES),
        ("container.seccomp.security.alpha.kubernetes.io/web", SECCOMP_NAMES),
        ("container.seccomp.security.alpha.kubernetes.io/", SECCOMP_NAMES),
        (
            "container.apparmor.security.beta.kubernetes.io/web",
            Text(&["runtime/default", "", "localhost/a", "unconfined"]),
        ),
        ("example.com/note", NAME),
    ],
};

const NAME: Schema = Text(&["web", "", "log"]);

const SPEC: Schema = Object {
    usual: &[("securityContext", POD_CONTEXT), ("containers", List(1, &CONTAINER))],
    other: &[
        ("initContainers", List(0, &CONTAINER)),
        ("ephemeralContainers", List(0, &CONTAINER)),
        ("volumes", List(0, &VOLUME)),
        ("os", Object { usual: &[("name", Text(&["linux", "windows", "Windows"]))], other: &[] }),
        ("hostNetwork", Boolean(false)),
        ("hostPID", Boolean(false)),
        ("hostIPC", Boolean(false)),
        ("hostUsers", Boolean(false)),
        ("nodeName", NAME),
    ],
};

const POD_CONTEXT: Schema = Object {
    usual: &[("runAsNonRoot", Boolean(true)), ("seccompProfile", PROFILE)],
    other: &[
        ("appArmorProfile", PROFILE),
        ("fsGroup", ID),
        ("runAsGroup", ID),
        ("runAsUser", ID),
        ("seLinuxOptions", SE_LINUX),
        ("supplementalGroups", List(0, &ID)),
        ("sysctls", List(0, &SYSCTL)),
        ("windowsOptions", WINDOWS),
    ],
};

const ID: Schema = Integer(&[1000, 0, -1, 2_147_483_647, 2_147_483_648]);

const PROFILE: Schema = Object {
    usual: &[("type", Text(&["RuntimeDefault", "Localhost", "Unconfined", ""]))],
    other: &[("localhostProfile", Text(&["a.json", "", "/a", "../a"]))],
};

const SE_LINUX: Schema = Object {
    usual: &[("type", Text(&["container_t", "", "container_engine_t", "spc_t"]))],
    other: &[("user", NAME), ("role", NAME), ("level", NAME)],
};

const SYSCTL: Schema = Object {
    usual: &[(
        "name",
        Text(&[
            "net.ipv4.tcp_syncookies",
            "net.ipv4.tcp_rmem",
            "kernel.msgmax",
            "net/ipv4/tcp_rmem",
        ]),
    )],
    other: &[("value", NAME)],
};

const WINDOWS: Schema = Object { usual: &[], other: &[("hostProcess", Boolean(false))] };

const CONTAINER: Schema = Object {
    usual: &[("name", NAME), ("image", Text(&["nginx:1.27", ""])), ("securityContext", CONTEXT)],
    other: &[
        ("ports", List(0, &PORT)),
        ("livenessProbe", HANDLER),
        ("readinessProbe", HANDLER),
        ("startupProbe", HANDLER),
        (
            "lifecycle",
            Object { usual: &[], other: &[("postStart", HANDLER), ("preStop", HANDLER)] },
        ),
    ],
};

const CONTEXT: Schema = Object {
    usual: &[("allowPrivilegeEscalation", Boolean(false)), ("capabilities", CAPABILITIES)],
    other: &[
        ("appArmorProfile", PROFILE),
        ("privileged", Boolean(false)),
        ("procMount", Text(&["Default", "Unmasked", ""])),
        ("runAsGroup", ID),
        ("runAsNonRoot", Boolean(true)),
        ("runAsUser", ID),
        ("seLinuxOptions", SE_LINUX),
        ("seccompProfile", PROFILE),
        ("windowsOptions", WINDOWS),
    ],
};

const CAPABILITIES: Schema = Object {
    usual: &[("drop", List(1, &Text(&["ALL", "all", "CHOWN"])))],
    other: &[("add", List(0, &Text(&["NET_BIND_SERVICE", "CHOWN", "SYS_ADMIN", "ALL"])))],
};

const PORT: Schema = Object {
    usual: &[("containerPort", Integer(&[80]))],
    other: &[("hostPort", Integer(&[0, 80]))],
};

const ACTION: Schema =
    Object { usual: &[("port", Integer(&[80]))], other: &[("host", Text(&["", "127.0.0.1"]))] };

const HANDLER: Schema =
    Object { usual: &[], other: &[("httpGet", ACTION), ("tcpSocket", ACTION), ("exec", ACTION)] };

const SOURCE: Schema = Object { usual: &[], other: &[("path", NAME)] };

const VOLUME: Schema = Object {
    usual: &[("name", NAME), ("emptyDir", SOURCE)],
    other: &[
        ("configMap", SOURCE),
        ("hostPath", SOURCE),
        ("image", SOURCE),
        ("nfs", SOURCE),
        ("persistentVolumeClaim", SOURCE),
        ("notYetKnown", SOURCE),
    ],
};

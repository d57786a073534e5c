//! Places of a node that are as good as the node.

use std::borrow::Cow;

use super::{NodePath, holds};

/// A place of the node that must not pass as a part of some larger folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sensitive {
    /// Where it is.
    pub path: Cow<'static, str>,
    /// What it is.
    pub what: &'static str,
}

impl Sensitive {
    /// How to mend a path that reaches it.
    pub(crate) fn hint(&self) -> String {
        ["it reaches ", &self.path, ", ", self.what, ": `allow` has to name that place"].concat()
    }
}

const KUBELET: &str = "the kubelet's folder";
const PROFILES: &str = "the kubelet's seccomp profiles";
const DEVICE_PLUGINS: &str = "the sockets of device plugins";

/// The kubelet's own places, in a folder that the settings name.
const OF_KUBELET: &[(&str, &str)] =
    &[("", KUBELET), ("/seccomp", PROFILES), ("/device-plugins", DEVICE_PLUGINS)];

/// The others, by what they are; the kubelet's where it keeps them unless told otherwise. Where a
/// runtime keeps its socket in a folder of its own, that folder is named: it holds the containers'
/// state besides.
const PLACES: &[(&str, &[&str])] = &[
    (
        "a container runtime's socket",
        &[
            "/run/containerd",
            "/run/cri-dockerd.sock",
            "/run/crio",
            "/run/docker",
            "/run/docker.sock",
            "/run/dockershim.sock",
            "/run/k0s",
            "/run/k3s",
            "/run/nri",
            "/run/podman",
            "/run/user",
            "/var/snap/microk8s",
        ],
    ),
    (KUBELET, &["/var/lib/kubelet"]),
    (PROFILES, &["/var/lib/kubelet/seccomp"]),
    (DEVICE_PLUGINS, &["/var/lib/kubelet/device-plugins"]),
    (
        "the files of all containers",
        &["/var/lib/containerd", "/var/lib/containers", "/var/lib/docker"],
    ),
    ("the init system's socket", &["/run/dbus", "/run/systemd"]),
    ("processes and settings of the kernel", &["/proc", "/sys"]),
    ("the node's devices", &["/dev"]),
    ("the cluster's credentials", &["/etc/kubernetes", "/etc/rancher"]),
    ("the cluster's data", &["/var/lib/etcd", "/var/lib/k0s", "/var/lib/rancher"]),
    ("plugins that run as root on the node", &["/etc/cni", "/opt/cni", "/usr/libexec/kubernetes"]),
    ("the node's whole file system", &["/mnt/stateful_partition", "/sysroot"]),
];

/// The sensitive place that a path is, lies in or holds, though nobody meant it.
///
/// `entry` is the allowed folder that the path lies in, and `is_named` tells whether a folder is
/// allowed by name. A path in a sensitive place is meant where the entry lies in that place, too;
/// a path above one where both are allowed by name. `/` holds them all, and to name it means all.
pub(crate) fn sensitive(
    path: &NodePath,
    entry: &NodePath,
    kubelet: Option<&NodePath>,
    is_named: &dyn Fn(&str) -> bool,
) -> Option<Sensitive> {
    if path.0.is_empty() {
        let root = Sensitive { path: "/".into(), what: "the node's whole file system" };
        return (!is_named("/")).then_some(root);
    }
    let unmeant = |place: &str| {
        if holds(place, &path.0) {
            !holds(place, &entry.0)
        } else {
            let above = holds(&path.0, place) || path.0 == "/var" && place.starts_with("/run");
            above && !is_named(place)
        }
    };
    let of_kubelet = |root: &str| {
        OF_KUBELET.iter().find_map(|(below, what)| {
            let place = [root, below].concat();
            unmeant(&place).then(|| Sensitive { path: place.into(), what })
        })
    };
    let mut places =
        PLACES.iter().flat_map(|(what, places)| places.iter().map(|path| (*path, *what)));
    places
        .find(|(place, _)| unmeant(place))
        .map(|(path, what)| Sensitive { path: path.into(), what })
        .or_else(|| of_kubelet(&kubelet?.0))
}

/// Whether who can write to the path can put seccomp profiles where the kubelet looks for them:
/// it is the kubelet's seccomp root or above it; or in it, where `entry` allows not only a part of
/// it.
pub(crate) fn holds_seccomp_profiles(
    path: &NodePath,
    entry: &NodePath,
    kubelet: Option<&NodePath>,
) -> bool {
    let lies = |root: &str| holds(&path.0, root) || holds(root, &path.0) && holds(&entry.0, root);
    lies("/var/lib/kubelet/seccomp")
        || kubelet.is_some_and(|root| lies(&[&root.0, "/seccomp"].concat()))
}

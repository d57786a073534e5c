use proptest::prelude::*;

use super::{NodePath, holds_seccomp_profiles, sensitive};

fn path(text: &str) -> NodePath {
    NodePath::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The sensitive place that `path` reaches although only `allow` is meant.
fn reached(text: &str, allow: &[&str]) -> Option<String> {
    let allow = allow.iter().map(|text| path(text)).collect::<Vec<_>>();
    let around = allow.iter().filter(|entry| entry.holds(&path(text)));
    let entry = around.max_by_key(|entry| entry.as_str().len()).expect("an entry around the path");
    let kubelet = path("/data/kubelet");
    let is_named = |place: &str| allow.iter().any(|entry| entry.is(place));
    let found = sensitive(&path(text), entry, Some(&kubelet), &is_named);
    found.map(|place| place.path.into_owned())
}

#[test]
fn ways_of_writing_one_path_are_one() {
    for (expected, texts) in [
        (
            "/",
            &["/", "//", "/.", "/./", "/proc/self/root", "/proc/1/root/", "/proc/1/task/1/root"][..],
        ),
        ("/foo", &["/foo", "/foo/", "//foo", "/./foo", "/foo/.", "/foo//", "/proc/self/root/foo"]),
        ("/foo/bar", &["/foo//bar", "/foo/./bar", "/foo/bar/."]),
        ("/run", &["/run", "/var/run", "/var//run/", "/proc/1/root/var/run"]),
        ("/run/docker.sock", &["/var/run/docker.sock", "/proc/thread-self/root/run/docker.sock"]),
        ("/run/lock/x", &["/var/lock/x", "/var/run/lock/x"]),
        ("/var/runner", &["/var/runner"]),
        ("/proc/1/rootfs", &["/proc/1/rootfs"]),
        ("/run/x", &["/proc/1/root/proc/self/root/var/run/x"]),
        // A part of a name is no component.
        ("/foo/..bar/b..z", &["/foo/..bar/b..z"]),
    ] {
        for text in texts {
            assert_eq!(path(text).as_str(), expected, "{text}");
        }
    }
}

#[test]
fn a_path_that_may_lead_elsewhere_is_refused() {
    for (reason, texts) in [
        ("absolute", &["", ".", "foo", "./foo", "C:\\logs", "c:/logs", "~/x", " /foo"][..]),
        ("..", &["/..", "/foo/..", "/foo/../etc", "/../foo", "/foo/bar/../.."]),
        (
            "backslash",
            &["/foo\\..\\etc", "/foo/.. /etc", "/foo/...", "/foo./bar", "/foo /bar", "/foo/..\\x"],
        ),
        (
            "kernel",
            &[
                "/proc/self/cwd",
                "/proc/self/cwd/x",
                "/proc/self/fd/3",
                "/proc/1/exe",
                "/proc/1/map_files/a",
                "/proc/4242/root/foo",
                "/proc/self/task/7/fd/3",
                "/proc/7/task/7/root",
                "/dev/fd/3",
                "/proc/self/root/proc/self/cwd",
            ],
        ),
    ] {
        for text in texts {
            let error = NodePath::parse(text).expect_err(text);
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}

#[test]
fn a_folder_ends_at_a_slash() {
    for (outer, inner, holds) in [
        ("/foo", "/foo", true),
        ("/foo", "/foo/bar", true),
        ("/foo", "/food", false),
        ("/foo", "/etc/foo", false),
        ("/foo/bar", "/foo", false),
        ("/foo", "/FOO", false),
        ("/foo", "/Foo/bar", false),
        ("/", "/foo", true),
        ("/", "/", true),
        ("/foo", "/", false),
    ] {
        assert_eq!(path(outer).holds(&path(inner)), holds, "{outer} {inner}");
    }
    assert!(path("/foo").holds_in_any_case(&path("/FOO/bar")));
}

#[test]
fn a_sensitive_place_is_meant_only_where_it_is_named() {
    for (text, allow, expected) in [
        ("/srv", &["/"][..], None),
        ("/var/log", &["/var"], None),
        ("/etc/ssl", &["/etc"], None),
        ("/run/udev", &["/run"], None),
        // In it.
        ("/run/docker.sock", &["/"], Some("/run/docker.sock")),
        ("/run/docker.sock", &["/run"], Some("/run/docker.sock")),
        ("/run/docker.sock", &["/run/docker.sock"], None),
        ("/run/containerd/containerd.sock", &["/run"], Some("/run/containerd")),
        ("/run/containerd/containerd.sock", &["/run/containerd/containerd.sock"], None),
        ("/run/containerd/containerd.sock", &["/run/containerd"], None),
        ("/run/user/1000/podman/podman.sock", &["/run"], Some("/run/user")),
        ("/var/lib/kubelet/pods", &["/var"], Some("/var/lib/kubelet")),
        ("/var/lib/kubelet/pods", &["/var", "/var/lib/kubelet/pods"], None),
        ("/VAR/lib/Kubelet/pods", &["/VAR"], Some("/var/lib/kubelet")),
        ("/var/lib/kubelet/seccomp/a", &["/var/lib/kubelet"], Some("/var/lib/kubelet/seccomp")),
        ("/data/kubelet/pods", &["/data"], Some("/data/kubelet")),
        ("/data/kubelet/device-plugins", &["/data/kubelet"], Some("/data/kubelet/device-plugins")),
        ("/data/kubelet/device-plugins", &["/data/kubelet/device-plugins"], None),
        ("/proc/sys", &["/"], Some("/proc")),
        ("/proc/sys", &["/proc"], None),
        ("/sys/fs/cgroup", &["/"], Some("/sys")),
        ("/dev/kvm", &["/"], Some("/dev")),
        ("/dev/kvm", &["/dev/kvm"], None),
        ("/etc/kubernetes/pki", &["/etc"], Some("/etc/kubernetes")),
        ("/etc/cni/net.d", &["/etc"], Some("/etc/cni")),
        ("/var/lib/etcd/member", &["/var/lib"], Some("/var/lib/etcd")),
        // Above it.
        ("/", &["/"], None),
        ("/run", &["/run"], Some("/run/containerd")),
        ("/run", &["/"], Some("/run/containerd")),
        ("/etc", &["/etc"], Some("/etc/kubernetes")),
        ("/etc", &["/etc", "/etc/kubernetes", "/etc/rancher"], Some("/etc/cni")),
        ("/etc", &["/etc", "/etc/kubernetes", "/etc/rancher", "/etc/cni"], None),
        // A part of the place is not the place.
        ("/etc", &["/etc", "/etc/kubernetes", "/etc/rancher", "/etc/cni/net.d"], Some("/etc/cni")),
        ("/opt", &["/opt"], Some("/opt/cni")),
        ("/data", &["/data"], Some("/data/kubelet")),
        ("/var/lib/kubelet", &["/var/lib/kubelet"], Some("/var/lib/kubelet/seccomp")),
        (
            "/var/lib/kubelet",
            &["/var/lib/kubelet", "/var/lib/kubelet/seccomp", "/var/lib/kubelet/device-plugins"],
            None,
        ),
        // Where /var/run is no link, /var holds the sockets.
        ("/var", &["/var"], Some("/run/containerd")),
        // Names that only begin alike.
        ("/run/docker.sock.d", &["/run"], None),
        ("/processes", &["/"], None),
        ("/device", &["/"], None),
    ] {
        assert_eq!(reached(text, allow).as_deref(), expected, "{text} under {allow:?}");
    }
}

#[test]
fn whoever_writes_above_or_in_the_seccomp_root_makes_profiles() {
    let kubelet = path("/data/kubelet");
    for (text, entry, holds) in [
        ("/", "/", true),
        ("/var/lib", "/var", true),
        ("/var/lib/kubelet", "/var/lib/kubelet", true),
        ("/var/lib/kubelet/seccomp", "/var/lib/kubelet/seccomp", true),
        ("/var/lib/kubelet/seccomp/a", "/var/lib/kubelet/seccomp", true),
        ("/var/lib/kubelet/seccomp/a", "/var/lib/kubelet/seccomp/a", false),
        ("/var/lib/kubelet/seccomp/a/b", "/var/lib/kubelet/seccomp/a", false),
        ("/var/lib/kubelet/pods", "/var/lib/kubelet", false),
        ("/var/lib/kubelet/seccompany", "/", false),
        ("/data", "/data", true),
        ("/data/kubelet/seccomp/a", "/", true),
        ("/data/kubelet/pods", "/data", false),
    ] {
        let found = holds_seccomp_profiles(&path(text), &path(entry), Some(&kubelet));
        assert_eq!(found, holds, "{text} under {entry}");
    }
    assert!(!holds_seccomp_profiles(&path("/data"), &path("/data"), None));
}

/// Components that mean something to the reader, and some that do not.
fn component() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "", ".", "..", "...", "var", "run", "lock", "proc", "self", "1", "root", "cwd", "task",
        "dev", "fd", "a", "b ", "c\\d",
    ]);
    special.prop_map(str::to_owned)
}

proptest! {
    /// The way of writing that the reader settles on is one that it leaves alone.
    #[test]
    fn reading_twice_changes_nothing(parts in prop::collection::vec(component(), 0..9)) {
        let text = format!("/{}", parts.join("/"));
        if let Ok(read) = NodePath::parse(&text) {
            prop_assert_eq!(path(read.as_str()), read.clone());
            prop_assert!(!parts.iter().any(|part| part == ".."), "{}", text);
            prop_assert!(!read.as_str().contains("//") && read.as_str() != "/var/run");
            prop_assert!(!read.as_str().starts_with("/var/run/"), "{}", text);
        }
    }

    /// Whatever stands around a path, more slashes and dots make no other of it.
    #[test]
    fn empty_components_and_dots_do_not_matter(
        parts in prop::collection::vec(component(), 0..7),
        places in prop::collection::vec((0_usize..9, prop::bool::ANY), 0..4),
    ) {
        let mut more = parts.clone();
        for (place, is_dot) in places {
            more.insert(place.min(more.len()), if is_dot { "." } else { "" }.to_owned());
        }
        let read = |parts: &[String]| NodePath::parse(&format!("/{}", parts.join("/")));
        prop_assert_eq!(read(&more), read(&parts));
    }
}

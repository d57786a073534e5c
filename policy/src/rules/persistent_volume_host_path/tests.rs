use super::{RULE, check};
use crate::json::{Decode, Scanner};
use crate::persistent_volume::PersistentVolume;
use crate::report::Report;
use crate::settings::Settings;

/// Path, found value and hint of every finding.
fn findings(settings: &str, spec: &str) -> Vec<(String, String, String)> {
    let settings = Settings::decode(&format!(r#"{{"rules":{settings}}}"#)).expect("settings");
    let text = format!(r#"{{"metadata":{{"name":"pv"}},"spec":{spec}}}"#);
    let volume = PersistentVolume::decode(&mut Scanner::new(&text)).expect("a volume");
    let mut report = Report::new(&settings, &RULE, &RULE.checks[0]);
    check(&volume, &mut report);
    let found = report.into_violations().into_iter();
    found.map(|found| (found.path, found.found.into(), found.hint.into())).collect()
}

fn settings_errors(parameters: &str) -> Vec<String> {
    let text = format!(r#"{{"rules":{{"persistentVolumeHostPath":{parameters}}}}}"#);
    let errors = Settings::decode(&text).err().unwrap_or_default();
    errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
}

// Edge case 142.
#[test]
fn without_parameters_no_folder_of_the_node_is_allowed() {
    let asked = r#"{"persistentVolumeHostPath":"deny"}"#;
    assert_eq!(findings(asked, r#"{"csi":{"driver":"csi.example","volumeHandle":"a"}}"#), []);
    assert_eq!(findings(asked, r#"{"hostPath":null,"nfs":{"server":"a","path":"/"}}"#), []);
    for (spec, path, found) in [
        (r#"{"hostPath":{"path":"/data"}}"#, "spec.hostPath", "/data"),
        (r#"{"hostPath":{"path":"/data","type":"DirectoryOrCreate"}}"#, "spec.hostPath", "/data"),
        (r#"{"hostPath":{}}"#, "spec.hostPath", "no path"),
        (r#"{"local":{"path":"/mnt/disk"}}"#, "spec.local", "/mnt/disk"),
    ] {
        let hint = "use a StorageClass with a CSI driver".to_owned();
        assert_eq!(findings(asked, spec), [(path.to_owned(), found.to_owned(), hint)], "{spec}");
    }
}

#[test]
fn paths_are_compared_as_those_of_pods_are() {
    let asked = r#"{"persistentVolumeHostPath":{"allow":[{"pathPrefix":"/data"},{"pathPrefix":"/"}]}}"#;
    for (path, hint) in [
        ("/data", None),
        ("/data//a/./b/", None),
        ("/srv", None),
        ("/", None),
        ("data", Some("absolute")),
        ("/data/../etc", Some("climbs")),
        ("/var/run/docker.sock", Some("it reaches /run/docker.sock, a container runtime's socket")),
        ("/var/lib", Some("/var/lib/containerd")),
        ("/var/lib/kubelet/pods", Some("the kubelet's folder")),
        ("/dev/sda", Some("the node's devices")),
    ] {
        for source in ["hostPath", "local"] {
            // Nobody can tell how `/` would be mounted, and the profiles are in it.
            let hint = if path == "/" { Some("seccomp profiles") } else { hint };
            let found = findings(asked, &format!(r#"{{"{source}":{{"path":"{path}"}}}}"#));
            match (&found[..], hint) {
                ([], None) => {}
                ([(place, value, text)], Some(hint)) => {
                    assert_eq!((&**place, &**value), (&*format!("spec.{source}"), path));
                    assert!(text.contains(hint), "{path}: {text}");
                }
                _ => panic!("{source} {path}: {found:?}"),
            }
        }
    }
}

#[test]
fn what_is_named_is_allowed() {
    let asked = r#"{"persistentVolumeHostPath":{"allow":[{"pathPrefix":"/dev/disk/by-id"},
        {"pathPrefix":"/var/lib/rancher/k3s/storage"}]}}"#;
    for path in ["/dev/disk/by-id/a", "/var/lib/rancher/k3s/storage/pvc-1"] {
        assert_eq!(findings(asked, &format!(r#"{{"local":{{"path":"{path}"}}}}"#)), [], "{path}");
    }
    let found = findings(asked, r#"{"hostPath":{"path":"/DEV/disk/by-id/a"}}"#);
    assert_eq!(found[0].2, "mind the case of its letters");
}

#[test]
fn allow_local_is_for_local_volumes_outside_protected_places() {
    let asked = r#"{"persistentVolumeHostPath":{"allowLocal":true,"allow":[{"pathPrefix":"/dev/disk"}]}}"#;
    for (spec, is_allowed) in [
        (r#"{"local":{"path":"/mnt/disks/ssd1"}}"#, true),
        (r#"{"local":{"path":"/dev/disk/by-id/a"}}"#, true),
        (r#"{"hostPath":{"path":"/mnt/disks/ssd1"}}"#, false),
        (r#"{"local":{"path":"/dev/sda"}}"#, false),
        (r#"{"local":{"path":"/"}}"#, false),
        (r#"{"local":{"path":"/var/lib"}}"#, false),
        (r#"{"local":{"path":"/var/lib/kubelet/seccomp"}}"#, false),
        (r#"{"local":{"path":"mnt"}}"#, false),
        (r#"{"local":{}}"#, false),
        // The API server refuses it; one source does not excuse the other.
        (r#"{"local":{"path":"/mnt/a"},"hostPath":{"path":"/mnt/a"}}"#, false),
    ] {
        assert_eq!(findings(asked, spec).is_empty(), is_allowed, "{spec}");
    }
}

#[test]
fn the_kubelets_folder_is_where_host_path_volumes_has_it() {
    let asked = r#"{"hostPathVolumes":{"kubeletRoot":"/data/kubelet"},
        "persistentVolumeHostPath":{"allow":[{"pathPrefix":"/data"}]}}"#;
    for (path, is_allowed) in [("/data/a", true), ("/data", false), ("/data/kubelet/pods", false)] {
        let found = findings(asked, &format!(r#"{{"hostPath":{{"path":"{path}"}}}}"#));
        assert_eq!(found.is_empty(), is_allowed, "{path}");
    }
}

// Edge case 102.
#[test]
fn seccomp_profiles_are_in_no_volume() {
    let asked = r#"{"persistentVolumeHostPath":{"allow":[{"pathPrefix":"/var/lib/kubelet"},
        {"pathPrefix":"/var/lib/kubelet/seccomp"},{"pathPrefix":"/var/lib/kubelet/device-plugins"},
        {"pathPrefix":"/var/lib/kubelet/seccomp/team"}]}}"#;
    for (path, is_allowed) in [
        ("/var/lib/kubelet/pods", true),
        ("/var/lib/kubelet/seccomp/team", true),
        ("/var/lib/kubelet", false),
        ("/var/lib/kubelet/seccomp", false),
        ("/var/lib/kubelet/seccomp/other", false),
    ] {
        let found = findings(asked, &format!(r#"{{"hostPath":{{"path":"{path}"}}}}"#));
        assert_eq!(found.is_empty(), is_allowed, "{path}: {found:?}");
    }
}

#[test]
fn mistakes_in_settings() {
    assert_eq!(
        settings_errors(
            r#"{"allow":[{"pathPrefix":"b"},{"pathPrefix":"/c","readOnly":true}],"allowLocal":"yes"}"#
        ),
        [
            "rules.persistentVolumeHostPath.allow[0].pathPrefix: found `b`; name an absolute path of \
             the node: it begins with /",
            "rules.persistentVolumeHostPath.allow[1].readOnly: unknown setting `readOnly`; known: \
             pathPrefix",
            "rules.persistentVolumeHostPath.allowLocal: expected true or false, found a string",
        ]
    );
    assert_eq!(
        settings_errors(r#"{"allow":[{"pathPrefix":"/a"},{"pathPrefix":"//a"}]}"#),
        ["rules.persistentVolumeHostPath.allow[1]: `/a` is allow[0] already: keep one"]
    );
}

//! Texts that parameters take: such as generated pods have, and near misses.

const NAMES: &[&str] = &["shop", "edge", "*"];

/// What a text of that parameter may be; [`NAMES`] where none is known, which the settings may
/// refuse and `repaired` then takes away, so that the test of the generator tells of it.
pub(super) fn of(rule: &str, key: &str) -> &'static [&'static str] {
    match (rule, key) {
        ("capabilities", "requireDrop") => &["ALL", "NET_RAW", "SYS_ADMIN", "KILL"],
        ("capabilities", "forbid") => &["SYS_ADMIN", "NET_RAW", "CAP_KILL", "chown", "ALL"],
        ("capabilities" | "ephemeralContainers", "allowAdd") => {
            &["CHOWN", "KILL", "NET_RAW", "SYS_ADMIN", "NET_BIND_SERVICE", "*"]
        }
        ("seLinuxOptions", "type") => &["container_t", "spc_t", "svirt_t", ""],
        ("seLinuxOptions", "user") => &["system_u", "sysadm_u", ""],
        ("seLinuxOptions", "role") => &["system_r", ""],
        ("seLinuxOptions", "level") => &["s0:c1,c2", "s0"],
        ("appArmorProfile", _) => &["shop-web", "shop-*", "other", "strict"],
        ("sysctls", "forbidValues") => &["*+*", "*=*", "1"],
        ("sysctls", _) => &[
            "net.core.*",
            "net.*",
            "net.core.somaxconn",
            "kernel.msgmax",
            "kernel.shm_rmid_forced",
            "net.ipv4.tcp_rmem",
            "*",
        ],
        ("windowsRunAsUserName", _) => &["ContainerUser", "ContainerAdministrator"],
        ("hostPathVolumes" | "persistentVolumeHostPath", "pathPrefix") => {
            &["/data", "/data/web", "/var/log", "/", "/run", "/etc"]
        }
        ("hostPathVolumes", "kubeletRoot") => &["/var/lib/kubelet", "/data/kubelet"],
        ("restrictedVolumes", "allow") => {
            &["emptyDir", "configMap", "csi", "hostPath", "flexVolume", "nfs", "projected", "*"]
        }
        ("restrictedVolumes", _) => &["example.com/lvm", "csi.example.com"],
        ("runtimeClass", _) => &["gvisor", "kata", "kata-*", "runc"],
        ("nodePlacement", "key") => &["pool", "zone"],
        ("nodePlacement", "allowLabels") => &["pool", "zone", "metadata.name", "*"],
        ("nodePlacement", "allowTolerations") => {
            &["gpu", "node-role.kubernetes.io/*", "node-role.kubernetes.io/control-plane", "*"]
        }
        ("serviceAccountToken", _) => &["vault", "https://*", "*"],
        ("ephemeralContainers", "users") => &["alice", "bob", "sre-*"],
        ("ephemeralContainers", "groups") => &["debuggers", "sre"],
        ("ephemeralContainers", "images") => {
            &["registry.example/debug/tools", "registry.example/*", "docker.io/library/nginx"]
        }
        ("seccompContent", "path") => {
            &["profiles/strict.json", "profiles/web.json", "web.json", "operator/web.json"]
        }
        ("seccompContent", "profile" | "baselineProfile") => &[
            r#"{"defaultAction": "SCMP_ACT_ALLOW"}"#,
            r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
                {"names": ["read", "write", "execve", "exit_group"], "action": "SCMP_ACT_ALLOW"}]}"#,
        ],
        ("seccompContent", _) => &["bpf", "settimeofday", "ptrace"],
        ("resourceBoundaries", "max") => &["20", "64Gi", "500m"],
        ("resourceBoundaries", _) => &["cpu", "memory", "requests.cpu", "pods"],
        ("podSecurityLabels", "oldestVersion") => &["v1.25", "latest"],
        ("seccompLocalhost", _) => &[
            "profiles/strict.json",
            "profiles/*.json",
            "operator/{namespace}/*",
            "operator/shop/web.json",
        ],
        _ => NAMES,
    }
}

//! An API server, as far as lists need one.

use crate::common;
use crate::process::{self, Run, folder};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// A status and a body.
pub(crate) type Answer = (u16, Value);

/// What is answered to a path and a query.
pub(crate) type Answering = dyn Fn(&str, &str) -> Answer + Send + Sync;

/// It ends with the process.
pub(crate) struct Server {
    pub(crate) address: String,
    seen: Arc<Mutex<Vec<String>>>,
    folder: TempDir,
}

impl Server {
    /// One that knows the usual kinds, and answers about their objects what it is told to.
    pub(crate) fn start(answer: Arc<Answering>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let for_server = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (for_server.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, &seen, &*answer));
            }
        });
        let folder = folder(&[("config", kubeconfig(&json!({"server": address})).to_string())]);
        Self { address, seen, folder }
    }

    /// Runs `ringfence scan` against it, in a folder of its own.
    pub(crate) fn scan(&self, arguments: &[&str]) -> Run {
        let module = common::module();
        let module = module.to_str().expect("a path in UTF-8");
        let before = ["scan", "--kubeconfig", "config", "--module", module];
        process::run(self.folder.path(), &[&before, arguments].concat(), "")
    }

    /// The folder in which it runs.
    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Methods and paths that it was asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.seen.lock().expect("a lock").clone()
    }
}

/// A kubeconfig with a cluster.
pub(crate) fn kubeconfig(cluster: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "here", "cluster": cluster}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        "users": [{"name": "me", "user": {}}],
    })
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<String>>,
    answer: &Answering,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let method = first.split(' ').next().unwrap_or_default();
    let target = first.split(' ').nth(1).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    seen.lock().expect("a lock").push(format!("{method} {path}"));
    let (code, body) = resources(path).map_or_else(|| answer(path, query), |known| (200, known));
    let body = body.to_string();
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {code} Said\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// The value of a parameter of a query.
pub(crate) fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// The kinds of a group and version: plural, kind, whether it lives in namespaces.
fn resources(path: &str) -> Option<Value> {
    let list: &[(&str, &str, bool)] = match path {
        "/api/v1" => &[
            ("pods", "Pod", true),
            ("podtemplates", "PodTemplate", true),
            ("replicationcontrollers", "ReplicationController", true),
            ("services", "Service", true),
            ("secrets", "Secret", true),
            ("configmaps", "ConfigMap", true),
            ("limitranges", "LimitRange", true),
            ("resourcequotas", "ResourceQuota", true),
            ("persistentvolumes", "PersistentVolume", false),
            ("namespaces", "Namespace", false),
        ],
        "/apis/apps/v1" => &[
            ("daemonsets", "DaemonSet", true),
            ("deployments", "Deployment", true),
            ("replicasets", "ReplicaSet", true),
            ("statefulsets", "StatefulSet", true),
        ],
        "/apis/batch/v1" => &[("cronjobs", "CronJob", true), ("jobs", "Job", true)],
        "/apis/networking.k8s.io/v1" => &[("networkpolicies", "NetworkPolicy", true)],
        "/apis/rbac.authorization.k8s.io/v1" => &[
            ("roles", "Role", true),
            ("rolebindings", "RoleBinding", true),
            ("clusterroles", "ClusterRole", false),
            ("clusterrolebindings", "ClusterRoleBinding", false),
        ],
        _ => return None,
    };
    let resource = |(name, kind, namespaced): &(&str, &str, bool)| json!({"name": name, "kind": kind, "namespaced": namespaced, "singularName": "", "verbs": ["list"]});
    let resources: Vec<Value> = list.iter().map(resource).collect();
    let version = path.trim_start_matches("/apis/").trim_start_matches("/api/");
    Some(json!({"kind": "APIResourceList", "groupVersion": version, "resources": resources}))
}

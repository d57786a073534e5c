//! Proxies, of a kubeconfig and of the environment.

use crate::process::folder;
use crate::server::{Server, kubeconfig};
use crate::{answer, common};
use serde_json::json;
use std::sync::Arc;

/// Asks a cluster at an address, which may name a proxy, with these variables; what it said.
fn scan(address: &str, proxy: Option<&str>, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut cluster = json!({"server": address});
    if let Some(proxy) = proxy {
        cluster["proxy-url"] = proxy.into();
    }
    let folder = folder(&[("config", kubeconfig(&cluster).to_string())]);
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ringfence"));
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.current_dir(folder.path()).envs(variables.iter().copied());
    command.args(["scan", "--kubeconfig", "config", "--module"]).arg(common::module());
    let output = command.output().expect("the command runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_proxy_of_the_environment_is_for_those_whom_it_means() {
    let server = Server::start(Arc::new(|path, _| answer(path)));
    // That of HTTPS is not for this one, and its proxy is not there.
    let nowhere = [("HTTPS_PROXY", "http://127.0.0.1:1")];
    let (code, said) = scan(&server.address, None, &nowhere);
    assert_eq!(code, Some(1), "{said}");
    assert!(!server.asked().is_empty());

    let proxy = Server::start(Arc::new(|path, _| answer(path)));
    let cluster = "https://cluster.invalid:6443";
    let (code, said) = scan(cluster, None, &[("https_proxy", &proxy.address)]);
    assert_eq!(code, Some(2), "{said}");
    assert!(proxy.asked().contains(&"CONNECT cluster.invalid:6443".to_owned()), "{said}");
    let before = proxy.asked().len();
    let except = [("HTTPS_PROXY", &*proxy.address), ("NO_PROXY", ".invalid")];
    assert_eq!(scan(cluster, None, &except).0, Some(2));
    assert_eq!(proxy.asked().len(), before);
}

#[test]
fn the_proxy_of_a_cluster_goes_before() {
    let proxy = Server::start(Arc::new(|path, _| answer(path)));
    let cluster = "https://cluster.invalid:6443";
    let variables = [("HTTPS_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", "cluster.invalid")];
    let (code, said) = scan(cluster, Some(&proxy.address), &variables);
    assert_eq!(code, Some(2), "{said}");
    assert!(proxy.asked().contains(&"CONNECT cluster.invalid:6443".to_owned()), "{said}");
}

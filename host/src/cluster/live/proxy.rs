//! The proxy between here and an API server.

use hyper_util::client::proxy::matcher::Matcher;
use kube::Config;
use kube::config::Kubeconfig;

/// Whether the cluster of this context, or of the current one, names a proxy of its own.
pub(super) fn is_named(kubeconfig: &Kubeconfig, context: Option<&str>) -> bool {
    let proxy = || {
        let name = context.or(kubeconfig.current_context.as_deref())?;
        let context = kubeconfig.contexts.iter().find(|it| it.name == name)?.context.as_ref()?;
        let cluster = kubeconfig.clusters.iter().find(|it| it.name == context.cluster)?;
        cluster.cluster.as_ref()?.proxy_url.as_deref()
    };
    proxy().is_some_and(|proxy| !proxy.is_empty())
}

/// Leaves the proxy of the environment out where the environment does not mean this API server: that
/// of `HTTPS_PROXY` is for `https://`, and for hosts that `NO_PROXY` does not name, as kubectl has it.
pub(super) fn of_environment(config: &mut Config) {
    if Matcher::from_env().intercept(&config.cluster_url).is_none() {
        config.proxy_url = None;
    }
}

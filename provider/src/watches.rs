//! What is watched in the cluster: what becomes of it is told, and it is waited for.

use std::sync::Arc;
use std::time::Duration;

use ringfence_host::cluster::{Live, Tell, WatchedKind, Watching};

use crate::metrics::Metrics;
use crate::text::bounded;

/// Whether of every kind that is watched the first list has come, or has failed.
pub(crate) fn is_settled(live: &Option<Arc<Live>>) -> bool {
    live.as_ref().is_none_or(|live| live.is_settled())
}

/// Waits for that.
pub(crate) async fn settled(live: Option<Arc<Live>>) {
    while !is_settled(&live) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Logs and counts what becomes of watches.
pub(crate) fn teller(metrics: Arc<Metrics>) -> Arc<Tell> {
    Arc::new(move |kind: &WatchedKind, watching: &Watching| {
        let resource = format!("{}/{}", kind.api_version, kind.kind);
        // First what is asked for, so that whoever reads the log finds it.
        metrics.watched(resource.clone(), matches!(watching, Watching::Current(_)));
        match watching {
            Watching::Current(objects) => tracing::info!(event = "watching", resource, objects),
            Watching::Failed(error) => {
                let error = bounded(error.clone());
                tracing::warn!(event = "watch_failed", resource, error);
            }
        }
    })
}

//! Host capabilities: which host calls a policy may make, and what answers them.
//!
//! Source of the two gates and of their texts: policy-evaluator's
//! `host_capabilities.rs` and `runtimes/callback.rs`.

mod allow;
mod grant;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cluster::{Cluster, Request};

pub use allow::{Allowed, PatternError};
pub use grant::{Grant, GrantError, Grants};

/// Bytes of a question about the cluster. Decoding takes time that no deadline
/// interrupts.
const QUESTION: usize = 64 << 10;

/// Bytes of an answer about the cluster.
pub(crate) const ANSWER: usize = 8 << 20;

/// How long a question may take that no call of a policy stands behind.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a policy can find out about the cluster.
///
/// The default knows no cluster. Cloning is cheap, the clones share the cluster.
#[derive(Clone, Default)]
pub struct HostCapabilities {
    allowed: Arc<Allowed>,
    grants: Arc<Grants>,
    cluster: Option<Arc<dyn Cluster>>,
}

impl fmt::Debug for HostCapabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostCapabilities")
            .field("allowed", &self.allowed)
            .field("grants", &self.grants)
            .field("cluster", &self.cluster.is_some())
            .finish()
    }
}

impl HostCapabilities {
    /// Everything that the cluster knows.
    pub fn new(cluster: Arc<dyn Cluster>) -> Self {
        Self { cluster: Some(cluster), ..Self::default() }
    }

    /// The same, restricted to these host calls (`hostCapabilities` of a policy).
    #[must_use]
    pub fn allow(self, allowed: Allowed) -> Self {
        Self { allowed: Arc::new(allowed), ..self }
    }

    /// The same, restricted to objects of these kinds (`contextAwareResources` of a
    /// policy).
    #[must_use]
    pub fn grant(self, grants: Grants) -> Self {
        Self { grants: Arc::new(grants), ..self }
    }

    /// The same, with `wrap`'s cluster before its own; without a cluster there is none to wrap.
    #[must_use]
    pub fn wrap(self, wrap: impl FnOnce(Arc<dyn Cluster>) -> Arc<dyn Cluster>) -> Self {
        Self { cluster: self.cluster.map(wrap), ..self }
    }

    /// Answers a host call, as a policy would be answered. Payload and answer are
    /// those of the waPC binding `kubewarden`.
    ///
    /// # Errors
    /// What a policy would be told instead of an answer.
    pub fn answer(
        &self,
        namespace: &str,
        operation: &str,
        payload: &[u8],
    ) -> Result<Vec<u8>, String> {
        self.answer_until(namespace, operation, payload, Instant::now() + PATIENCE)
    }

    pub(crate) fn answer_until(
        &self,
        namespace: &str,
        operation: &str,
        payload: &[u8],
        until: Instant,
    ) -> Result<Vec<u8>, String> {
        let path = format!("{namespace}/{operation}");
        if !self.allowed.allows(&path) {
            return Err(format!(
                "Policy has not been granted access to the '{path}' host capability. The violation has been reported."
            ));
        }
        let Some(cluster) = self.cluster.as_ref().filter(|_| namespace == "kubernetes") else {
            return Err(format!("host capability {path} is not available here"));
        };
        if payload.len() > QUESTION {
            return Err(format!("the payload of {path} is longer than {QUESTION} bytes"));
        }
        let request = Request::decode(operation, payload)
            .ok_or_else(|| format!("unknown operation: {operation}"))?
            .map_err(|error| error.to_string())?;
        if let Some((api_version, kind)) = request.resource()
            && !self.grants.cover(api_version, kind)
        {
            return Err(format!(
                "Policy has not been granted access to Kubernetes {api_version}/{kind} resources. The violation has been reported."
            ));
        }
        let answer = cluster.answer(&request, until).and_then(|answer| {
            if answer.len() > ANSWER {
                return Err(format!("the answer is longer than {ANSWER} bytes; ask for less"));
            }
            Ok(answer)
        });
        answer.map_err(|error| format!("Callback evaluation failure: {error}"))
    }
}

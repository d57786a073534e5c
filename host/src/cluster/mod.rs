//! Cluster data: what a policy asks with Kubewarden's `kubernetes` host calls, and
//! what answers.
//!
//! ```text
//! HostCapabilities      the gates, as policy-server keeps them
//!   Recorder            writes down what passes, or nothing does
//!     Snapshot          manifests
//!     Live              a Kubernetes API server (feature `live`), asked or watched
//!     Replay            a recorded session
//! ```

mod field_mask;
mod field_selector;
pub mod kinds;
mod label_selector;
#[cfg(feature = "live")]
mod live;
mod rbac;
mod request;
mod session;
mod snapshot;

use std::time::Instant;

use serde_json::Value;

#[cfg(feature = "live")]
pub use live::{ConnectError, Live, Tell, WatchedKind, Watching};
pub use request::{
    CanI, GetResource, ListResources, Request, ResourceAttributes, SubjectAccessReview,
};
pub use session::{Recorder, Replay, SessionError};
pub use snapshot::{Snapshot, SnapshotError};

/// Something that knows the objects of a cluster.
///
/// One is shared by all calls and by all threads that make them. What it says
/// goes to the policy as it is: an error is text, because that is all the protocol
/// has for one.
pub trait Cluster: Send + Sync {
    /// Answers with JSON: an object, a list, or the status of a
    /// SubjectAccessReview. Whoever waits for something waits until `until` at most.
    ///
    /// # Errors
    /// Why there is no answer, in policy-server's words where it has some. An object
    /// that is not there is an error.
    fn answer(&self, request: &Request, until: Instant) -> Result<Vec<u8>, String>;

    /// Answers by what is so now, and by nothing that was known before.
    ///
    /// # Errors
    /// As [`Cluster::answer`].
    fn answer_anew(&self, request: &Request, until: Instant) -> Result<Vec<u8>, String> {
        self.answer(request, until)
    }

    /// Some objects of a list, however long it is: the first without `next`, the others with what
    /// came with those before. Waits until `until` at most.
    ///
    /// # Errors
    /// [`PageError`].
    fn page(
        &self,
        list: &ListResources,
        next: Option<&str>,
        until: Instant,
    ) -> Result<Page, PageError> {
        // Who answers with all objects at once has no second page.
        if next.is_some() {
            return Err(PageError::Expired);
        }
        let answer = self.answer(&Request::ListResources(list.clone()), until);
        let answer = serde_json::from_slice(&answer.map_err(PageError::Failed)?);
        let mut answer: Value = answer.map_err(|error| PageError::Failed(error.to_string()))?;
        match answer.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(Page { items, next: None, remaining: Some(0) }),
            _ => Err(PageError::Failed("the answer is not a list".into())),
        }
    }
}

/// Some objects of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The objects.
    pub items: Vec<Value>,
    /// What brings those after them; none behind the last. It holds for minutes, and for the same
    /// list only.
    pub next: Option<String>,
    /// How many there are after them, where the cluster says so.
    pub remaining: Option<usize>,
}

/// Why there are no objects.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// What brought the next ones is too old: the list is to be begun anew.
    #[error("the list is too old to go on with")]
    Expired,
    /// Something else, in the cluster's words.
    #[error("{0}")]
    Failed(String),
}

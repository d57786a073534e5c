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
}

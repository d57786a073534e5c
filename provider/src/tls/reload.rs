//! Certificates that change while the server runs.
//!
//! The contents of the files are looked at every few seconds. A watch on them would miss what the
//! kubelet does: it swaps the link `..data` that the files are reached through.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use super::{Contents, Files, Identity, TlsError};
use crate::metrics::{Metrics, Reload};

/// The current identity of a server.
#[derive(Clone)]
pub(crate) struct Reloading {
    files: Files,
    current: Arc<RwLock<Identity>>,
    seen: Contents,
}

impl Reloading {
    pub(crate) fn new(files: Files) -> Result<Self, TlsError> {
        let seen = files.read()?;
        let current = Arc::new(RwLock::new(files.identity(&seen)?));
        Ok(Self { files, current, seen })
    }

    /// What new connections speak.
    pub(crate) fn current(&self) -> Identity {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Until when the current certificate is valid.
    pub(crate) fn ends(&self) -> SystemTime {
        self.current().ends
    }

    /// Follows the files for as long as it is polled. What cannot be used is told once, and the
    /// last identity that could is kept.
    pub(crate) async fn follow(mut self, every: Duration, metrics: Arc<Metrics>) {
        let mut told = None;
        loop {
            tokio::time::sleep(every).await;
            let outcome = self.look();
            match &outcome {
                Ok(false) => told = None,
                Ok(true) => {
                    told = None;
                    metrics.reloaded(Reload::Done);
                    metrics.certificate_ends(self.ends());
                    tracing::info!(event = "certificates_reloaded", "certificates have changed");
                }
                Err(error) => {
                    let error = error.to_string();
                    if told.as_ref() != Some(&error) {
                        metrics.reloaded(Reload::Failed);
                        tracing::error!(
                            event = "certificates_unusable",
                            error,
                            "certificates have changed and cannot be used; the last ones are kept"
                        );
                        told = Some(error);
                    }
                }
            }
        }
    }

    /// Looks once; true if there is a new identity.
    fn look(&mut self) -> Result<bool, TlsError> {
        let contents = self.files.read()?;
        if contents == self.seen {
            return Ok(false);
        }
        let identity = self.files.identity(&contents)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = identity;
        self.seen = contents;
        Ok(true)
    }
}

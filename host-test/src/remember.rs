//! Answers that hold still: to questions that are put again, word for word.

use crate::engine::{Circumstances, Engine};
use anyhow::Result;
use ringfence_host::cluster::{Cluster, Request};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Answers by the digests of their payloads, which hold request and settings.
type Answers = HashMap<[u8; 32], Vec<u8>>;

/// An engine that is asked only what it was not asked before.
///
/// A payload decides its answer, on the same day, unless the policy asks for the cluster: such an
/// answer is never kept.
pub struct Remembering<'e> {
    engine: &'e dyn Engine,
    before: Answers,
    answers: Mutex<Answers>,
    asked: AtomicUsize,
}

impl<'e> Remembering<'e> {
    /// Remembers nothing yet.
    pub fn new(engine: &'e dyn Engine) -> Self {
        let (before, answers) = (Answers::default(), Mutex::default());
        Self { engine, before, answers, asked: AtomicUsize::new(0) }
    }

    /// Begins a round, in which what was answered in the last one is remembered.
    pub fn again(&mut self) {
        self.before = std::mem::take(&mut *lock(&self.answers));
        *self.asked.get_mut() = 0;
    }

    /// Forgets everything, as on another day.
    pub fn forget(&mut self) {
        lock(&self.answers).clear();
        self.before.clear();
    }

    /// How often the engine was asked in this round.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Engine for Remembering<'_> {
    fn validate_in(&self, payload: &[u8], context: &Circumstances) -> Result<Vec<u8>> {
        let key = Sha256::digest(payload).into();
        if let Some(answer) = self.before.get(&key) {
            lock(&self.answers).insert(key, answer.clone());
            return Ok(answer.clone());
        }
        self.asked.fetch_add(1, Ordering::Relaxed);
        let is_asked = Arc::new(AtomicBool::new(false));
        let noticing = |cluster| -> Arc<dyn Cluster> {
            Arc::new(Noticing { cluster, is_asked: is_asked.clone() })
        };
        let capabilities = context.capabilities.clone().map(|it| it.wrap(noticing));
        let context = Circumstances { day: context.day, capabilities };
        let answer = self.engine.validate_in(payload, &context)?;
        if !is_asked.load(Ordering::Relaxed) {
            lock(&self.answers).insert(key, answer.clone());
        }
        Ok(answer)
    }

    fn validate_settings(&self, settings: &[u8]) -> Result<Vec<u8>> {
        self.engine.validate_settings(settings)
    }
}

/// A map is whole whichever thread ended while it held it.
fn lock(answers: &Mutex<Answers>) -> MutexGuard<'_, Answers> {
    answers.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A cluster that notices that it is asked.
struct Noticing {
    cluster: Arc<dyn Cluster>,
    is_asked: Arc<AtomicBool>,
}

impl Cluster for Noticing {
    fn answer(&self, request: &Request, until: Instant) -> Result<Vec<u8>, String> {
        self.is_asked.store(true, Ordering::Relaxed);
        self.cluster.answer(request, until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster;
    use crate::engine::Native;
    use serde_json::{Value, json};

    fn payload(settings: &Value) -> Vec<u8> {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "a", "image": "a:1"}]}});
        let kind = json!({"group": "", "version": "v1", "kind": "Pod"});
        let request = json!({"uid": "1", "kind": kind, "operation": "CREATE", "namespace": "shop", "object": pod});
        json!({"request": request, "settings": settings}).to_string().into_bytes()
    }

    #[test]
    fn only_what_is_new_is_asked() {
        let mut engine = Remembering::new(&Native);
        let [first, second] = [json!({}), json!({"profile": "privileged"})].map(|it| payload(&it));
        let answer = engine.validate(&first).unwrap();
        assert_eq!(engine.asked(), 1);
        engine.again();
        assert_eq!(engine.validate(&first).unwrap(), answer);
        assert_eq!(engine.asked(), 0);
        assert_ne!(engine.validate(&second).unwrap(), answer);
        assert_eq!(engine.asked(), 1);
        // What a round does not need is forgotten after it.
        engine.again();
        engine.again();
        engine.validate(&first).unwrap();
        assert_eq!(engine.asked(), 1);
        engine.forget();
        engine.again();
        engine.validate(&first).unwrap();
        assert_eq!(engine.asked(), 1);
    }

    #[test]
    fn what_the_cluster_says_is_asked_again() {
        let mut engine = Remembering::new(&Native);
        let payload = payload(&json!({"profile": "fromNamespaceLabels"}));
        let answer = |engine: &Remembering<'_>, level: &str| {
            let labels = json!({"pod-security.kubernetes.io/enforce": level});
            let namespace = json!([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}}]);
            let capabilities =
                cluster::of_case(std::path::Path::new(""), Some(&namespace), None).unwrap();
            let context = Circumstances { day: None, capabilities };
            String::from_utf8(engine.validate_in(&payload, &context).unwrap()).unwrap()
        };
        assert!(answer(&engine, "privileged").contains("\"accepted\":true"));
        engine.again();
        let denied = answer(&engine, "restricted");
        assert!(denied.contains("\"accepted\":false"), "{denied}");
        assert_eq!(engine.asked(), 1);
    }
}

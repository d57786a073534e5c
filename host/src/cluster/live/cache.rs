//! What a cluster said a moment ago.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cluster::Request;

/// As policy-server has it.
const KEPT: Duration = Duration::from_secs(5);

/// Answers kept at a time. Beyond that all are dropped: they age fast anyway.
const ENTRIES: usize = 1024;

#[derive(Default)]
pub(super) struct Cache {
    answers: Mutex<HashMap<Request, (Instant, Arc<Value>)>>,
}

impl Cache {
    /// A request without what does not change what the cluster says; its field
    /// masks; and whether a kept answer will not do.
    pub(super) fn key(request: &Request) -> (Request, Option<BTreeSet<String>>, bool) {
        let mut key = request.clone();
        match &mut key {
            Request::CanI(can_i) => {
                let anew = std::mem::take(&mut can_i.disable_cache);
                (key, None, anew)
            }
            Request::GetResource(get) => {
                let anew = std::mem::take(&mut get.disable_cache);
                let masks = get.field_masks.take();
                (key, masks, anew)
            }
            Request::ListResources(list) => {
                let masks = list.field_masks.take();
                (key, masks, false)
            }
        }
    }

    pub(super) fn find(&self, key: &Request) -> Option<Arc<Value>> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, answer) = answers.get(key)?;
        (since.elapsed() < KEPT).then(|| answer.clone())
    }

    pub(super) fn keep(&self, key: Request, answer: Value) -> Arc<Value> {
        let answer = Arc::new(answer);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= ENTRIES {
            answers.clear();
        }
        answers.insert(key, (Instant::now(), answer.clone()));
        answer
    }
}

//! What a cluster said a moment ago.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cluster::Request;

/// As policy-server has it.
const KEPT: Duration = Duration::from_secs(5);

/// Answers kept at a time, and their bytes as JSON. Beyond that all are dropped:
/// they age fast anyway.
const ENTRIES: usize = 1024;
const BYTES: usize = 64 << 20;

#[derive(Default)]
pub(super) struct Cache {
    kept: Mutex<HashMap<Request, Answer>>,
}

struct Answer {
    since: Instant,
    value: Arc<Value>,
    bytes: usize,
}

impl Answer {
    fn is_young(&self) -> bool {
        self.since.elapsed() < KEPT
    }
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
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|answer| answer.is_young()).map(|answer| answer.value.clone())
    }

    pub(super) fn keep(&self, key: Request, answer: Value) -> Arc<Value> {
        let bytes = answer.to_string().len();
        let value = Arc::new(answer);
        let answer = Answer { since: Instant::now(), value: value.clone(), bytes };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|of, answer| *of != key && answer.is_young());
        let sum = bytes + kept.values().map(|answer| answer.bytes).sum::<usize>();
        if kept.len() >= ENTRIES || sum > BYTES {
            kept.clear();
        }
        kept.insert(key, answer);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: usize) -> Request {
        let question = serde_json::json!({"api_version": "v1", "kind": "Node",
            "name": name.to_string(), "disable_cache": false});
        let question = serde_json::to_vec(&question).expect("JSON");
        Request::decode("get_resource", &question).expect("an operation").expect("a request")
    }

    #[test]
    fn answers_are_kept_up_to_a_number_and_a_size() {
        let cache = Cache::default();
        for number in 0..ENTRIES {
            cache.keep(key(number), number.into());
        }
        assert_eq!(cache.find(&key(0)).as_deref(), Some(&0.into()));
        cache.keep(key(ENTRIES), true.into());
        assert!(cache.find(&key(0)).is_none() && cache.find(&key(ENTRIES)).is_some());
        let large = || Value::String("x".repeat(BYTES / 2));
        cache.keep(key(0), large());
        assert!(cache.find(&key(ENTRIES)).is_some());
        cache.keep(key(1), large());
        assert!(cache.find(&key(0)).is_none() && cache.find(&key(1)).is_some());
    }
}

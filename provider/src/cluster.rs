//! What the module can find out while it judges one key: the namespace that came with the key, and
//! a live cluster where there is one. What was asked is noted.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use ringfence_host::cluster::{Cluster, Request, Snapshot};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// How an answer begins that says for certain that something is not there: policy-server's words.
const NOT_THERE: &str = "Cannot find";

/// The cluster of one call.
pub(crate) struct CallCluster {
    namespace: Option<Box<RawValue>>,
    live: Option<Arc<dyn Cluster>>,
    /// Whether what is known already will not do.
    anew: bool,
    asked_live: AtomicBool,
    failed: Mutex<Option<String>>,
}

impl CallCluster {
    /// The cluster for a payload of the module's.
    pub(crate) fn new(
        namespace: Option<&RawValue>,
        live: Option<Arc<dyn Cluster>>,
        payload: &[u8],
    ) -> Self {
        Self {
            namespace: namespace.map(ToOwned::to_owned),
            anew: live.is_some() && takes_away(payload),
            live,
            asked_live: AtomicBool::new(false),
            failed: Mutex::default(),
        }
    }

    /// Whether the verdict depends on more than the key.
    pub(crate) fn asked_live(&self) -> bool {
        self.asked_live.load(Ordering::Relaxed)
    }

    /// Why the live cluster gave no answer, if it was asked and did not.
    pub(crate) fn failed(&self) -> Option<String> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The namespace of the key, where it is what is asked for.
    fn of_key(&self, request: &Request, until: Instant) -> Option<Result<Vec<u8>, String>> {
        let Request::GetResource(get) = request else { return None };
        if (get.api_version.as_str(), get.kind.as_str()) != ("v1", "Namespace") {
            return None;
        }
        let mut namespace: Value = serde_json::from_str(self.namespace.as_ref()?.get()).ok()?;
        if namespace.pointer("/metadata/name").and_then(Value::as_str) != Some(&get.name) {
            return None;
        }
        let fields = namespace.as_object_mut()?;
        fields.insert("apiVersion".to_owned(), "v1".into());
        fields.insert("kind".to_owned(), "Namespace".into());
        let snapshot = Snapshot::new([namespace]).map_err(|error| error.to_string());
        Some(snapshot.and_then(|snapshot| snapshot.answer(request, until)))
    }
}

/// The kinds that carry a pod. Nothing else is fenced in by one of them.
const OF_PODS: [&str; 9] = [
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "PodTemplate",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
];

/// Whether a request may take away what others rely on: every deletion, and changes of what carries no
/// pod. Of two NetworkPolicies that are deleted one after the other, the second must not be judged by
/// the first.
fn takes_away(payload: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Payload<'p> {
        #[serde(borrow)]
        request: Asked<'p>,
    }
    #[derive(Deserialize)]
    struct Asked<'a> {
        #[serde(borrow)]
        operation: Cow<'a, str>,
        #[serde(borrow)]
        kind: Kind<'a>,
    }
    #[derive(Deserialize)]
    struct Kind<'k> {
        #[serde(borrow)]
        kind: Cow<'k, str>,
    }
    let read = serde_json::from_slice::<Payload<'_>>(payload);
    // What cannot be read may be anything.
    read.map_or(true, |Payload { request }| match &*request.operation {
        "CREATE" => false,
        "UPDATE" => !OF_PODS.contains(&&*request.kind.kind),
        _ => true,
    })
}

impl Cluster for CallCluster {
    fn answer(&self, request: &Request, until: Instant) -> Result<Vec<u8>, String> {
        if let Some(answer) = self.of_key(request, until) {
            return answer;
        }
        let Some(live) = &self.live else {
            return Err("the provider asks no cluster; start it with --kubeconfig".to_owned());
        };
        self.asked_live.store(true, Ordering::Relaxed);
        let answer = match self.anew {
            true => live.answer_anew(request, until),
            false => live.answer(request, until),
        };
        if let Err(reason) = &answer
            && !reason.starts_with(NOT_THERE)
        {
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.get_or_insert_with(|| reason.clone());
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Silent;

    impl Cluster for Silent {
        fn answer(&self, request: &Request, _: Instant) -> Result<Vec<u8>, String> {
            match request {
                Request::GetResource(get) if get.name == "gone" => {
                    Err("Cannot find v1/Namespace named 'gone'".to_owned())
                }
                _ => Err("the cluster did not answer in time".to_owned()),
            }
        }
    }

    const CREATE: &[u8] =
        br#"{"version":"v1","request":{"operation":"CREATE","kind":{"kind":"Role"},"object":{}}}"#;

    /// It knows something of a moment ago, and what is so now.
    struct Changing;

    impl Cluster for Changing {
        fn answer(&self, _: &Request, _: Instant) -> Result<Vec<u8>, String> {
            Ok(b"then".to_vec())
        }

        fn answer_anew(&self, _: &Request, _: Instant) -> Result<Vec<u8>, String> {
            Ok(b"now".to_vec())
        }
    }

    fn get(name: &str) -> Request {
        let question = serde_json::json!({"api_version": "v1", "kind": "Namespace", "name": name,
            "disable_cache": false});
        let question = question.to_string();
        Request::decode("get_resource", question.as_bytes()).expect("known").expect("a request")
    }

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).expect("JSON")
    }

    #[test]
    fn the_namespace_of_the_key_needs_no_cluster() {
        let namespace = raw(r#"{"metadata":{"name":"shop","labels":{"a":"b"}}}"#);
        let cluster = CallCluster::new(Some(&namespace), Some(Arc::new(Silent)), CREATE);
        let answer = cluster.answer(&get("shop"), Instant::now()).expect("an answer");
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        assert_eq!(answer["metadata"]["labels"]["a"], "b");
        assert!(!cluster.asked_live() && cluster.failed().is_none());
    }

    #[test]
    fn another_namespace_is_the_clusters_to_know() {
        let namespace = raw(r#"{"metadata":{"name":"shop"}}"#);
        let cluster = CallCluster::new(Some(&namespace), Some(Arc::new(Silent)), CREATE);
        assert!(cluster.answer(&get("gone"), Instant::now()).is_err());
        assert!(cluster.asked_live() && cluster.failed().is_none(), "it is not there for certain");
        assert!(cluster.answer(&get("other"), Instant::now()).is_err());
        assert_eq!(cluster.failed().as_deref(), Some("the cluster did not answer in time"));
        let nobody = CallCluster::new(Some(&namespace), None, CREATE);
        let error = nobody.answer(&get("other"), Instant::now()).expect_err("nobody to ask");
        assert!(error.contains("--kubeconfig") && !nobody.asked_live(), "{error}");
    }

    #[test]
    fn what_takes_something_away_is_judged_by_what_is_so_now() {
        for (payload, says) in [
            (CREATE, "then"),
            (br#"{"request":{"operation":"DELETE","kind":{"kind":"Pod"}}}"#, "now"),
            (br#"{"request":{"operation":"UPDATE","kind":{"kind":"Pod"}}}"#, "then"),
            (br#"{"request":{"operation":"UPDATE","kind":{"kind":"Role"}}}"#, "now"),
            (br#"{"request":{"operation":"CREA\u0054E","kind":{"kind":"Pod"}}}"#, "then"),
            (br#"{"request":{"operation":"CREATE"}}"#, "now"),
            (b"nonsense", "now"),
        ] {
            let cluster = CallCluster::new(None, Some(Arc::new(Changing)), payload);
            let answer = cluster.answer(&get("shop"), Instant::now());
            assert_eq!(answer.as_deref(), Ok(says.as_bytes()), "{}", payload.escape_ascii());
        }
    }
}

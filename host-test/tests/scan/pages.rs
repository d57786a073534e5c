//! Lists that are longer than a page, and than a host lets a policy ask for.

use crate::server::{Answer, Server, parameter};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Pods of the large cluster: more than three pages, of more than eight mebibytes.
pub(crate) const PODS: usize = 900;
const PADDING: usize = 12_000;

/// What may go wrong with a page of pods, by the number of its first one.
pub(crate) type Trouble = dyn Fn(usize) -> Option<Answer> + Send + Sync;

fn pod(number: usize) -> Value {
    let namespace = format!("team-{}", number % 3);
    json!({
        "metadata": {"name": format!("pod-{number:04}"), "namespace": namespace,
            "annotations": {"filler": "x".repeat(PADDING)}},
        "spec": {"hostPID": number.is_multiple_of(2), "containers": [{"name": "a", "image": "x"}]},
    })
}

/// A cluster of many pods in three namespaces.
pub(crate) fn large(trouble: Arc<Trouble>) -> Server {
    Server::start(Arc::new(move |path, query| {
        let list = |metadata: Value, items: Vec<Value>| {
            (200, json!({"kind": "List", "metadata": metadata, "items": items}))
        };
        match path {
            "/api/v1/pods" => {
                let limit: usize =
                    parameter(query, "limit").and_then(|it| it.parse().ok()).expect("a limit");
                let from = parameter(query, "continue").map_or(0, |it| it.parse().expect("ours"));
                if let Some(answer) = trouble(from) {
                    return answer;
                }
                let to = (from + limit).min(PODS);
                let metadata = if to == PODS {
                    json!({})
                } else {
                    json!({"continue": to.to_string(), "remainingItemCount": PODS - to})
                };
                list(metadata, (from..to).map(pod).collect())
            }
            "/api/v1/namespaces" => list(
                json!({}),
                (0..3).map(|it| json!({"metadata": {"name": format!("team-{it}")}})).collect(),
            ),
            _ => list(json!({}), Vec::new()),
        }
    }))
}

pub(crate) fn status(code: u16, message: &str) -> Answer {
    let status = json!({"kind": "Status", "status": "Failure", "code": code, "message": message,
        "reason": "Expired"});
    (code, status)
}

pub(crate) const ARGUMENTS: [&str; 4] = ["--what-if", "baseline", "-o", "jsonl"];

#[test]
fn a_list_is_judged_page_by_page() {
    let cluster = large(Arc::new(|_| None));
    let run = cluster.scan(&ARGUMENTS);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let lines: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let summary = lines.last().expect("a summary");
    assert_eq!(summary["resources"], PODS + 3, "{summary}");
    assert_eq!(summary["denied"], PODS / 2, "{summary}");
    // By namespace and name, whichever page they came with.
    let names = lines.iter().filter(|line| line["kind"] == "Pod");
    let names: Vec<_> =
        names.map(|it| (it["namespace"].to_string(), it["name"].to_string())).collect();
    assert!(names.is_sorted() && names.len() == PODS);
    let asked = cluster.asked();
    assert_eq!(asked.iter().filter(|it| *it == "GET /api/v1/pods").count(), 4, "{asked:?}");
}

#[test]
fn a_list_that_grows_too_old_is_begun_anew() {
    let times = Arc::new(AtomicUsize::new(0));
    let counted = times.clone();
    let cluster = large(Arc::new(move |from| {
        let is_too_old = from == 500 && counted.fetch_add(1, Ordering::Relaxed) == 0;
        is_too_old.then(|| status(410, "The provided continue parameter is too old"))
    }));
    let whole = large(Arc::new(|_| None)).scan(&ARGUMENTS);
    let run = cluster.scan(&ARGUMENTS);
    assert_eq!((run.code, run.stdout), (1, whole.stdout), "{}", run.stderr);
    assert_eq!(times.load(Ordering::Relaxed), 2);

    let never = large(Arc::new(|from| (from == 500).then(|| status(410, "too old"))));
    let run = never.scan(&["--what-if", "baseline", "-o", "json"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let unread = report["unread"][0]["message"].as_str().expect("a message");
    assert!(unread.contains("Pod objects cannot be listed: the list is too old"), "{unread}");
}

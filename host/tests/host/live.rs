//! A cluster behind an API server: a small one of our own, on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ringfence_host::HostCapabilities;
use ringfence_host::cluster::{Cluster, Live, Request};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::questions::{ask, get, names, object};

/// What the server says to `METHOD path?query` with a body.
type Answers = fn(&str, &Value) -> (u16, Value);

/// A server, the requests it got, and a kubeconfig that names it.
struct Server {
    requests: Arc<Mutex<Vec<String>>>,
    folder: TempDir,
}

impl Server {
    fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        // The thread ends with the process; a test has no more to wait for.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = seen.clone();
                std::thread::spawn(move || serve(&stream, &seen, answers));
            }
        });
        let folder = kubeconfig(&format!("http://{address}"));
        Self { requests, folder }
    }

    fn connect(&self) -> HostCapabilities {
        let live = Live::connect(&file(&self.folder), None).unwrap();
        HostCapabilities::new(Arc::new(live))
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("config")
}

fn kubeconfig(server: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "test",
        "clusters": [{"name": "here", "cluster": {"server": server}}],
        "contexts": [
            {"name": "test", "context": {"cluster": "here", "user": "me"}},
            {"name": "broken", "context": {"cluster": "nowhere", "user": "me"}},
        ],
        "users": [{"name": "me", "user": {"token": "secret"}}],
    });
    std::fs::write(file(&folder), config.to_string()).expect("a file");
    folder
}

/// Reads one request, answers it and closes.
fn serve(stream: &TcpStream, seen: &Mutex<Vec<String>>, answers: Answers) {
    let mut reader = BufReader::new(stream);
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    let request = first.trim_end_matches(" HTTP/1.1").to_owned();
    let (mut length, mut authorized) = (0, false);
    for line in lines.take_while(|line| !line.is_empty()) {
        let line = line.to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().expect("a length");
        }
        authorized |= line == "authorization: bearer secret";
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    seen.lock().unwrap().push(request.clone());
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let (code, answer) =
        if authorized { answers(&request, &body) } else { (401, status(401, "who are you")) };
    let answer = answer.to_string();
    let mut stream = stream;
    let _ = write!(
        stream,
        "HTTP/1.1 {code} Said\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    );
}

fn status(code: u16, message: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code,
        "message": message, "reason": if code == 404 { "NotFound" } else { "Forbidden" }})
}

/// A cluster with two pods in `shop`, a node, and a user who may do nothing.
fn cluster(request: &str, body: &Value) -> (u16, Value) {
    let resource = |name: &str, kind: &str, namespaced: bool| json!({"name": name, "kind": kind, "namespaced": namespaced, "singularName": "", "verbs": []});
    let pod = |name: &str| {
        json!({"metadata": {"name": name, "namespace": "shop", "managedFields": [{}]},
            "spec": {"hostPID": true, "containers": []}})
    };
    let (path, query) = request.split_once('?').unwrap_or((request, ""));
    let answer = match path {
        "GET /api/v1" => json!({"kind": "APIResourceList", "groupVersion": "v1", "resources": [
            resource("pods/ephemeralcontainers", "Pod", true),
            resource("pods", "Pod", true),
            resource("nodes", "Node", false),
            resource("secrets", "Secret", true),
        ]}),
        "GET /apis/example.com/v1" => json!({"kind": "APIResourceList",
            "groupVersion": "example.com/v1", "resources": [resource("geese", "Goose", false)]}),
        "GET /api/v1/namespaces/shop/pods/web" => {
            let mut pod = pod("web");
            pod["apiVersion"] = "v1".into();
            pod["kind"] = "Pod".into();
            pod
        }
        "GET /api/v1/nodes/one" => object("v1", "Node", None, "one"),
        "GET /apis/example.com/v1/geese" => {
            json!({"apiVersion": "example.com/v1", "kind": "GooseList", "metadata": {}, "items": []})
        }
        "GET /api/v1/namespaces/shop/pods" | "GET /api/v1/pods" => {
            let more = query.contains("continue=more");
            let (item, token) = if more { (pod("b"), "") } else { (pod("a"), "more") };
            json!({"apiVersion": "v1", "kind": "PodList", "metadata": {"continue": token},
                "items": [item]})
        }
        "GET /api/v1/namespaces/shop/secrets" => return (403, status(403, "secrets is forbidden")),
        "POST /apis/authorization.k8s.io/v1/subjectaccessreviews" => {
            json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                "metadata": {}, "spec": body["spec"],
                "status": {"allowed": false, "reason": body["spec"].to_string()}})
        }
        _ => return (404, status(404, "not found")),
    };
    (200, answer)
}

#[test]
fn objects_are_found_under_the_plural_that_the_cluster_names() {
    let server = Server::start(cluster);
    let live = server.connect();
    assert!(server.requests().is_empty(), "nothing is asked before a policy asks");
    let mut question = get(("v1", "Pod"), Some("shop"), "web");
    let found = ask(&live, "get_resource", &question).unwrap();
    assert_eq!((&found["kind"], &found["spec"]["hostPID"]), (&json!("Pod"), &json!(true)));
    question["field_masks"] = json!(["spec.containers"]);
    let masked = ask(&live, "get_resource", &question).unwrap();
    assert_eq!(masked["spec"], json!({"containers": []}));
    assert_eq!(
        server.requests(),
        ["GET /api/v1", "GET /api/v1/namespaces/shop/pods/web"],
        "asked twice within five seconds, fetched once"
    );
    question["disable_cache"] = true.into();
    ask(&live, "get_resource", &question).unwrap();
    assert_eq!(server.requests().len(), 3);
    // What lives outside namespaces is there whatever namespace is named.
    let found = ask(&live, "get_resource", &get(("v1", "Node"), Some("shop"), "one")).unwrap();
    assert_eq!(found, object("v1", "Node", None, "one"));
}

#[test]
fn whoever_asks_anew_gets_no_list_of_a_moment_ago() {
    let server = Server::start(cluster);
    let live = Live::connect(&file(&server.folder), None).unwrap();
    let question = json!({"api_version": "v1", "kind": "Pod", "namespace": "shop"}).to_string();
    let question = Request::decode("list_resources_by_namespace", question.as_bytes());
    let question = question.unwrap().unwrap();
    let until = || Instant::now() + Duration::from_secs(10);
    let first = live.answer(&question, until()).unwrap();
    let asked = server.requests().len();
    assert_eq!(live.answer(&question, until()).unwrap(), first);
    assert_eq!(server.requests().len(), asked);
    assert_eq!(live.answer_anew(&question, until()).unwrap(), first);
    assert!(server.requests().len() > asked);
}

#[test]
fn lists_are_fetched_in_pages_and_say_what_their_items_are() {
    let server = Server::start(cluster);
    let live = server.connect();
    let question = json!({"api_version": "v1", "kind": "Pod", "namespace": "shop",
        "label_selector": "app in (web)", "field_selector": "metadata.name!=c",
        "field_masks": ["spec.hostPID"]});
    let found = ask(&live, "list_resources_by_namespace", &question).unwrap();
    assert_eq!(
        found,
        json!({"apiVersion": "v1", "kind": "PodList", "metadata": {}, "items": [
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "shop"},
                "spec": {"hostPID": true}},
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b", "namespace": "shop"},
                "spec": {"hostPID": true}},
        ]})
    );
    let asked = server.requests();
    assert!(asked[1].contains("labelSelector=app+in+%28web%29"), "{asked:?}");
    assert!(asked[1].contains("fieldSelector=metadata.name%21%3Dc"), "{asked:?}");
    assert!(asked[2].contains("continue=more"), "{asked:?}");
    let all = ask(&live, "list_resources_all", &question).unwrap();
    assert_eq!(names(&all), ["shop/a", "shop/b"]);
    let geese = json!({"api_version": "example.com/v1", "kind": "Goose"});
    assert_eq!(ask(&live, "list_resources_all", &geese).unwrap()["items"], json!([]));
}

#[test]
fn the_cluster_says_who_may_do_what() {
    let server = Server::start(cluster);
    let review = json!({"user": "jane", "groups": ["devs"], "resource_attributes":
        {"verb": "create", "resource": "pods", "subresource": "exec", "namespace": "shop"}});
    let question = json!({"subject_access_review": review, "disable_cache": false});
    let status = ask(&server.connect(), "can_i", &question).unwrap();
    assert_eq!(status["allowed"], false);
    let spec: Value = serde_json::from_str(status["reason"].as_str().unwrap()).unwrap();
    assert_eq!(
        spec,
        json!({"user": "jane", "groups": ["devs"], "resourceAttributes":
        {"verb": "create", "resource": "pods", "subresource": "exec", "namespace": "shop"}})
    );
}

#[test]
fn what_cannot_be_had_is_told_as_of_a_snapshot_or_by_the_cluster() {
    let server = Server::start(cluster);
    let live = server.connect();
    for (operation, question, text) in [
        (
            "get_resource",
            get(("v1", "Pod"), Some("shop"), "db"),
            "Cannot find v1/Pod named 'db' inside of namespace 'Some(\"shop\")'",
        ),
        ("get_resource", get(("v1", "Pod"), None, "db"), "is namespaced, but no namespace"),
        ("get_resource", get(("v1", "Goose"), None, "a"), "Cannot find resource v1/Goose"),
        (
            "get_resource",
            get(("apps/v1", "Deployment"), Some("shop"), "a"),
            "error finding resource apps/v1 / Deployment: the cluster refuses: not found (404)",
        ),
        (
            "list_resources_by_namespace",
            json!({"api_version": "v1", "kind": "Node", "namespace": "shop"}),
            "resource v1/Node is cluster wide",
        ),
        (
            "list_resources_by_namespace",
            json!({"api_version": "v1", "kind": "Secret", "namespace": "shop"}),
            "the cluster refuses: secrets is forbidden (403)",
        ),
    ] {
        let error = ask(&live, operation, &question).unwrap_err();
        let text = format!("Callback evaluation failure: {text}");
        assert!(error.starts_with("Callback evaluation failure: "), "{error}");
        assert!(
            error.contains(text.trim_start_matches("Callback evaluation failure: ")),
            "{error}"
        );
    }
}

fn request() -> Request {
    let question = get(("v1", "Pod"), Some("shop"), "web").to_string();
    Request::decode("get_resource", question.as_bytes()).unwrap().unwrap()
}

#[test]
fn a_cluster_that_cannot_be_reached_is_an_error_in_time() {
    // A port that nobody listens on.
    let folder = kubeconfig("http://127.0.0.1:1");
    let live = Live::connect(&file(&folder), None).unwrap();
    let error = live.answer(&request(), Instant::now() + Duration::from_secs(10)).unwrap_err();
    assert!(
        error.contains("error finding resource v1 / Pod") && error.contains("refused"),
        "{error}"
    );
}

#[test]
fn a_cluster_that_says_nothing_is_an_error_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = kubeconfig(&format!("http://{}", silent.local_addr().unwrap()));
    let live = Live::connect(&file(&folder), None).unwrap();
    let started = Instant::now();
    let error = live.answer(&request(), started + Duration::from_millis(100)).unwrap_err();
    assert_eq!(error, "the cluster did not answer in time");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn it_works_and_ends_on_threads_of_another_runtime() {
    let server = Server::start(cluster);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let live = Live::connect(&file(&server.folder), Some("test")).unwrap();
        assert!(live.answer(&request(), Instant::now() + Duration::from_secs(10)).is_ok());
    });
}

#[test]
fn a_kubeconfig_that_cannot_be_used_is_named() {
    let folder = kubeconfig("http://127.0.0.1:1");
    for (path, context, text) in [
        (Path::new("no/such"), None, "failed to read kubeconfig"),
        (&*file(&folder), Some("other"), "failed to load current context: other"),
        (&*file(&folder), Some("broken"), "failed to load the cluster of context: nowhere"),
    ] {
        let error = Live::connect(path, context).unwrap_err().to_string();
        let start = format!("cannot use the kubeconfig {}: ", path.display());
        assert!(error.starts_with(&start) && error.contains(text), "{error}");
    }
}

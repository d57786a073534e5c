//! The exemptions that would let a cluster run on as it is.

use crate::pages::large;
use crate::server::Server;
use serde_json::json;
use std::sync::Arc;

#[test]
fn exemptions_let_in_what_is_denied() {
    let cluster = large(Arc::new(|_| None));
    let run = cluster.scan(&["--what-if", "baseline", "-q", "--exemptions", "exemptions.yaml"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("3 exemptions for 450 denied resources"), "{}", run.stderr);
    let text = std::fs::read_to_string(cluster.path("exemptions.yaml")).expect("a file");
    assert!(text.contains("team-0/default") && text.contains("hostPID=true"), "{text}");
    // As settings, with the profile, they do what is said of them.
    let settings = format!("profile: baseline\n{text}");
    std::fs::write(cluster.path("settings.yaml"), settings).expect("a file");
    let run = cluster.scan(&["--settings", "settings.yaml", "-q"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);

    let run = cluster.scan(&["--what-if", "baseline", "--exemptions", "exemptions.yaml"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("exemptions.yaml is there already"), "{}", run.stderr);
}

#[test]
fn what_none_can_let_in_is_told() {
    let cluster = Server::start(Arc::new(|path, _| {
        let items = match path {
            "/api/v1/namespaces" => json!([{"metadata": {"name": "shop",
                "labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}]),
            _ => json!([]),
        };
        (200, json!({"kind": "List", "metadata": {}, "items": items}))
    }));
    let settings =
        "profile: privileged\nrules: {podSecurityLabels: {action: deny, minimum: baseline}}\n";
    std::fs::write(cluster.path("settings.yaml"), settings).expect("a file");
    let run = cluster.scan(&["--settings", "settings.yaml", "-q", "--exemptions", "new.yaml"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains("not exempted: <namespace shop> Namespace shop/shop: "),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("1 resource denied with them, too"), "{}", run.stderr);
}

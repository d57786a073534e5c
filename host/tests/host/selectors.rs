//! Label and field selectors of lists.

use serde_json::json;

use crate::questions::{ask, names, snapshot};

/// The objects a selector selects, or why it is none.
fn selected(field: &str, selector: &str) -> Result<Vec<String>, String> {
    let pod = |name: &str, labels| {
        json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "shop", "labels": labels}})
    };
    let cluster = snapshot(vec![
        pod("a", json!({"app": "web", "tier": "front", "weight": "5"})),
        pod("b", json!({"app": "db", "example.com/team": "data"})),
        pod("c", json!({"app": "", "weight": "heavy"})),
        pod("d", json!(null)),
    ]);
    let mut question = json!({"api_version": "v1", "kind": "Pod"});
    question[field] = selector.into();
    let list = ask(&cluster, "list_resources_all", &question)?;
    Ok(names(&list).iter().map(|name| name.trim_start_matches("shop/").to_owned()).collect())
}

#[test]
fn labels_are_selected_as_kubectl_does() {
    for (selector, expected) in [
        ("", "a b c d"),
        ("  ", "a b c d"),
        ("app=web", "a"),
        ("app==web", "a"),
        (" app = web ", "a"),
        ("app!=web", "b c d"),
        ("app=", "c"),
        ("app=,weight", "c"),
        ("app in (web)", "a"),
        ("app in (web,db)", "a b"),
        ("app in ( web , db )", "a b"),
        ("app in (,web)", "a c"),
        ("app in (web,)", "a c"),
        ("app in ()", "c"),
        ("app notin (web,db)", "c d"),
        ("app notin ()", "a b d"),
        ("app", "a b c"),
        ("!app", "d"),
        ("! app", "d"),
        ("app,!weight", "b"),
        ("app,tier notin (back)", "a b c"),
        ("weight>4", "a"),
        ("weight>5", ""),
        ("weight < 6", "a"),
        ("example.com/team=data", "b"),
        ("app in (in,notin,web)", "a"),
        ("in", ""),
        ("!notin", "a b c d"),
        ("app=web,app=db", ""),
    ] {
        let found = selected("label_selector", selector);
        assert_eq!(found.map(|names| names.join(" ")), Ok(expected.to_owned()), "{selector}");
    }
}

#[test]
fn what_is_no_label_selector_is_refused() {
    for selector in [
        ",",
        "app,",
        ",app",
        "app,,tier",
        "=web",
        "app in",
        "app in web",
        "app in (web",
        "app in (web db)",
        "app in (web=)",
        "app=web=db",
        "app!",
        "!app=web",
        "(app)",
        "app web",
        "app>",
        "app>x",
        "app=-web",
        "app=we b",
        "-app",
        "app/",
        "/app",
        "a/b/c",
        "UPPER.io/x=y",
        "app === web",
        "app=web)",
        "é=x",
    ] {
        let error = selected("label_selector", selector).expect_err(selector);
        assert!(error.contains("unable to parse label selector"), "{selector}: {error}");
    }
    let long = "x".repeat(64);
    assert!(selected("label_selector", &format!("app={long}")).is_err());
    assert!(selected("label_selector", &long).is_err());
}

#[test]
fn fields_are_selected_by_name_and_namespace() {
    for (selector, expected) in [
        ("", "a b c d"),
        (",", "a b c d"),
        ("metadata.name=a", "a"),
        ("metadata.name==a", "a"),
        ("metadata.name!=a", "b c d"),
        ("metadata.namespace=shop,metadata.name!=b", "a c d"),
        ("metadata.namespace=dev", ""),
        ("metadata.name=", ""),
        (r"metadata.name=a\,b", ""),
    ] {
        let found = selected("field_selector", selector);
        assert_eq!(found.map(|names| names.join(" ")), Ok(expected.to_owned()), "{selector}");
    }
    for (selector, text) in [
        ("status.phase=Running", "field label not supported: `status.phase`"),
        ("metadata.name", "has none of"),
        ("metadata.name=a=b", "bare `=`"),
        (r"metadata.name=a\b", "escape"),
    ] {
        let error = selected("field_selector", selector).expect_err(selector);
        assert!(error.contains(text), "{selector}: {error}");
    }
}

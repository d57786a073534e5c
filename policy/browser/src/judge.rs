//! From the texts of JavaScript to the library, and back.

use ringfence_json::{Scanner, Writer, string_key};
use ringfence_policy::{Date, Host, Settings, validate_in};

use crate::cluster::{Cluster, describe};

/// Judges a request; see [`crate::validate`].
pub(crate) fn validate(
    request: &str,
    settings: &str,
    cluster: Option<&Cluster>,
    without: Option<usize>,
    today: Option<&str>,
) -> Result<String, String> {
    one_object("request", request)?;
    one_object("settings", settings)?;
    let today = match today {
        Some(text) => Some(Date::parse(text).ok_or_else(|| {
            format!("today: `{}` is not a date; write it as 2026-11-28", text.escape_debug())
        })?),
        None => None,
    };
    let ask = |operation: &str, question: &[u8]| match cluster {
        Some(cluster) => cluster.answer(without, operation, question),
        // The words of a host without it, so that findings are the module's.
        None => Err(["host capability kubernetes/", operation, " is not available here"].concat()),
    };
    let payload = ["{\"request\":", request, ",\"settings\":", settings, "}"].concat();
    let answer = validate_in(payload.as_bytes(), Host { today: &|| today, ask: &ask });
    String::from_utf8(answer).map_err(|_| "the answer is not UTF-8".to_owned())
}

/// Holds that a text is one JSON object: what follows it would be read as part of the payload.
fn one_object(name: &str, text: &str) -> Result<(), String> {
    let mut scanner = Scanner::new(text);
    if !scanner.at_object() {
        return Err([name, ": a JSON object is expected"].concat());
    }
    let read = scanner.skip().and_then(|()| scanner.end());
    read.map_err(|error| [name, ": ", &describe(&error)].concat())
}

/// Every mistake in settings.
pub(crate) fn settings_errors(settings: &str) -> String {
    let errors = Settings::decode(settings).err().unwrap_or_default();
    let mut out = Writer::default();
    out.open_array();
    for error in &errors {
        out.open_object().field(&string_key!("path"), &error.path);
        out.field(&string_key!("message"), &error.message).close_object();
    }
    out.close_array();
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::{settings_errors, validate};
    use crate::cluster::Cluster;

    const POD: &str = r#"{"uid":"1","kind":{"group":"","version":"v1","kind":"Pod"},
        "resource":{"group":"","version":"v1","resource":"pods"},"operation":"CREATE",
        "namespace":"shop","name":"web","userInfo":{"username":"a","groups":[]},
        "object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop"},
        "spec":{"containers":[{"name":"web","image":"nginx","securityContext":{"privileged":true}}]}}}"#;

    fn judged(settings: &str, cluster: Option<&str>, today: Option<&str>) -> String {
        let cluster = cluster.map(|list| Cluster::read(list).unwrap());
        validate(POD, settings, cluster.as_ref(), None, today).unwrap()
    }

    #[test]
    fn a_privileged_pod_is_denied() {
        let answer = judged("{}", None, None);
        assert!(answer.starts_with("{\"accepted\":false"), "{answer}");
        assert!(answer.contains("spec.containers[0].securityContext.privileged"), "{answer}");
        let answer = judged(r#"{"profile":"privileged"}"#, None, None);
        assert!(answer.starts_with("{\"accepted\":true"), "{answer}");
    }

    #[test]
    fn an_exemption_ends_with_its_last_day() {
        let settings = r#"{"profile":"privileged","rules":{"privileged":"deny"},"exemptions":[
            {"id":"x","reason":"y","expires":"2026-11-28","rules":["privileged"],"match":{"namespaces":["shop"]}}]}"#;
        let accepted = |today| judged(settings, None, today).starts_with("{\"accepted\":true");
        assert!(accepted(Some("2026-11-28")));
        assert!(!accepted(Some("2026-11-29")));
        assert!(!accepted(None));
    }

    #[test]
    fn rules_ask_the_cluster() {
        let settings = r#"{"profile":"fromNamespaceLabels"}"#;
        assert!(judged(settings, None, None).starts_with("{\"accepted\":false"));
        let namespace = |level: &str| {
            let object = r#"[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop",
                "labels":{"pod-security.kubernetes.io/enforce":"LEVEL"}}}]"#;
            object.replace("LEVEL", level)
        };
        let privileged = judged(settings, Some(&namespace("privileged")), None);
        assert!(privileged.starts_with("{\"accepted\":true"), "{privileged}");
        let baseline = judged(settings, Some(&namespace("baseline")), None);
        assert!(baseline.starts_with("{\"accepted\":false"), "{baseline}");
    }

    #[test]
    fn arguments_are_one_value_each() {
        let error =
            |request, settings, today| validate(request, settings, None, None, today).unwrap_err();
        let smuggled = r#"{"profile":"restricted"},"settings":{}"#;
        assert!(error(POD, smuggled, None).starts_with("settings: "));
        assert!(error("[]", "{}", None).starts_with("request: "));
        assert!(error(POD, "{}", Some("28.11.2026")).starts_with("today: "));
    }

    #[test]
    fn every_mistake_in_settings_has_its_path() {
        let errors = settings_errors(r#"{"rules":{"hostPort":"warn"},"profile":"strict"}"#);
        assert!(errors.contains(r#""path":"rules.hostPort""#), "{errors}");
        assert!(errors.contains(r#""path":"profile""#), "{errors}");
        assert_eq!(settings_errors("{}"), "[]");
    }
}

//! `artifacthub/metadata.yml` as the custom section holds it: compact JSON.

use anyhow::{Context, Result, bail, ensure};
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

/// What `kwctl annotate` learns by asking the module; a test of the command asks it, too.
const PROTOCOL_VERSION: &str = "v1";

/// The content of the section; `usage` is what people are shown as instructions.
pub(super) fn section(yaml: &str, usage: String) -> Result<String> {
    let documents = Yaml::load_from_str(yaml)?;
    let [document] = &documents[..] else {
        bail!("it holds {} documents instead of one", documents.len());
    };
    let Value::Object(fields) = json(document)? else { bail!("it is no mapping") };
    ensure!(!fields.contains_key("protocolVersion"), "`protocolVersion` is the module's to say");
    let mut section = Map::new();
    section.insert("protocolVersion".to_owned(), PROTOCOL_VERSION.into());
    section.extend(fields);
    for required in ["rules", "mutating"] {
        ensure!(section.contains_key(required), "it has no `{required}`");
    }
    let annotations = section.get_mut("annotations").and_then(Value::as_object_mut);
    let annotations = annotations.context("it has no `annotations`")?;
    annotations.insert("io.kubewarden.policy.usage".to_owned(), usage.into());
    annotations.sort_keys();
    if let Some((key, _)) = annotations.iter().find(|(_, value)| !value.is_string()) {
        bail!("the annotation `{key}` is no text: put it into quotes");
    }
    Ok(Value::Object(section).to_string())
}

fn json(yaml: &Yaml<'_>) -> Result<Value> {
    Ok(match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(flag)) => (*flag).into(),
        Yaml::Value(Scalar::Integer(number)) => (*number).into(),
        Yaml::Value(Scalar::String(text)) => text.as_ref().into(),
        Yaml::Sequence(items) => items.iter().map(json).collect::<Result<_>>()?,
        Yaml::Mapping(fields) => {
            let field = |(key, value): (&Yaml<'_>, &Yaml<'_>)| {
                let key = key.as_str().context("a key is no text")?;
                Ok((key.to_owned(), json(value)?))
            };
            Value::Object(fields.iter().map(field).collect::<Result<_>>()?)
        }
        other => bail!("{other:?} is nothing that metadata holds"),
    })
}

#[cfg(test)]
mod tests {
    use super::section;

    #[test]
    fn the_section_is_compact_json_in_the_order_of_the_format() {
        let yaml = "rules:\n- apiGroups: [\"\"]\nannotations: {b: x, a: \"1\"}\nmutating: true\n";
        assert_eq!(
            section(yaml, "# Usage\n".to_owned()).unwrap(),
            r##"{"protocolVersion":"v1","rules":[{"apiGroups":[""]}],"annotations":{"a":"1","b":"x","io.kubewarden.policy.usage":"# Usage\n"},"mutating":true}"##
        );
    }

    #[test]
    fn what_hosts_would_refuse_is_an_error() {
        for (yaml, words) in [
            ("", "0 documents"),
            ("a: 1\n---\nb: 2\n", "2 documents"),
            ("[]", "no mapping"),
            ("mutating: true\nannotations: {}", "no `rules`"),
            ("rules: []\nannotations: {}", "no `mutating`"),
            ("rules: []\nmutating: true", "no `annotations`"),
            ("rules: []\nmutating: true\nannotations: {version: 1}", "`version` is no text"),
            ("protocolVersion: v1", "`protocolVersion`"),
            ("rules: [1.5]", "nothing that metadata holds"),
        ] {
            let error = section(yaml, String::new()).unwrap_err();
            assert!(format!("{error:#}").contains(words), "{yaml}: {error:#}");
        }
    }
}

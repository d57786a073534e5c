//! Profiles as documents: of a dialect, in a resource, in a ConfigMap, as JSON or YAML.

use crate::yaml::write::render;
use anyhow::{Context as _, Result};
use clap::ValueEnum;
use ringfence_seccomp::{Dialect, Profile, to_json};
use serde_json::{Value, json};

/// What a profile is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// The OCI runtime's format, which containerd reads from the nodes' disks
    #[default]
    Oci,
    /// Docker's format, with conditions by capability, architecture and kernel
    Docker,
    /// The format of CRI-O and podman
    #[value(name = "cri-o")]
    Containers,
    /// A SeccompProfile of security-profiles-operator
    Spo,
    /// A ConfigMap with a file in the OCI runtime's format
    Configmap,
}

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Notation {
    /// JSON
    Json,
    /// YAML
    Yaml,
}

impl Target {
    /// The dialect of the profile in it.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::Oci | Self::Configmap => Dialect::Oci,
            Self::Docker => Dialect::Docker,
            Self::Containers => Dialect::Containers,
            Self::Spo => Dialect::Spo,
        }
    }

    /// The document; without a notation a resource is YAML and a file for runtimes JSON.
    ///
    /// # Errors
    /// None that can be met: what the library writes is JSON.
    pub fn document(
        self,
        profile: &Profile<'_>,
        name: &str,
        notation: Option<Notation>,
    ) -> Result<String> {
        let text = to_json(profile);
        let read =
            || serde_json::from_str::<Value>(&text).context("the library has not written JSON");
        let (value, usual) = match self {
            Self::Spo => {
                let resource = json!({
                    "apiVersion": "security-profiles-operator.x-k8s.io/v1",
                    "kind": "SeccompProfile",
                    "metadata": {"name": name},
                    "spec": read()?,
                });
                (resource, Notation::Yaml)
            }
            Self::Configmap => {
                let map = json!({
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": {"name": name},
                    "data": {format!("{name}.json"): pretty(&read()?)},
                });
                (map, Notation::Yaml)
            }
            _ => (read()?, Notation::Json),
        };
        Ok(match notation.unwrap_or(usual) {
            Notation::Json => pretty(&value),
            Notation::Yaml => render(&value),
        })
    }
}

/// JSON that people read: objects and lists of objects line by line, lists of words and conditions on
/// one line while they are short.
pub fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, 0);
    out.push('\n');
    out
}

/// The widest line that a list or condition may make.
const WIDTH: usize = 100;

/// The same within a document: lines after the first are indented.
pub fn pretty_within(value: &Value, indent: usize) -> String {
    let mut out = String::new();
    write(&mut out, value, indent);
    out
}

fn write(out: &mut String, value: &Value, indent: usize) {
    let flat = flat(value);
    let (open, close) = match value {
        Value::Object(_) => ('{', '}'),
        Value::Array(_) => ('[', ']'),
        _ => return out.push_str(&flat),
    };
    let is_plain = |value: &Value| !value.is_object() && !value.is_array();
    let fits = indent + flat.len() <= WIDTH
        && match value {
            Value::Object(fields) => fields.len() < 5 && fields.values().all(is_plain),
            Value::Array(items) => items.iter().all(is_plain),
            _ => true,
        };
    if fits {
        return out.push_str(&flat);
    }
    let inner = indent + 2;
    let mut is_first = true;
    let mut item = |out: &mut String, key: Option<&str>, value: &Value| {
        out.push_str(if is_first { "\n" } else { ",\n" });
        is_first = false;
        out.push_str(&" ".repeat(inner));
        if let Some(key) = key {
            out.push_str(&Value::from(key).to_string());
            out.push_str(": ");
        }
        write(out, value, inner);
    };
    out.push(open);
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| item(out, Some(key), value));
        }
        Value::Array(items) => items.iter().for_each(|value| item(out, None, value)),
        _ => {}
    }
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push(close);
}

/// On one line: `{"index": 0, "value": 1}`.
pub fn flat(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), flat(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(flat).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// A name that the API server takes (RFC 1123, subdomain), made from a file's.
pub fn name_of(title: &str) -> String {
    let last = title.rsplit(['/', '#']).next().unwrap_or(title);
    let stem = last.rsplit_once('.').filter(|(_, end)| matches!(*end, "json" | "yaml" | "yml"));
    let stem = stem.map_or(last, |(stem, _)| stem);
    let letter = |letter: char| {
        let letter = letter.to_ascii_lowercase();
        if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' }
    };
    let name: String = stem.chars().map(letter).collect();
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() { "profile".to_owned() } else { name.to_owned() }
}

/// Whether the API server takes it as the name of an object.
pub fn is_name(name: &str) -> bool {
    name.len() <= 253 && !name.is_empty() && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !label.is_empty()
        && label.bytes().all(is_letter)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::{Target, is_name, name_of, pretty};
    use ringfence_seccomp::parse;
    use serde_json::{Value, json};

    #[test]
    fn names_are_made_that_the_server_takes() {
        for (title, name) in [
            ("a/Web_Front.json", "web-front"),
            ("cm.yaml#audit.json", "audit"),
            ("<stdin>", "stdin"),
            ("containerd-2.3", "containerd-2.3"),
            ("ü", "profile"),
        ] {
            assert_eq!(name_of(title), name, "{title}");
            assert!(is_name(name), "{name}");
        }
        for name in ["", "A", "a..b", "-a", "a-", &"x".repeat(254)] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn short_things_stand_on_one_line() {
        let value = json!({"names": ["a", "b"], "args": [{"index": 0, "value": 1}]});
        let expected = "{\n  \"names\": [\"a\", \"b\"],\n  \"args\": [\n    {\"index\": 0, \"value\": 1}\n  ]\n}\n";
        assert_eq!(pretty(&value), expected);
        assert_eq!(serde_json::from_str::<Value>(&pretty(&value)).expect("JSON"), value);
    }

    #[test]
    fn documents_are_read_back() {
        let text = r#"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}"#;
        let profile = parse::profile(text).expect("a profile");
        for target in
            [Target::Oci, Target::Docker, Target::Containers, Target::Spo, Target::Configmap]
        {
            let document = target.document(&profile, "x", None).expect("a document");
            let parts = crate::seccomp::documents::read("x.yaml", document.as_bytes());
            let [crate::seccomp::documents::Part::Profile(read)] = &parts[..] else {
                panic!("{target:?}: {parts:?}")
            };
            let (read, _) = read.parse().expect("a profile");
            assert_eq!(read.rules.len(), 1, "{document}");
        }
    }
}

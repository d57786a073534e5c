//! What an annotated policy says of itself: the custom section `io.kubewarden.metadata`.
//!
//! Source: Kubewarden's policy-evaluator, which writes and reads the section as JSON.

use std::collections::BTreeMap;

use serde::Deserialize;
use wasmparser::{Parser, Payload};

use crate::Error;

/// The name of the custom section.
const SECTION: &str = "io.kubewarden.metadata";

const VERSION: &str = "io.kubewarden.policy.version";
const SOURCE: &str = "io.kubewarden.policy.source";
const OCI_SOURCE: &str = "org.opencontainers.image.source";

/// The part of the metadata that ends in the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Metadata {
    /// Title, version, description and the like, by their Kubewarden names.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

impl Metadata {
    /// Reads the metadata of a module.
    ///
    /// # Errors
    /// [`Error::Metadata`] when it has none, more than one (hosts take the first, whoever annotated
    /// twice means the last), or one that is not JSON.
    pub fn of(module: &[u8]) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Metadata { reason };
        let mut found = None;
        for payload in Parser::new(0).parse_all(module) {
            let payload = payload.map_err(|error| {
                wrong(format!("the module is not valid WebAssembly: {}", error.message()))
            })?;
            let Payload::CustomSection(section) = payload else { continue };
            if section.name() != SECTION {
                continue;
            }
            if found.replace(section.data()).is_some() {
                return Err(wrong(format!("the module has the section {SECTION} twice")));
            }
        }
        let json = found.ok_or_else(|| wrong(format!("the module has no section {SECTION}")))?;
        serde_json::from_slice(json)
            .map_err(|error| wrong(format!("the section {SECTION} is not understood: {error}")))
    }

    /// The version that the policy says it has.
    ///
    /// # Errors
    /// [`Error::Metadata`] when it says none.
    pub fn version(&self) -> Result<&str, Error> {
        self.annotations.get(VERSION).map(String::as_str).ok_or_else(|| Error::Metadata {
            reason: format!("the metadata has no annotation {VERSION}"),
        })
    }

    /// The annotations of the manifest: those that have one line, and the source by its OCI name,
    /// as kwctl writes them.
    pub(crate) fn of_manifest(&self) -> BTreeMap<String, String> {
        let one_line = self.annotations.iter().filter_map(|(name, value)| {
            let value = value.trim();
            (!value.contains(['\n', '\r'])).then(|| (name.clone(), value.to_owned()))
        });
        let mut annotations: BTreeMap<String, String> = one_line.collect();
        if let Some(source) = annotations.get(SOURCE).cloned() {
            annotations.insert(OCI_SOURCE.to_owned(), source);
        }
        annotations
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CustomSection, Module};

    fn module(sections: &[(&str, &str)]) -> Vec<u8> {
        let mut module = Module::new();
        for (name, data) in sections {
            module.section(&CustomSection { name: (*name).into(), data: data.as_bytes().into() });
        }
        module.finish()
    }

    fn error(module: &[u8]) -> String {
        Metadata::of(module).expect_err("no metadata").to_string()
    }

    #[test]
    fn lines_go_into_the_manifest() -> Result<(), Error> {
        let json = r##"{"rules": [], "annotations": {
            "io.kubewarden.policy.version": "1.2.3",
            "io.kubewarden.policy.source": " https://example.org/src\n",
            "io.kubewarden.policy.usage": "# Title\ntext"}}"##;
        let metadata = Metadata::of(&module(&[("name", "x"), (SECTION, json)]))?;
        assert_eq!(metadata.version()?, "1.2.3");
        let expected = [
            ("io.kubewarden.policy.source", "https://example.org/src"),
            ("io.kubewarden.policy.version", "1.2.3"),
            ("org.opencontainers.image.source", "https://example.org/src"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(metadata.of_manifest(), BTreeMap::from(expected));
        Ok(())
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(error(b"hello").contains("not valid WebAssembly"));
        assert!(error(&module(&[])).contains("has no section io.kubewarden.metadata"));
        assert!(error(&module(&[(SECTION, "{}"), (SECTION, "{}")])).contains("twice"));
        assert!(error(&module(&[(SECTION, "{")])).contains("is not understood"));
        let unnamed = Metadata::of(&module(&[(SECTION, "{}")])).expect("metadata");
        assert!(unnamed.version().is_err());
    }
}

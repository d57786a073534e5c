//! What can be read of a module without running it.

use ringfence_registry::Digest;
use wasmparser::{ExternalKind, Parser, Payload, TypeRef};

/// The section in which hosts of Kubewarden look for the metadata. They take the first of that name.
pub const SECTION: &str = "io.kubewarden.metadata";

/// A module, from outside.
#[derive(Debug, Default)]
pub struct Module {
    /// Its bytes.
    pub size: usize,
    /// Their SHA-256, in hexadecimal.
    pub digest: String,
    /// What it wants of its host.
    pub imports: Vec<Import>,
    /// What it offers to its host: kind and name.
    pub exports: Vec<(&'static str, String)>,
    /// Every section with metadata: where its content begins, and the content.
    pub metadata: Vec<(usize, Vec<u8>)>,
}

/// Something that a module wants of its host.
#[derive(Debug)]
pub struct Import {
    /// The module part of its name.
    pub module: String,
    /// The rest of its name.
    pub name: String,
    /// What it is: `function`, `memory`, ….
    pub kind: &'static str,
}

impl Module {
    /// Reads a module.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn read(bytes: &[u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let digest = Digest::of(bytes).hex().to_owned();
        let mut module = Self { size: bytes.len(), digest, ..Self::default() };
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        module.imports.push(Import {
                            module: import.module.to_owned(),
                            name: import.name.to_owned(),
                            kind: kind_of_import(import.ty),
                        });
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        module.exports.push((kind_of_export(export.kind), export.name.to_owned()));
                    }
                }
                Payload::CustomSection(section) if section.name() == SECTION => {
                    module.metadata.push((section.data_offset(), section.data().to_owned()));
                }
                _ => {}
            }
        }
        Ok(module)
    }

    /// Whether it exports something of that kind and name.
    pub fn exports(&self, kind: &str, name: &str) -> bool {
        self.exports.iter().any(|(its, known)| *its == kind && known == name)
    }
}

fn kind_of_import(kind: TypeRef) -> &'static str {
    match kind {
        TypeRef::Func(_) | TypeRef::FuncExact(_) => "function",
        TypeRef::Table(_) => "table",
        TypeRef::Memory(_) => "memory",
        TypeRef::Global(_) => "global",
        TypeRef::Tag(_) => "tag",
    }
}

fn kind_of_export(kind: ExternalKind) -> &'static str {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => "function",
        ExternalKind::Table => "table",
        ExternalKind::Memory => "memory",
        ExternalKind::Global => "global",
        ExternalKind::Tag => "tag",
    }
}

//! What is read of a module, and the section that is written into it.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use wasm_encoder::{CustomSection, ExportKind, ExportSection, RawSection};
use wasmparser::{ExternalKind, Parser, Payload};

/// The section in which hosts of Kubewarden look for the metadata. They take the first of that name.
const SECTION: &str = "io.kubewarden.metadata";

/// The modules of functions that hosts of Kubewarden have.
const HOST_MODULES: &[&str] = &["wapc", "wasi_snapshot_preview1"];

/// What a host calls and reads.
const NEEDED: &[&str] = &["memory", "__guest_call"];

/// All that waPC knows of a guest.
const PROTOCOL: &[&str] = &["memory", "__guest_call", "wapc_init"];

/// What a module asks of its host, and offers it.
pub(super) struct Module {
    /// `module.name`, in order.
    pub(super) imports: Vec<String>,
    pub(super) exports: Vec<String>,
    strange: BTreeSet<String>,
}

impl Module {
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let mut module = Self { imports: vec![], exports: vec![], strange: BTreeSet::new() };
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.context("the module cannot be read")? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        let name = format!("{}.{}", import.module, import.name);
                        if !HOST_MODULES.contains(&import.module) {
                            module.strange.insert(name.clone());
                        }
                        module.imports.push(name);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        module.exports.push(export?.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(module)
    }

    /// Whether a host of Kubewarden could load it.
    pub(super) fn check(&self) -> Result<()> {
        if !self.strange.is_empty() {
            let names: Vec<&str> = self.strange.iter().map(String::as_str).collect();
            bail!(
                "it imports {}, which no host has: only {} can be imported",
                names.join(", "),
                HOST_MODULES.join(" and ")
            );
        }
        for needed in NEEDED {
            if !self.exports.iter().any(|export| export == needed) {
                bail!("it does not export `{needed}`, without which no host loads it");
            }
        }
        Ok(())
    }
}

/// The module with the metadata as its last section, and with none that it had before. All other
/// sections keep their bytes.
pub(super) fn annotate(bytes: &[u8], metadata: &[u8]) -> Result<Vec<u8>> {
    let mut annotated = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.context("the module cannot be read")?;
        if matches!(&payload, Payload::CustomSection(section) if section.name() == SECTION) {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            let data = bytes.get(range).context("a section ends outside of the module")?;
            annotated.section(&RawSection { id, data });
        }
    }
    annotated.section(&CustomSection { name: SECTION.into(), data: metadata.into() });
    Ok(annotated.finish())
}

/// The module without the exports that no host calls: the linker exports every function that has a
/// name for C, those too that stand in for the C library's.
///
/// # Errors
/// Where it cannot be read, and where it exports what no policy has.
pub(crate) fn export_protocol_only(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut module = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.context("the module cannot be read")?;
        if let Payload::ExportSection(section) = payload {
            let mut kept = ExportSection::new();
            for export in section {
                let export = export?;
                let kind = match export.kind {
                    ExternalKind::Func => ExportKind::Func,
                    ExternalKind::Memory => ExportKind::Memory,
                    kind => bail!("it exports `{}`, a {kind:?}", export.name),
                };
                if PROTOCOL.contains(&export.name) {
                    kept.export(export.name, kind, export.index);
                }
            }
            module.section(&kept);
        } else if let Some((id, range)) = payload.as_section() {
            let data = bytes.get(range).context("a section ends outside of the module")?;
            module.section(&RawSection { id, data });
        }
    }
    Ok(module.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        EntityType, FunctionSection, ImportSection, MemorySection, MemoryType, TypeSection,
    };

    fn module(import: (&str, &str), exports: &[&str]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        imports.import(import.0, import.1, EntityType::Function(0));
        let mut memories = MemorySection::new();
        let pages = MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        };
        memories.memory(pages);
        let mut section = ExportSection::new();
        for name in exports {
            let kind = if *name == "memory" { ExportKind::Memory } else { ExportKind::Func };
            section.export(name, kind, 0);
        }
        let mut module = wasm_encoder::Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&FunctionSection::new())
            .section(&memories)
            .section(&section);
        module.finish()
    }

    fn sections(bytes: &[u8]) -> Vec<Vec<u8>> {
        let parsed = Parser::new(0).parse_all(bytes).map(Result::unwrap);
        parsed
            .filter_map(|payload| match payload {
                Payload::CustomSection(section) if section.name() == SECTION => {
                    Some(section.data().to_owned())
                }
                _ => None,
            })
            .collect()
    }

    #[test]
    fn the_metadata_is_there_once_however_often_it_is_written() {
        let plain = module(("wapc", "__guest_error"), NEEDED);
        let once = annotate(&plain, b"{}").unwrap();
        assert_eq!(once[..plain.len()], plain[..], "nothing else is touched");
        let twice = annotate(&once, b"{\"a\":1}").unwrap();
        assert_eq!(sections(&twice), [b"{\"a\":1}"]);
        assert_eq!(annotate(&twice, b"{}").unwrap(), once);
    }

    #[test]
    fn only_what_hosts_call_is_exported() {
        let more = module(("wapc", "__guest_error"), &["memory", "getenv", "__guest_call"]);
        let less = export_protocol_only(&more).unwrap();
        assert_eq!(Module::read(&less).unwrap().exports, ["memory", "__guest_call"]);
        assert_eq!(less, module(("wapc", "__guest_error"), NEEDED), "nothing else is touched");
    }

    #[test]
    fn what_no_host_could_load_is_not_packaged() {
        let check = |bytes: &[u8]| Module::read(bytes).and_then(|module| module.check());
        check(&module(("wasi_snapshot_preview1", "fd_write"), NEEDED)).unwrap();
        for (bytes, words) in [
            (module(("env", "memcpy"), NEEDED), "it imports env.memcpy"),
            (module(("wapc", "__guest_error"), &["memory"]), "does not export `__guest_call`"),
            (b"\0asm\x01\0\0\0\x01".to_vec(), "cannot be read"),
            (b"text".to_vec(), "cannot be read"),
        ] {
            let error = check(&bytes).unwrap_err();
            assert!(format!("{error:#}").contains(words), "{error:#}");
        }
    }
}

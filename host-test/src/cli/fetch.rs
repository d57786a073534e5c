//! Where modules come from: options of every subcommand that needs one.

use super::{Global, remark};
use crate::engine::{self, Loaded};
use crate::output::text::clean;
use anyhow::{Context, Result, bail};
use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};
use ringfence_registry::{Error, ModuleReference, Options, blocking::Client};
use std::io::Write;
use std::path::{Path, PathBuf};

/// How modules are fetched.
#[derive(Args, Debug)]
pub(super) struct Fetching {
    /// A registry or web server to speak to without TLS, with its port; may be given again
    #[arg(long, global = true, value_name = "HOST")]
    plain_http: Vec<String>,
    /// Fetch nothing: use what is stored, of a tag what it last was
    #[arg(long, global = true)]
    offline: bool,
    /// The folder that keeps fetched modules; without it ringfence/modules in the user's cache
    #[arg(long, global = true, value_name = "FOLDER")]
    store: Option<PathBuf>,
}

impl Fetching {
    /// Asks registries and web servers.
    pub(super) fn client(&self) -> Result<Client> {
        let Self { plain_http, offline, store } = self;
        let (plain_http, store) = (plain_http.clone(), store.clone());
        let options = Options { plain_http, offline: *offline, store, ..Options::default() };
        Ok(Client::new(options)?)
    }
}

/// Reads a reference to a module.
pub(super) fn reference() -> impl TypedValueParser<Value = ModuleReference> {
    OsStringValueParser::new().try_map(|text| {
        // The text itself is in the message around this one.
        ModuleReference::parse(&text).map_err(|error| match error {
            Error::Reference { reason, .. } => reason,
            other => other.to_string(),
        })
    })
}

/// Loads the module that the options name, or the one that came with this command; without either
/// it judges by the rules it was built with.
pub(super) fn engine(global: &Global) -> Result<Loaded> {
    let (cache, day) = (!global.no_cache, global.date);
    let reference = match &global.module {
        None => {
            let Some(path) = engine::find() else {
                remark(Some("no policy.wasm beside this command: its own rules judge".into()))?;
                return Ok(Loaded::built_in(day));
            };
            return Ok(engine::load(&path, cache, day)?.into());
        }
        Some(ModuleReference::File { path, digest: None }) => {
            deny_bare_name(path)?;
            return Ok(engine::load(path, cache, day)?.into());
        }
        Some(reference) => reference,
    };
    let bytes = fetched(global, reference)?;
    Ok(engine::from_bytes(&bytes, reference, cache, day)?.into())
}

/// The module of that name, or the one that came with this command: what it is called, and its bytes.
pub(super) fn bytes(
    global: &Global,
    reference: Option<&ModuleReference>,
) -> Result<(String, Vec<u8>)> {
    let path = match reference {
        None => engine::find().context(
            "there is no policy.wasm beside this command nor in ./dist; build it with `cargo xtask build`, or name it with --module PATH",
        )?,
        Some(ModuleReference::File { path, digest: None }) => {
            deny_bare_name(path)?;
            path.clone()
        }
        Some(reference) => return Ok((reference.to_string(), fetched(global, reference)?)),
    };
    let name = path.display().to_string();
    let bytes = std::fs::read(&path)
        .map_err(|reason| ringfence_host::Error::File { path, reason })
        .with_context(|| format!("the module {name} cannot be read"))?;
    Ok((name, bytes))
}

/// What a reference names, which is said where the name does not.
fn fetched(global: &Global, reference: &ModuleReference) -> Result<Vec<u8>> {
    let module = global.fetching.client()?.fetch(reference)?;
    if module.pinned != *reference {
        let note = clean(&format!("{reference} is {}", module.pinned));
        // There is nowhere left to say that the error stream is closed.
        let _ = writeln!(anstream::stderr(), "note: {note}");
    }
    Ok(module.bytes)
}

/// Container tools name artifacts without a scheme; here that is a path.
fn deny_bare_name(path: &Path) -> Result<()> {
    let named = format!("registry://{}", path.display());
    if !path.exists() && ModuleReference::parse(named.as_ref()).is_ok() {
        bail!("there is no file {}; an artifact in a registry is named {named}", path.display());
    }
    Ok(())
}

//! Makes what JavaScript loads out of the module for browsers: glue and types by wasm-bindgen, the
//! documentation of the rules, the schema of the settings.
//!
//! A program of its own, so that the chores that do not need it are not built with it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use ringfence_policy::RULES;
use serde_json::{Map, Value};
use wasm_bindgen_cli_support::Bindgen;

/// Make what JavaScript loads out of the module for browsers
#[derive(Parser)]
#[command(name = "ringfence-browser-package")]
struct Arguments {
    /// The module, as cargo built it
    module: PathBuf,
    /// The generated settings.schema.json
    schema: PathBuf,
    /// The folder to write to
    folder: PathBuf,
}

fn main() -> Result<()> {
    let Arguments { module, schema, folder } = Arguments::parse();
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    Bindgen::new()
        .input_path(&module)
        .out_name("ringfence")
        .web(true)?
        .typescript(true)
        // Where the module lies is the page's to say.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&folder)
        .with_context(|| format!("cannot make JavaScript of {}", module.display()))?;
    write(&folder.join("rules.json"), &documentation())?;
    write(&folder.join("settings.schema.json"), &read(&schema)?)
}

/// The pages of the rules, by their ids.
fn documentation() -> Value {
    let pages = RULES.iter().map(|rule| (rule.id.to_owned(), rule.documentation().into()));
    Value::Object(pages.collect::<Map<_, _>>())
}

fn read(path: &Path) -> Result<Value> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}

/// Writes a value in one line.
fn write(path: &Path, value: &Value) -> Result<()> {
    std::fs::write(path, value.to_string())
        .with_context(|| format!("cannot write {}", path.display()))
}

//! `ringfence seccomp convert`.

use super::{BaseOption, print_raw, remark};
use crate::seccomp::context::{self, ContextOptions};
use crate::seccomp::source::Source;
use crate::seccomp::target::{Notation, Target, is_name, name_of};
use anyhow::{Result, bail};
use clap::Args;
use ringfence_seccomp::{Lost, convert, message, resolve};

/// Write a profile in another format, and tell what that format cannot say
///
/// Conditions that a format has not got (by capability, architecture, kernel) are answered for the
/// container and node of the options. Both profiles are compared afterwards; where they do not come to
/// the same, the exit code is 1. The profile goes to standard output, what is lost to standard error.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 the two come to the same, 1 they do not, 2 could not convert."
)]
pub(super) struct Convert {
    /// A profile or a baseline
    profile: String,
    /// What it is written as
    #[arg(long, value_enum)]
    to: Target,
    /// The name of the resource, or of the ConfigMap and the file in it; without it the file's
    #[arg(long)]
    name: Option<String>,
    /// JSON or YAML; without it YAML for resources and JSON for what runtimes read
    #[arg(short, long, value_enum)]
    output: Option<Notation>,
    #[command(flatten)]
    base: BaseOption,
    #[command(flatten)]
    context: ContextOptions,
}

/// The name that is given, or one made from a title.
pub(super) fn named(given: Option<&str>, title: &str) -> Result<String> {
    match given {
        Some(name) if !is_name(name) => bail!(
            "`{name}` is no name of a resource; use lower case letters, digits, `-` and `.`, as in \
             `{}`",
            name_of(name)
        ),
        Some(name) => Ok(name.to_owned()),
        None => Ok(name_of(title)),
    }
}

impl Convert {
    pub(super) fn run(&self) -> Result<u8> {
        let source = Source::read(&self.profile)?;
        let name = named(self.name.as_deref(), &source.title())?;
        let base = self.base.read()?;
        let profile = source.parse_whole(base.as_ref())?;
        // What the author means is what the reader of that format makes of it.
        let context = self.context.one(source.authors_loader(&profile))?;
        if let Some(fatal) = resolve(&profile, &context).fatal.first() {
            let place = source.position(fatal.place.at);
            let place = place.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
            let why = message::fatal(fatal.reason);
            bail!("{}{place}: no container would start with it: {why}", source.title());
        }
        let converted = convert(&profile, self.to.dialect(), &context);
        print_raw(&self.to.document(&converted.profile, &name, self.output)?)?;
        remark(Some(context::describe(&[context])))?;
        for lost in told(&converted.lost) {
            remark(Some(lost))?;
        }
        if !converted.is_equivalent {
            let hint = "the two do not come to the same; `ringfence seccomp diff` tells where";
            remark(Some(hint.to_owned()))?;
        }
        Ok(u8::from(!converted.is_equivalent))
    }
}

/// What is lost, each kind once, with the rules it is about.
fn told(lost: &[Lost]) -> Vec<String> {
    let mut kinds: Vec<(&'static str, Vec<String>)> = Vec::new();
    for lost in lost {
        let (what, path) = (message::lost(lost.what), lost.place.path());
        match kinds.iter_mut().find(|(known, _)| *known == what) {
            Some((_, paths)) => paths.push(path),
            None => kinds.push((what, vec![path])),
        }
    }
    let tell = |(what, paths): (&str, Vec<String>)| {
        let paths: Vec<String> = paths.into_iter().filter(|path| !path.is_empty()).collect();
        if paths.is_empty() { what.to_owned() } else { format!("{what}: {}", paths.join(", ")) }
    };
    kinds.into_iter().map(tell).collect()
}

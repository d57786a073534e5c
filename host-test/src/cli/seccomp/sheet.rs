//! `ringfence seccomp sheet`.

use super::{BaseOption, print_raw};
use crate::seccomp::context::ContextOptions;
use crate::seccomp::sheet::{Sheet as Drawn, page, picture, sections};
use crate::seccomp::source::Source;
use anyhow::Result;
use clap::{Args, ValueEnum};
use ringfence_seccomp::{Context, message};

/// Draw a profile: every call by what it is for, allowed, conditional or denied
///
/// One page of HTML that needs nothing else, or one picture in SVG, on standard output. Held against a
/// baseline, what permits more or less than it is marked.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes: 0 drawn, 2 could not be drawn.")]
pub(super) struct Sheet {
    /// A profile or a baseline
    profile: String,
    /// What it is held against: a profile or a baseline
    #[arg(long, value_name = "PROFILE")]
    against: Option<String>,
    /// The form of the sheet
    #[arg(short, long, value_enum, default_value_t)]
    output: Form,
    #[command(flatten)]
    base: BaseOption,
    #[command(flatten)]
    context: ContextOptions,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A page with every call, its conditions and differences
    #[default]
    Html,
    /// A picture with a square for each call
    Svg,
}

impl Sheet {
    pub(super) fn run(&self) -> Result<u8> {
        let source = Source::read(&self.profile)?;
        let base = self.base.read()?;
        let profile = source.parse_whole(base.as_ref())?;
        let context = self.context.one(source.usual_loader(&profile))?;
        let resolved = source.resolve(&profile, &context);
        let against = self.against.as_deref().map(Source::read).transpose()?;
        let reference = match &against {
            Some(against) => {
                let other = against.parse_whole(base.as_ref())?;
                let there = self.context.one(against.usual_loader(&other))?;
                Some(against.resolve(&other, &Context { caps: context.caps, ..there }))
            }
            None => None,
        };
        let default = if resolved.is_void {
            "is executed: there is no filter".to_owned()
        } else {
            message::action(resolved.default)
        };
        let sheet = Drawn {
            title: source.title(),
            context: source.describe(&[context]),
            arch: context.arch,
            against: against.as_ref().map(Source::title),
            default,
            fatal: resolved.fatal.iter().map(|fatal| message::fatal(fatal.reason)).collect(),
            sections: sections(&resolved, context.arch, reference.as_ref()),
        };
        print_raw(&match self.output {
            Form::Html => page(&sheet),
            Form::Svg => picture(&sheet),
        })?;
        Ok(0)
    }
}

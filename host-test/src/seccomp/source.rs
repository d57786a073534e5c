//! What a command is given: a profile in a file, or one that a runtime has built in.

use super::context;
use super::documents::{self, Part, Text};
use crate::manifest::STDIN;
use crate::output::text::count;
use crate::yaml::Position;
use anyhow::{Context as _, Result, anyhow, bail};
use ringfence_seccomp::parse::{self, Document, Resource};
use ringfence_seccomp::{
    Baseline, Context, Dialect, Loader, Profile, Resolved, loader_of, resolve, with_base,
};
use std::fs;
use std::io::Read;
use std::path::Path;

/// A profile that was asked for.
#[derive(Clone, Debug)]
pub enum Source {
    /// Built into a runtime.
    Baseline(Baseline),
    /// Written somewhere.
    Text(Box<Text>),
}

/// A profile, read.
#[derive(Clone, Debug)]
pub struct Parsed<'t> {
    /// The profile, merged with its base where that is known.
    pub profile: Profile<'t>,
    /// The resource that holds it, as written.
    pub resource: Option<Resource<'t>>,
    /// The base profile that is not known here: what it lets through is missing.
    pub missing_base: Option<String>,
}

impl Source {
    /// The one profile that `argument` names: `-` for standard input, a baseline, a file, or
    /// `FILE#NAME` where the file holds several.
    ///
    /// # Errors
    /// Where there is no such thing, it cannot be read, or there are several.
    pub fn read(argument: &str) -> Result<Self> {
        if let Some(baseline) = Baseline::from_name(argument) {
            return Ok(Self::Baseline(baseline));
        }
        let is_there = argument == "-" || Path::new(argument).exists();
        let (file, name) = match argument.rsplit_once('#') {
            Some((file, name)) if !is_there => (file, Some(name)),
            _ => (argument, None),
        };
        let mut texts = Vec::new();
        let mut others = Vec::new();
        for part in documents::read(shown(file), &bytes(file)?) {
            match part {
                Part::Profile(text) => texts.push(text),
                Part::Other(kind) => others.push(kind),
                Part::Broken(broken) => return Err(broken.into()),
            }
        }
        if let Some(name) = name {
            let known = names(&texts);
            texts.retain(|text| text.name.as_deref() == Some(name));
            if texts.is_empty() {
                bail!("{file} holds no profile `{name}`; it holds {known}");
            }
        }
        let file = shown(file);
        match (texts.pop(), texts.len()) {
            (Some(text), 0) => Ok(Self::Text(text)),
            (Some(last), _) => {
                texts.push(last);
                let number = count(texts.len(), "profile");
                bail!("{file} holds {number}: {}; name one as in FILE#NAME", names(&texts))
            }
            (None, _) => match others.first() {
                Some(kind) => bail!(
                    "{file} holds a {kind}; expected a profile, a SeccompProfile or a ConfigMap \
                     with profiles"
                ),
                None => bail!("{file} is empty; expected a seccomp profile"),
            },
        }
    }

    /// How messages call it.
    pub fn title(&self) -> String {
        match self {
            Self::Baseline(baseline) => baseline.name().to_owned(),
            Self::Text(text) => text.title(),
        }
    }

    /// The profile, as written, with what is known of its base.
    ///
    /// # Errors
    /// Where the base, or what the operator has written down of it, cannot be read.
    pub fn parse<'t>(&'t self, base: Option<&'t Self>) -> Result<Parsed<'t>> {
        let text = match self {
            Self::Baseline(baseline) => {
                let profile = baseline.profile();
                return Ok(Parsed { profile, resource: None, missing_base: None });
            }
            Self::Text(text) => text,
        };
        let (mut profile, resource) = text.parse()?;
        let mut missing_base = None;
        if let Some(name) = profile.base.take() {
            if let Some(base) = base {
                profile = with_base(&profile, &base.parse(None)?.profile);
            } else if let Some(rules) = &text.resolved {
                let what = || format!("{}: the annotation `syscalls` is unreadable", text.title());
                profile.rules = parse::rules(rules).with_context(what)?;
            } else {
                missing_base = Some(name.text.into_owned());
            }
        }
        Ok(Parsed { profile, resource, missing_base })
    }

    /// The profile with its base.
    ///
    /// # Errors
    /// Also where the base is not known: what the profile lets through cannot be told then.
    pub fn parse_whole<'t>(&'t self, base: Option<&'t Self>) -> Result<Profile<'t>> {
        let parsed = self.parse(base)?;
        match parsed.missing_base {
            Some(name) => Err(anyhow!(
                "{} adds to the base profile `{name}`, which is not here; give it with \
                 --base-profile FILE",
                self.title()
            )),
            None => Ok(parsed.profile),
        }
    }

    /// Who reads it where nobody says otherwise: containerd, as on most nodes; the operator what is
    /// a resource, and a runtime what it has built in.
    pub fn usual_loader(&self, profile: &Profile<'_>) -> Loader {
        match self {
            Self::Baseline(baseline) => baseline.loader(),
            Self::Text(_) if profile.dialect() == Dialect::Spo => Loader::Spo,
            Self::Text(_) => Loader::Containerd,
        }
    }

    /// Who its author wrote it for: the reader of the format it makes use of.
    pub fn authors_loader(&self, profile: &Profile<'_>) -> Loader {
        match self {
            Self::Baseline(baseline) => baseline.loader(),
            Self::Text(_) => loader_of(profile.dialect()),
        }
    }

    /// What it comes to.
    pub fn resolve(&self, profile: &Profile<'_>, context: &Context) -> Resolved {
        match self {
            Self::Baseline(baseline) => baseline.resolve(context),
            Self::Text(_) => resolve(profile, context),
        }
    }

    /// What it is read for, in words.
    pub fn describe(&self, contexts: &[Context]) -> String {
        match self {
            Self::Baseline(_) => context::describe_built_in(contexts),
            Self::Text(_) => context::describe(contexts),
        }
    }

    /// Where a byte of its text stands; a baseline stands nowhere.
    pub fn position(&self, at: usize) -> Option<Position> {
        match self {
            Self::Baseline(_) => None,
            Self::Text(text) => Some(text.places.find(at)),
        }
    }
}

impl Text {
    /// The file, and the name in it where it has one.
    pub fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("{}#{name}", self.file),
            None => self.file.to_string(),
        }
    }

    /// The profile as written, and the resource that holds it.
    ///
    /// # Errors
    /// None that [`documents::read`] has not found.
    pub fn parse(&self) -> Result<(Profile<'_>, Option<Resource<'_>>)> {
        match parse::document(&self.json) {
            Ok(Document::Profile(profile)) => Ok((profile, None)),
            Ok(Document::Resource(resource)) => Ok((resource.profile.clone(), Some(resource))),
            Ok(Document::ConfigMap(_)) => bail!("{} is a ConfigMap", self.title()),
            Err(error) => Err(anyhow!("{}: {error}", self.title())),
        }
    }
}

fn names(texts: &[Box<Text>]) -> String {
    let names = texts.iter().map(|text| text.name.as_deref().unwrap_or("one without a name"));
    names.collect::<Vec<_>>().join(", ")
}

fn shown(file: &str) -> &str {
    if file == "-" { STDIN } else { file }
}

/// The bytes of a file or of standard input.
///
/// # Errors
/// Where there is no such file, or it cannot be read: what is there instead, and what could be meant.
pub fn bytes(file: &str) -> Result<Vec<u8>> {
    raw(file).map_err(|what| anyhow!("{}: {what}", shown(file)))
}

/// The same; the error does not name the file.
///
/// # Errors
/// As [`bytes`].
pub fn raw(file: &str) -> Result<Vec<u8>, String> {
    if file == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().read_to_end(&mut bytes);
        return read.map(|_| bytes).map_err(|error| format!("cannot be read: {error}"));
    }
    if Path::new(file).is_dir() {
        return Err("a folder; name a file in it".to_owned());
    }
    fs::read(file).map_err(|error| {
        if error.kind() != std::io::ErrorKind::NotFound {
            return format!("cannot be read: {error}");
        }
        let known: Vec<&'static str> = Baseline::all().map(Baseline::name).collect();
        let hint = ringfence_policy::did_you_mean(file, &known);
        let hint = hint.unwrap_or_else(|| format!("; the baselines are {}", known.join(", ")));
        format!("no such file, and no baseline{hint}")
    })
}

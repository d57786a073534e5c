//! What a rule sees of a custom resource: the pod templates in it, and where one is missing.
//!
//! No type tells where a custom resource carries pods. Settings do, by paths; an object of a kind
//! that they do not name is looked through for what might be one.

mod lookalike;

use std::borrow::Cow;

use crate::json::{Decode, Error, Names, Scanner, Type, field, push_decimal, same};
use crate::pod::{Admission, Metadata, Pod, PodSpec};
use crate::pod_templates::{PodTemplates, Segment};
use crate::workload::PodTemplate;
pub(crate) use lookalike::Lookalike;

/// A custom resource, as far as it carries pod templates.
#[derive(Debug, Default)]
pub struct CustomResource<'a> {
    pub(crate) api_version: Cow<'a, str>,
    pub(crate) object_kind: Cow<'a, str>,
    pub(crate) metadata: Metadata<'a>,
    /// The templates at the paths of the settings, in document order.
    pub(crate) templates: Vec<TemplateAt<'a>>,
    /// Paths at which there should be a template.
    pub(crate) missing: Vec<String>,
    /// Paths at which containers stand beside a template.
    pub(crate) ambiguous: Vec<String>,
    /// What looks like a pod, where no path of the settings leads.
    pub(crate) lookalikes: Vec<Lookalike<'a>>,
    /// The setting that would name those, too.
    pub(crate) setting: String,
}

/// A pod template in a custom resource.
#[derive(Debug)]
pub(crate) struct TemplateAt<'a> {
    /// Its path, with a final dot.
    base: String,
    /// The names of the list items it stands in, innermost first; empty for one without a name.
    names: Vec<Cow<'a, str>>,
    template: PodTemplate<'a>,
    /// Whether it is the spec of a pod alone.
    is_bare: bool,
}

impl<'a> TemplateAt<'a> {
    fn new(base: String, template: PodTemplate<'a>, is_bare: bool) -> Self {
        Self { base, names: Vec::new(), template, is_bare }
    }
}

impl<'a> CustomResource<'a> {
    /// Reads an object of a kind, of which the settings name the `paths` or do not.
    pub(crate) fn decode(
        scanner: &mut Scanner<'a>,
        group: &str,
        kind: &str,
        named: Option<&PodTemplates>,
    ) -> Result<Self, Error> {
        let paths = named.iter().flat_map(|named| named.paths()).collect::<Vec<_>>();
        let mut resource = Self::default();
        resource.root(scanner, &paths)?;
        let found = [resource.templates.len(), resource.missing.len(), resource.ambiguous.len()];
        if found == [0; 3] {
            resource.missing.extend(paths.first().map(|path| (*path).to_owned()));
        }
        if !resource.lookalikes.is_empty() {
            resource.setting = lookalike::setting(group, kind, &paths, &resource.lookalikes);
        }
        Ok(resource)
    }

    fn root(&mut self, scanner: &mut Scanner<'a>, paths: &[&str]) -> Result<(), Error> {
        let mut seen = 0;
        let mut keys = Names::default();
        scanner.object(&mut |scanner, key| {
            if same(key, "apiVersion") {
                field(scanner, &mut seen, 1, &mut self.api_version)
            } else if same(key, "kind") {
                field(scanner, &mut seen, 2, &mut self.object_kind)
            } else if same(key, "metadata") {
                field(scanner, &mut seen, 4, &mut self.metadata)
            } else if same(key, "status") {
                // What runs is told there, not what is to run.
                scanner.skip()
            } else {
                let way = Way { parent: None, step: Step::Key(key) };
                self.entry(scanner, &way, paths, &mut keys).map(|_| ())
            }
        })
    }

    /// Reads the value of a key, or an item of a list, to which what is left of `paths` may lead.
    /// Tells whether a template was found, or why there is none is known.
    fn entry(
        &mut self,
        scanner: &mut Scanner<'a>,
        way: &Way<'_>,
        paths: &[&str],
        keys: &mut Names,
    ) -> Result<bool, Error> {
        let fits = |segment| match (segment, way.step) {
            (Segment::Every, _) => true,
            (Segment::Key(wanted), Step::Key(key)) => same(key, wanted),
            (Segment::Key(_), Step::Index(_)) => false,
        };
        let split = || paths.iter().map(|path| Segment::split(path));
        let ahead =
            split().filter(|(segment, _)| fits(*segment)).map(|(_, rest)| rest).collect::<Vec<_>>();
        if ahead.is_empty() {
            return lookalike::look(scanner, way, &mut self.lookalikes).map(|()| false);
        }
        if let Step::Key(key) = way.step {
            keys.once(scanner, key)?;
        }
        let before = self.templates.len();
        let mut name = Cow::default();
        let found = self.value(scanner, way, &ahead, &mut name)?;
        if split().any(|(segment, _)| segment == Segment::Every) {
            for template in self.templates.iter_mut().skip(before) {
                template.names.push(name.clone());
            }
            if !found {
                let rest = ahead.first().copied().unwrap_or_default();
                let dot = if rest.is_empty() || rest.starts_with('[') { "" } else { "." };
                self.missing.push([&way.text(), dot, rest].concat());
            }
            return Ok(true);
        }
        Ok(found)
    }

    /// Reads a value to which `paths` lead, and notes its name where it has one.
    fn value(
        &mut self,
        scanner: &mut Scanner<'a>,
        way: &Way<'_>,
        paths: &[&str],
        name: &mut Cow<'a, str>,
    ) -> Result<bool, Error> {
        if paths.iter().any(|path| path.is_empty()) {
            return self.template(scanner, way);
        }
        let leads_to_items = || paths.iter().any(|path| path.starts_with("[*]"));
        let mut found = false;
        match scanner.next_type()? {
            Type::Object => {
                let mut keys = Names::default();
                let mut is_empty = true;
                scanner.object(&mut |scanner, key| {
                    is_empty = false;
                    if same(key, "name") && scanner.next_type()? == Type::String {
                        *name = scanner.clone().string()?;
                    }
                    let way = Way { parent: Some(way), step: Step::Key(key) };
                    found |= self.entry(scanner, &way, paths, &mut keys)?;
                    Ok(())
                })?;
                found |= is_empty && leads_to_items();
            }
            Type::Array if leads_to_items() => {
                let mut is_empty = true;
                scanner.array(&mut |scanner, index| {
                    is_empty = false;
                    let way = Way { parent: Some(way), step: Step::Index(index) };
                    found |= self.entry(scanner, &way, paths, &mut Names::default())?;
                    Ok(())
                })?;
                found |= is_empty;
            }
            _ => lookalike::look(scanner, way, &mut self.lookalikes)?,
        }
        Ok(found)
    }

    /// Reads a template, or the spec of a pod that stands there without one. `null` is neither.
    fn template(&mut self, scanner: &mut Scanner<'a>, way: &Way<'_>) -> Result<bool, Error> {
        if scanner.null()? {
            return Ok(false);
        }
        let base = [&way.text(), "."].concat();
        let start = scanner.clone();
        let mut template = PodTemplate::decode(scanner)?;
        let lists_containers = lookalike::lists_containers(&mut start.clone())?;
        match (template.has_spec, lists_containers) {
            (true, false) => self.templates.push(TemplateAt::new(base, template, false)),
            (false, true) => {
                template.metadata = Metadata::default();
                template.spec = PodSpec::decode(&mut start.clone())?;
                self.templates.push(TemplateAt::new(base, template, true));
            }
            (false, false) => self.missing.push([&base, "spec"].concat()),
            // Which of the two is meant, only its controller knows.
            (true, true) => self.ambiguous.push([&base, "containers"].concat()),
        }
        Ok(true)
    }

    /// Whether there is nothing in it that a rule judges.
    pub(crate) fn carries_nothing(&self) -> bool {
        self.templates.is_empty()
            && self.missing.is_empty()
            && self.ambiguous.is_empty()
            && self.lookalikes.is_empty()
    }

    /// The pods of its templates, as rules see them.
    pub(crate) fn pods<'p>(
        &'p self,
        admission: &'p Admission<'p>,
    ) -> impl Iterator<Item = Pod<'p, 'a>> {
        self.templates.iter().map(|TemplateAt { base, template, is_bare, .. }| {
            let pod = Pod::new(&template.spec, &template.metadata, base, admission);
            if *is_bare { pod.bare() } else { pod }
        })
    }

    /// Whether every template, and all that looks like one, has the text that it had.
    pub(crate) fn is_unchanged(&self, old: &CustomResource<'_>) -> bool {
        let same = |(new, old): (&TemplateAt<'_>, &TemplateAt<'_>)| {
            new.base == old.base && new.template.text == old.template.text
        };
        self.templates.len() == old.templates.len()
            && self.templates.iter().zip(&old.templates).all(same)
            && self.missing == old.missing
            && self.ambiguous == old.ambiguous
            && self.lookalikes == old.lookalikes
    }

    /// Whether a finding at `path` is about what one at `old_path` was about in the old object: the
    /// template at the same place and in items of the same names, where it is about a template.
    pub(crate) fn is_about_same(
        &self,
        path: &str,
        old: &CustomResource<'_>,
        old_path: &str,
    ) -> bool {
        match (self.template_of(path), old.template_of(old_path)) {
            (Some(new), Some(old)) => new.base == old.base && new.names == old.names,
            (None, None) => self.lookalikes == old.lookalikes,
            _ => false,
        }
    }

    fn template_of(&self, path: &str) -> Option<&TemplateAt<'a>> {
        self.templates.iter().find(|at| path.starts_with(&at.base))
    }
}

/// The way from an object to a value in it, last step first: on the stack, because most ways lead
/// to nothing that is told.
#[derive(Debug, Clone, Copy)]
struct Way<'w> {
    parent: Option<&'w Self>,
    step: Step<'w>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'w> {
    Key(&'w [u8]),
    Index(usize),
}

impl Way<'_> {
    /// As findings write it.
    fn text(&self) -> String {
        let mut text = self.parent.map(Way::text).unwrap_or_default();
        match self.step {
            Step::Key(key) => push_key(&mut text, &String::from_utf8_lossy(key)),
            Step::Index(index) => {
                text.push('[');
                push_decimal(&mut text, index);
                text.push(']');
            }
        }
        text
    }
}

/// Adds a key to a path; one that would not be told from several stands in brackets.
fn push_key(text: &mut String, key: &str) {
    if key.is_empty() || key.contains(['.', '[', ']']) {
        for part in ["[", key, "]"] {
            text.push_str(part);
        }
        return;
    }
    if !text.is_empty() {
        text.push('.');
    }
    text.push_str(key);
}

//! One file: what was asked of it, and its text once that is in it.

use super::addition::{Addition, Path, Step};
use super::{Filling, json, yaml as block};
use crate::manifest::Resource;
use crate::yaml::{self, Node, Value as Yaml};
use serde_json::Value;

/// A value to put into a document.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The number of the document, and its number among those that are mappings.
    pub(super) document: usize,
    pub(super) mapping: usize,
    /// The value, its path from the root of the document.
    pub(super) addition: Addition,
    /// Which filling it belongs to, and its place in it.
    origin: (usize, usize),
}

/// A value that was not put in.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The file and the line it would have been near.
    pub place: String,
    /// The resource, for people.
    pub resource: String,
    /// What to add by hand, and where.
    pub addition: Addition,
    /// Why.
    pub why: String,
}

/// A file before and after.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The file as the user named it.
    pub file: String,
    /// Its text.
    pub before: String,
    /// The same with what was absent.
    pub after: String,
    /// How many values were put in.
    pub added: usize,
    /// What could not be put in.
    pub refused: Vec<Refused>,
}

/// Puts the fillings of one file into its text.
///
/// Every edit is read back: one that does not give exactly the objects that the policy asked for
/// and leave all others alone is taken back.
pub(super) fn edit(file: &str, text: &str, json_name: bool, fillings: &[&Filling]) -> Edit {
    let mut edit = Edit {
        file: file.to_owned(),
        before: text.to_owned(),
        after: text.to_owned(),
        added: 0,
        refused: Vec::new(),
    };
    // A byte order mark is no part of the text that the editors see.
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let nodes: Vec<_> = yaml::read(body.as_bytes(), json_name);
    let Ok(nodes) = nodes.into_iter().collect::<Result<Vec<Node>, _>>() else {
        let why = "the file holds a document that cannot be read; mend that first";
        refuse_all(&mut edit, fillings, why);
        return edit;
    };
    let Some(items) = items(&nodes, fillings) else {
        refuse_all(&mut edit, fillings, "the file changed while it was judged; run again");
        return edit;
    };
    let mut draft = Draft {
        text: body.to_owned(),
        documents: nodes.iter().map(Node::to_json).collect(),
        is_json: json_name || json::is_json(body),
        json_name,
    };
    let mut refused = Vec::new();
    draft.settle(&items.iter().collect::<Vec<_>>(), &mut refused);
    edit.added = items.len() - refused.len();
    edit.after = [mark, &draft.text].concat();
    for (item, why) in refused {
        let (filling, addition) = item.origin;
        let filling = fillings[filling];
        edit.refused.push(refuse(&filling.resource, &filling.additions[addition], why));
    }
    edit
}

fn refuse_all(edit: &mut Edit, fillings: &[&Filling], why: &str) {
    for filling in fillings {
        let refused = filling.additions.iter();
        edit.refused
            .extend(refused.map(|addition| refuse(&filling.resource, addition, why.to_owned())));
    }
}

pub(super) fn refuse(resource: &Resource, addition: &Addition, why: String) -> Refused {
    let line = resource.node.locate(&addition.path.to_string()).line;
    let name = resource.name.as_deref().unwrap_or("(no name)");
    let name = resource.namespace.iter().map(String::as_str).chain([name]).collect::<Vec<_>>();
    Refused {
        place: format!("{}:{line}", resource.file),
        resource: format!("{} {}", resource.kind, name.join("/")),
        addition: addition.clone(),
        why,
    }
}

/// Finds the resources in the documents; none where one is not there any more.
fn items(nodes: &[Node], fillings: &[&Filling]) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    let mut taken = (0, 0);
    for (number, filling) in fillings.iter().enumerate() {
        let document = filling.resource.document;
        let mut places = Vec::new();
        objects(nodes.get(document)?, &Path::default(), &mut places);
        // Resources come in the order of the file; equal ones are told apart by it.
        let from = if taken.0 == document { taken.1 } else { 0 };
        let found =
            places.iter().skip(from).position(|(_, node)| **node == filling.resource.node)?;
        taken = (document, from + found + 1);
        let (path, _) = &places[from + found];
        let is_mapping = |node: &&Node| matches!(node.value, Yaml::Mapping(_));
        let mapping = nodes[..document].iter().filter(is_mapping).count();
        items.extend(filling.additions.iter().enumerate().map(|(place, addition)| Item {
            document,
            mapping,
            addition: Addition { path: path.join(&addition.path), value: addition.value.clone() },
            origin: (number, place),
        }));
    }
    Some(items)
}

/// The objects of a document as manifests are read: a list's items instead of the list.
fn objects<'n>(node: &'n Node, path: &Path, out: &mut Vec<(Path, &'n Node)>) {
    let is_list =
        node.get("kind").and_then(Node::as_str).is_some_and(|kind| kind.ends_with("List"));
    match node.get("items").map(|items| &items.value) {
        Some(Yaml::Sequence(items)) if is_list => {
            let path = path.with(Step::Key("items".into()));
            for (index, item) in items.iter().enumerate() {
                objects(item, &path.with(Step::Index(index)), out);
            }
        }
        _ => out.push((path.clone(), node)),
    }
}

/// A text on its way, and what its documents mean.
struct Draft {
    text: String,
    documents: Vec<Value>,
    is_json: bool,
    json_name: bool,
}

impl Draft {
    /// Puts in what can be put in. Where all of it together does not work, each half is tried for
    /// itself: one value that cannot be edited does not keep the others out.
    fn settle<'i>(&mut self, items: &[&'i Item], refused: &mut Vec<(&'i Item, String)>) {
        match self.attempt(items) {
            Ok(()) => {}
            Err(why) => match items {
                [item] => refused.push((*item, why)),
                items => {
                    let (left, right) = items.split_at(items.len() / 2);
                    self.settle(left, refused);
                    self.settle(right, refused);
                }
            },
        }
    }

    fn attempt(&mut self, items: &[&Item]) -> Result<(), String> {
        if items.is_empty() {
            return Ok(());
        }
        let (text, aliased) = if self.is_json {
            (json::edit(&self.text, items)?, Vec::new())
        } else {
            let edited = block::edit(&self.text, items)?;
            (edited.text, edited.aliased)
        };
        let mut documents = self.documents.clone();
        for item in items {
            if let Some(document) = documents.get_mut(item.document) {
                item.addition.apply(document);
            }
        }
        let read = yaml::read(text.as_bytes(), self.json_name).into_iter();
        let read = read.map(|document| document.map(|node| node.to_json()));
        if read.collect::<Result<Vec<Value>, _>>().is_ok_and(|read| read == documents) {
            (self.text, self.documents) = (text, documents);
            return Ok(());
        }
        Err(match aliased.first() {
            Some(alias) => format!(
                "it is shared through the alias `{alias}`, and not all that share it lack the value"
            ),
            None => "editing it in place would change something else, too".into(),
        })
    }
}

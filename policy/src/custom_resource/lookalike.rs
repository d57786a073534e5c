//! What looks like a pod, in an object of which nobody said where its pods are.

use super::{Step, Way, push_key};
use crate::json::{Error, Scanner, Type, same};
use crate::message;

/// Something that lists containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lookalike<'a> {
    /// Where it is; where it is the `spec` of something, where that is.
    pub path: String,
    /// The same as settings name it.
    setting: String,
    /// Its text.
    text: &'a str,
}

/// Paths that are put into a setting.
const PATHS: usize = 16;

/// Looks through a value for lists of containers.
pub(super) fn look<'a>(
    scanner: &mut Scanner<'a>,
    way: &Way<'_>,
    found: &mut Vec<Lookalike<'a>>,
) -> Result<(), Error> {
    match scanner.next_type()? {
        Type::Object => {
            let start = scanner.offset();
            let mut is_pod = false;
            scanner.object(&mut |scanner, key| {
                is_pod |= same(key, "containers") && lists_images(scanner)?;
                look(scanner, &Way { parent: Some(way), step: Step::Key(key) }, found)
            })?;
            if is_pod {
                found.push(Lookalike::new(way, scanner.text_from(start)));
            }
            Ok(())
        }
        Type::Array => scanner.array(&mut |scanner, index| {
            look(scanner, &Way { parent: Some(way), step: Step::Index(index) }, found)
        }),
        _ => scanner.skip(),
    }
}

/// Whether the next value, which is an object, lists containers, with images or without. Moves past
/// it.
pub(super) fn lists_containers(scanner: &mut Scanner<'_>) -> Result<bool, Error> {
    let mut lists = false;
    scanner.object(&mut |scanner, key| {
        lists |= same(key, "containers") && scanner.next_type()? == Type::Array;
        scanner.skip()
    })?;
    Ok(lists)
}

/// Whether the next value is a list of objects, one of which has an image. Does not move.
fn lists_images(scanner: &mut Scanner<'_>) -> Result<bool, Error> {
    if scanner.next_type()? != Type::Array {
        return Ok(false);
    }
    let mut has_image = false;
    scanner.clone().array(&mut |scanner, _| {
        if scanner.next_type()? != Type::Object {
            return scanner.skip();
        }
        scanner.object(&mut |scanner, key| {
            has_image |= same(key, "image");
            scanner.skip()
        })
    })?;
    Ok(has_image)
}

impl<'a> Lookalike<'a> {
    fn new(way: &Way<'_>, text: &'a str) -> Self {
        let way = match (way.step, way.parent) {
            (Step::Key(key), Some(parent)) if same(key, "spec") => parent,
            _ => way,
        };
        Self { path: way.text(), setting: starred(way), text }
    }
}

/// The way as a setting names it: every item of a list. Keys of Kubernetes' types begin in lower
/// case; one that does not is a name that somebody gave to an item.
fn starred(way: &Way<'_>) -> String {
    let mut text = way.parent.map(starred).unwrap_or_default();
    match way.step {
        Step::Key(key) if is_field(key) => push_key(&mut text, &String::from_utf8_lossy(key)),
        Step::Key(_) | Step::Index(_) => text.push_str("[*]"),
    }
    text
}

fn is_field(key: &[u8]) -> bool {
    key.first().is_some_and(u8::is_ascii_lowercase) && key.iter().all(u8::is_ascii_alphanumeric)
}

/// The setting that names what it named, and every one that was found.
pub(super) fn setting(group: &str, kind: &str, named: &[&str], found: &[Lookalike<'_>]) -> String {
    let mut paths = named.to_vec();
    for path in found.iter().map(|one| &*one.setting) {
        if paths.len() < PATHS && !paths.contains(&path) {
            paths.push(path);
        }
    }
    let (group, kind) = (message::sanitized(group, 64), message::sanitized(kind, 64));
    let paths = message::sanitized(&paths.join("\", \""), 512).into_owned();
    ["podTemplates: [{group: ", &group, ", kind: ", &kind, ", paths: [\"", &paths, "\"]}]"].concat()
}

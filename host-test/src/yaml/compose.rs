//! From the parser's events to nodes: keys and values, anchors, limits.

mod mapping;

use self::mapping::{Mapping, Pending};
use super::scalar::{self, Tag};
use super::{Key, MAX_DEPTH, Node, Position, ReadError, Value};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use std::collections::HashMap;

/// How much memory aliases may bring in, roughly, before a document counts as an attack.
const MAX_EXPANSION: usize = 32 << 20;

/// Composes the documents of `text`, which begins after `lines_before` lines of its file.
pub(super) fn documents(text: &str, lines_before: usize) -> Vec<Result<Node, ReadError>> {
    let mut composer = Composer { lines_before, ..Composer::default() };
    for event in Parser::new_from_str(text) {
        let step = match event {
            Ok((event, span)) => {
                let (at, end) = (composer.position(span.start), composer.position(span.end));
                composer.event(event, at, end)
            }
            Err(error) => {
                let at = composer.position(*error.marker());
                Err(explain(error.info(), at))
            }
        };
        if let Err(mut error) = step {
            if text.contains("{{") && text.contains("}}") {
                error.what.push_str(
                    "; it looks like a template, pipe `helm template` into `ringfence check -`",
                );
            }
            composer.finished.push(Err(error));
            break;
        }
    }
    composer.finished
}

/// Adds what usually mends it to the parser's own words.
fn explain(info: &str, at: Position) -> ReadError {
    let hint = if info.contains("recursion limit") {
        return too_deep(at);
    } else if info.contains("tab") {
        "indent with spaces"
    } else if info.contains("unknown anchor") {
        "define the anchor (`&name`) in the same document before using it"
    } else {
        "check indentation, colons and quotes at and above this line"
    };
    ReadError::new(at, format!("broken YAML: {info}; {hint}"))
}

#[derive(Default)]
struct Composer {
    lines_before: usize,
    open: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    expansion: usize,
    finished: Vec<Result<Node, ReadError>>,
}

/// A finished anchored node and what an alias to it costs.
struct Anchored {
    node: Node,
    bytes: usize,
    height: usize,
}

/// A collection whose end has not come yet.
struct Frame {
    at: Position,
    anchor: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping(Mapping),
}

impl Composer {
    fn position(&self, marker: Marker) -> Position {
        Position { line: marker.line() + self.lines_before, column: marker.col() + 1 }
    }

    fn event(&mut self, event: Event<'_>, at: Position, end: Position) -> Result<(), ReadError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag_of(tag.as_deref(), style);
                if self.take_key(&text, tag, style, anchor, (at, end))? {
                    return Ok(());
                }
                let value = scalar::resolve(tag, &text).map_err(|what| ReadError::new(at, what))?;
                self.complete(Node { value, at, end }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.push(at, anchor, Content::Sequence(Vec::new())),
            Event::MappingStart(anchor, _) => {
                self.push(at, anchor, Content::Mapping(Mapping::default()))
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.open.pop() else {
                    return Ok(());
                };
                // Only brackets have a width.
                let closed = if at < end { end } else { frame.at };
                let value = match frame.content {
                    Content::Sequence(items) => Value::Sequence(items),
                    Content::Mapping(mapping) => Value::Mapping(mapping.into_entries()),
                };
                self.complete(Node { value, at: frame.at, end: closed }, frame.anchor)
            }
            Event::Alias(anchor) => {
                let node = self.expand(anchor, at, end)?;
                self.complete(node, 0)
            }
            Event::DocumentStart(_) => {
                self.anchors.clear();
                self.expansion = 0;
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn push(&mut self, at: Position, anchor: usize, content: Content) -> Result<(), ReadError> {
        if let Some(Frame { content: Content::Mapping(Mapping { pending: None, .. }), .. }) =
            self.open.last()
        {
            return Err(ReadError::new(
                at,
                "a list or mapping cannot be a key; quote it if it is text",
            ));
        }
        if self.open.len() == MAX_DEPTH {
            return Err(too_deep(at));
        }
        self.open.push(Frame { at, anchor, content });
        Ok(())
    }

    /// Takes a scalar as the key of the innermost mapping, if that waits for one.
    fn take_key(
        &mut self,
        text: &str,
        tag: Tag,
        style: ScalarStyle,
        anchor: usize,
        (at, end): (Position, Position),
    ) -> Result<bool, ReadError> {
        let Some(Frame { content: Content::Mapping(mapping), .. }) = self.open.last_mut() else {
            return Ok(false);
        };
        if mapping.pending.is_some() {
            return Ok(false);
        }
        let plain = style == ScalarStyle::Plain && tag == Tag::Implicit;
        if text == "<<" && (plain || tag == Tag::Merge) {
            mapping.pending = Some(Pending::Merge(at));
            return Ok(true);
        }
        let name = scalar::key(tag, text).map_err(|what| ReadError::new(at, what))?;
        if anchor > 0 {
            let node = Node { value: Value::String(name.clone()), at, end };
            let bytes = cost(&node);
            self.anchors.insert(anchor, Anchored { node, bytes, height: 0 });
        }
        mapping.pending = Some(Pending::Key(Key { name, at, end }));
        Ok(true)
    }

    /// A node is finished: remember it for aliases and hand it to the collection around it.
    fn complete(&mut self, node: Node, anchor: usize) -> Result<(), ReadError> {
        if anchor > 0 {
            let anchored =
                Anchored { bytes: cost(&node), height: height(&node), node: node.clone() };
            self.expansion += anchored.bytes;
            self.anchors.insert(anchor, anchored);
        }
        match self.open.last_mut().map(|frame| &mut frame.content) {
            None => {
                self.finished.push(Ok(node));
                Ok(())
            }
            Some(Content::Sequence(items)) => {
                items.push(node);
                Ok(())
            }
            Some(Content::Mapping(mapping)) => mapping.take(node),
        }
    }

    fn expand(&mut self, anchor: usize, at: Position, end: Position) -> Result<Node, ReadError> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(ReadError::new(
                at,
                "this alias stands inside its own anchor; write the value out",
            ));
        };
        self.expansion += anchored.bytes;
        if self.expansion > MAX_EXPANSION {
            return Err(ReadError::new(
                at,
                "aliases expand to more than 32 MiB; write the document without nested aliases",
            ));
        }
        if self.open.len() + anchored.height > MAX_DEPTH {
            return Err(too_deep(at));
        }
        Ok(Node { value: anchored.node.value.clone(), at, end })
    }
}

fn too_deep(at: Position) -> ReadError {
    ReadError::new(
        at,
        format!("nesting deeper than {MAX_DEPTH} levels; no kubernetes object is that deep"),
    )
}

fn tag_of(tag: Option<&saphyr_parser::Tag>, style: ScalarStyle) -> Tag {
    match tag {
        None if style == ScalarStyle::Plain => Tag::Implicit,
        None => Tag::Str,
        Some(tag) if tag.is_yaml_core_schema() => Tag::core(&tag.suffix),
        // `!` and an application's own tags: the text as it is.
        Some(_) => Tag::Str,
    }
}

/// Roughly the memory of a node, in bytes.
fn cost(node: &Node) -> usize {
    const NODE: usize = size_of::<Node>();
    NODE + match &node.value {
        Value::String(text) => text.len(),
        Value::Sequence(items) => items.iter().map(cost).sum(),
        Value::Mapping(entries) => {
            entries.iter().map(|(key, node)| 48 + key.name.len() + cost(node)).sum()
        }
        _ => 0,
    }
}

/// How many collections stand inside each other.
fn height(node: &Node) -> usize {
    match &node.value {
        Value::Sequence(items) => 1 + items.iter().map(height).max().unwrap_or(0),
        Value::Mapping(entries) => {
            1 + entries.iter().map(|(_, node)| height(node)).max().unwrap_or(0)
        }
        _ => 0,
    }
}

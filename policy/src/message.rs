//! Prose for people, and the machine-readable twin of it.
//!
//! The first line of a message stands alone and fits in 256 bytes, which every engine keeps. Texts
//! of the request are bounded and stripped of control characters: a name is validated by the API
//! server, an image or a profile is not.

use std::borrow::Cow;

use crate::exemptions::{self, Waived};
use crate::json::{Writer, decimal, key, string_key};
use crate::pod::Metadata;
use crate::report::Violation;
use crate::settings::Action;
use crate::text::is_printable_ascii;

/// Violations written out in a message; the rest is counted.
const MESSAGE_LINES: usize = 50;
/// Violations listed for machines; the rest is counted in a last item. A request that has more is
/// an attack on the log.
const MACHINE_ITEMS: usize = 1000;
/// Warnings a response carries; the rest is counted in a last one.
const WARNINGS: usize = 20;
/// Longest warning, in bytes; the API server may cut longer ones.
const WARNING_LENGTH: usize = 119;
/// Longest first line of a message, in bytes.
const FIRST_LINE: usize = 256;
/// Longest text of the request in a message, in bytes.
const TEXT: usize = 128;

/// `Pod shop/web`. A request about a namespace says that it is in itself.
pub(crate) fn who(kind: &str, namespace: &str, name: &str) -> String {
    let namespace = if kind == "Namespace" { "".into() } else { sanitized(namespace, 64) };
    let name = if name.is_empty() { "(unnamed)".into() } else { sanitized(name, 80) };
    let separator = if namespace.is_empty() { "" } else { "/" };
    [kind, " ", &namespace, separator, &name].concat()
}

/// The request's name, else the object's, else what the API server will make it from.
pub(crate) fn name<'a>(request: &'a str, metadata: &'a Metadata<'_>) -> Cow<'a, str> {
    if !request.is_empty() {
        request.into()
    } else if !metadata.name.is_empty() {
        Cow::Borrowed(&metadata.name)
    } else if !metadata.generate_name.is_empty() {
        [&metadata.generate_name, "*"].concat().into()
    } else {
        "".into()
    }
}

/// Why a request is denied.
pub(crate) fn denial(who: &str, policy: &str, violations: &[Violation<'_>]) -> String {
    let denying = || violations.iter().filter(|found| found.action == Action::Deny);
    let count = denying().count();
    let plural = if count == 1 { " violation" } else { " violations" };
    let mut text = String::with_capacity(FIRST_LINE + count.min(MESSAGE_LINES) * FIRST_LINE);
    for part in [who, " violates ", policy, ": ", &decimal(count), plural, " of "] {
        text.push_str(part);
    }
    let mut rules = denying().map(|found| found.rule.id).collect::<Vec<_>>();
    rules.dedup();
    for (index, id) in rules.iter().enumerate() {
        if text.len() + id.len() + 8 > FIRST_LINE {
            text.push_str(if index > 0 { ", …" } else { "…" });
            break;
        }
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(id);
    }
    for found in denying().take(MESSAGE_LINES) {
        text.push('\n');
        line(&mut text, found);
    }
    if count > MESSAGE_LINES {
        let more = decimal(count - MESSAGE_LINES);
        for part in ["\nand ", &more, " more: see the audit annotation `violations`"] {
            text.push_str(part);
        }
    }
    text
}

/// `rule: path = found (container web, image nginx:1.27); allowed: …; hint`
fn line(text: &mut String, found: &Violation<'_>) {
    for part in [found.rule.id, ": ", &sanitized(&found.path, TEXT * 2), " is "] {
        text.push_str(part);
    }
    text.push_str(&sanitized(&found.found, TEXT));
    if let Some((name, image)) = found.container {
        for part in [" in container ", &sanitized(name, 64), ", image ", &sanitized(image, TEXT)] {
            text.push_str(part);
        }
    }
    for part in ["; allowed: ", &found.allowed, "; ", &found.hint] {
        text.push_str(part);
    }
}

/// One short line for each violation that warns, and for each exemption that ends soon.
pub(crate) fn warnings(violations: &[Violation<'_>], waived: &[Waived<'_>]) -> Vec<String> {
    let warning = || violations.iter().filter(|found| found.action == Action::Warn);
    let mut warnings = warning()
        .take(WARNINGS)
        .map(|found| {
            let parts = [found.rule.id, ": ", &found.path, " is ", &found.found];
            sanitized(&parts.concat(), WARNING_LENGTH).into_owned()
        })
        .collect::<Vec<_>>();
    let count = warning().count();
    if count > WARNINGS {
        warnings.push(format!("ringfence: and {} more warnings", count - WARNINGS));
    }
    exemptions::warn(waived, &mut warnings);
    warnings
}

/// Writes the violations as a JSON array.
pub(crate) fn machine_readable(out: &mut Writer, violations: &[Violation<'_>]) {
    out.open_array();
    for found in violations.iter().take(MACHINE_ITEMS) {
        out.open_object();
        item(out, found);
        out.close_object();
    }
    more(out, violations.len());
    out.close_array();
}

/// Writes what exemptions let pass as a JSON array.
pub(crate) fn waived(out: &mut Writer, waived: &[Waived<'_>]) {
    out.open_array();
    for found in waived.iter().take(MACHINE_ITEMS) {
        out.open_object();
        item(out, &found.violation);
        out.field(&string_key!("exemption"), found.exemption.id());
        out.field(&string_key!("reason"), found.exemption.reason());
        if let Some(last) = found.exemption.last_day() {
            out.field(&string_key!("expires"), &last.to_string());
        }
        out.close_object();
    }
    more(out, waived.len());
    out.close_array();
}

/// Writes how many items there are beyond those that are listed.
fn more(out: &mut Writer, count: usize) {
    if let Some(more) = count.checked_sub(MACHINE_ITEMS).filter(|more| *more > 0) {
        out.open_object().key(key!("more")).number(more).close_object();
    }
}

fn item(out: &mut Writer, found: &Violation<'_>) {
    out.plain_field(&string_key!("rule"), found.rule.id);
    out.plain_field(&string_key!("check"), found.check.id);
    out.plain_field(&string_key!("action"), found.action.name());
    out.field(&string_key!("path"), &sanitized(&found.path, TEXT * 2));
    if let Some((name, image)) = found.container {
        out.key(key!("container")).open_object();
        out.field(&string_key!("name"), &sanitized(name, TEXT * 2));
        out.field(&string_key!("image"), &sanitized(image, TEXT * 2));
        out.close_object();
    }
    out.field(&string_key!("found"), &sanitized(&found.found, TEXT * 2));
    out.field(&string_key!("allowed"), &found.allowed);
    out.field(&string_key!("hint"), &found.hint);
}

/// The text without control characters and at most `limit` bytes long; what is cut off is marked.
pub(crate) fn sanitized(text: &str, limit: usize) -> Cow<'_, str> {
    const MARK: char = '…';
    if text.len() <= limit && is_printable_ascii(text) {
        return text.into();
    }
    let mut out = String::new();
    for letter in text.chars() {
        let shown = if is_harmful(letter) { char::REPLACEMENT_CHARACTER } else { letter };
        if out.len() + shown.len_utf8() > limit {
            while out.len() + MARK.len_utf8() > limit && out.pop().is_some() {}
            out.push(MARK);
            break;
        }
        out.push(shown);
    }
    out.into()
}

/// Control characters, and the marks that turn or hide the text around them: a terminal obeys them.
fn is_harmful(letter: char) -> bool {
    let marks = matches!(
        letter,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    );
    marks || letter.is_control()
}

/// A message that quotes the request, bounded and harmless; its line breaks stay.
pub(crate) fn bounded(message: &str) -> String {
    let lines = message.lines().take(MESSAGE_LINES).map(|line| sanitized(line, 512));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{sanitized, who};

    #[test]
    fn a_namespace_is_in_no_other() {
        assert_eq!(who("Pod", "shop", "web"), "Pod shop/web");
        assert_eq!(who("Namespace", "shop", "shop"), "Namespace shop");
        assert_eq!(who("PersistentVolume", "", "disk"), "PersistentVolume disk");
    }

    #[test]
    fn harmless_text_is_left_alone() {
        assert_eq!(sanitized("registry.example/web:1.0", 64), "registry.example/web:1.0");
        assert_eq!(sanitized("größe", 7), "größe");
    }

    #[test]
    fn text_is_cut_in_bytes_between_characters() {
        assert_eq!(sanitized("abcdef", 5), "ab…");
        assert_eq!(sanitized("ääää", 7), "ää…");
        for limit in 3..40 {
            assert!(sanitized("ä€😀\u{1b}ä€😀\u{1b}ä€😀\u{1b}", limit).len() <= limit, "{limit}");
        }
    }

    #[test]
    fn what_a_terminal_obeys_is_replaced() {
        assert_eq!(sanitized("a\u{1b}[31m\n\u{202e}b", 64), "a\u{fffd}[31m\u{fffd}\u{fffd}b");
    }
}

//! Cuts a stream into its documents before parsing, so that one broken document leaves the others
//! readable. `kubectl` cuts the same way, at lines that begin with `---`.

/// The documents of `text`, each with the number of lines before it.
///
/// The `---` line stays with the document it opens: content may follow on the same line.
pub(super) fn documents(text: &str) -> Vec<(usize, &str)> {
    let mut chunks = Vec::new();
    let (mut start, mut start_line) = (0, 0);
    let mut only_directives = false;
    let mut offset = 0;
    for (line_number, line) in text.split_inclusive('\n').enumerate() {
        if opens_document(line) && offset > start && !only_directives {
            chunks.push((start_line, &text[start..offset]));
            (start, start_line) = (offset, line_number);
        }
        // `%YAML 1.2` belongs to the `---` after it: cut there and the directive stands alone.
        if line.starts_with('%') {
            only_directives = true;
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            only_directives = false;
        }
        offset += line.len();
    }
    if start < text.len() {
        chunks.push((start_line, &text[start..]));
    }
    chunks
}

fn opens_document(line: &str) -> bool {
    line.strip_prefix("---")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

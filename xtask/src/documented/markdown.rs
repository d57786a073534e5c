//! The blocks, comments and links of a page.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// What a page shows.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) blocks: Vec<Block>,
    /// Comments that stand before no block, with their lines.
    pub(super) loose_comments: Vec<(usize, String)>,
    /// What links and images lead to, with their lines.
    pub(super) links: Vec<(usize, String)>,
    /// What stands in sentences as code, with its lines.
    pub(super) code: Vec<(usize, String)>,
}

/// A block of code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The line that opens it, counted from 1.
    pub(super) line: usize,
    /// Nothing where it is indented instead of fenced, or its fence names none.
    pub(super) language: Option<String>,
    /// Without fences and indentation.
    pub(super) text: String,
    /// The comment on the line before it.
    pub(super) comment: Option<String>,
}

/// Whether commands are written in blocks of that language.
pub(super) fn is_shell(language: &str) -> bool {
    ["sh", "bash", "zsh", "shell", "console", "shell-session", "shellsession", "terminal"]
        .contains(&language)
}

impl Page {
    pub(super) fn read(text: &str) -> Self {
        let mut page = Self::default();
        let line = |offset: usize| text.get(..offset).unwrap_or_default().matches('\n').count() + 1;
        // The last comment, as long as no block follows it.
        let mut comment: Option<(Range<usize>, String)> = None;
        let mut block: Option<Block> = None;
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::HtmlBlock) => {
                    let html = text.get(range.clone()).unwrap_or_default().trim().to_owned();
                    let before = comment.replace((range, html));
                    page.loose(before, line);
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let follows = |end: usize| {
                        text.get(end..range.start)
                            .is_some_and(|gap| gap.chars().all(|it| it == ' '))
                    };
                    let before = comment.take_if(|(at, _)| follows(at.end));
                    block = Some(Block {
                        line: line(range.start),
                        language: language(&kind),
                        text: String::new(),
                        comment: before.map(|(_, html)| html),
                    });
                }
                Event::Text(part) => {
                    if let Some(block) = &mut block {
                        block.text.push_str(&part);
                    }
                }
                Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push((line(range.start), dest_url.into_string()));
                }
                Event::Code(code) => page.code.push((line(range.start), code.into_string())),
                _ => {}
            }
        }
        page.loose(comment, line);
        page
    }

    fn loose(&mut self, comment: Option<(Range<usize>, String)>, line: impl Fn(usize) -> usize) {
        self.loose_comments.extend(comment.map(|(at, html)| (line(at.start), html)));
    }
}

fn language(kind: &CodeBlockKind<'_>) -> Option<String> {
    let CodeBlockKind::Fenced(info) = kind else { return None };
    info.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_with_the_comment_right_before_them() {
        let text = "# Title\n```sh\nfalse\n```\n<!-- a -->\n~~~console x\ntrue\n~~~\n<!-- b -->\n\n\
                    - in a list\n\n  <!-- c -->\n  ```sh\n    deep\n  ```\n\n      indented\n\n[l](m.md) ![i](j.png) `[n](o)`\n";
        let page = Page::read(text);
        let block = |line, language: Option<&str>, text: &str, comment: Option<&str>| Block {
            line,
            language: language.map(str::to_owned),
            text: text.to_owned(),
            comment: comment.map(str::to_owned),
        };
        let expected = [
            block(2, Some("sh"), "false\n", None),
            block(6, Some("console"), "true\n", Some("<!-- a -->")),
            block(14, Some("sh"), "  deep\n", Some("<!-- c -->")),
            block(18, None, "indented\n", None),
        ];
        assert_eq!(page.blocks, expected);
        assert_eq!(page.loose_comments, [(9, "<!-- b -->".to_owned())]);
        assert_eq!(page.code, [(20, "[n](o)".to_owned())]);
        assert_eq!(page.links, [(20, "m.md".to_owned()), (20, "j.png".to_owned())]);
    }

    #[test]
    fn what_is_shown_in_a_block_is_neither() {
        let page = Page::read("````md\n<!-- test -->\n```sh\nfalse\n```\n````\n");
        assert_eq!(page.blocks.len(), 1);
        assert!(page.loose_comments.is_empty());
    }
}

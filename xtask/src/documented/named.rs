//! What pages name and nobody runs: files in commands, settings and manifests in blocks, links.

use std::path::{Component, Path};

use saphyr::{LoadableYamlNode, Yaml};

use super::mark::Mark;
use super::markdown::{Page, is_shell};

/// What a page names wrongly, each with its line. `page` is below `root`.
pub(crate) fn mistakes(root: &Path, page: &Path, text: &str) -> Vec<String> {
    let folder = root.join(page.parent().unwrap_or(Path::new("")));
    let at = |number: usize, what: &str| format!("{}:{number}: {what}", page.display());
    let Page { blocks, links, .. } = Page::read(text);
    let files = links.iter().filter_map(|(line, target)| Some((line, file(target)?)));
    let broken = files.filter(|(_, file)| !folder.join(file).exists());
    let mut found: Vec<String> =
        broken.map(|(line, file)| at(*line, &format!("no file {file}"))).collect();
    for block in blocks {
        if let Some(Ok(Some(Mark::NotRun(reason)))) = block.comment.as_deref().map(Mark::parse) {
            let absent = paths(root, &reason).filter(|path| !root.join(path).exists());
            found.extend(absent.map(|path| at(block.line, &format!("no file {path}"))));
        }
        match block.language.as_deref() {
            // What a folder of its own holds is found or not when the block is run.
            Some(language) if is_shell(language) && !is_elsewhere(block.comment.as_deref()) => {
                for (line, number) in block.text.lines().zip(block.line + 1..) {
                    let absent = paths(root, line).filter(|path| !root.join(path).exists());
                    found.extend(absent.map(|path| at(number, &format!("no file {path}"))));
                }
            }
            Some("yaml") => {
                if let Err(error) = Yaml::load_from_str(&block.text) {
                    found.push(at(block.line, &format!("the block is no YAML: {error}")));
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether a block runs in another folder than the root.
fn is_elsewhere(comment: Option<&str>) -> bool {
    let mark = comment.map(Mark::parse);
    matches!(mark, Some(Ok(Some(Mark::Test(orders)))) if orders.folder.is_some())
}

/// The words of a command that name something in a folder of the repository that git keeps.
fn paths<'l>(root: &'l Path, line: &'l str) -> impl Iterator<Item = &'l str> {
    let words = line.split(|letter: char| letter.is_whitespace() || "'\"()=;".contains(letter));
    words.filter(move |word| {
        let mut parts = Path::new(word).components();
        let Some(Component::Normal(first)) = parts.next() else { return false };
        let is_made = ["dist", "target"].iter().any(|made| first == *made);
        let is_pattern = word.contains(['*', '?', '[', '<', '{', '$']);
        parts.next().is_some() && !is_made && !is_pattern && root.join(first).is_dir()
    })
}

/// The relative file that a link leads to; nothing where it leads elsewhere.
fn file(target: &str) -> Option<&str> {
    let target = target.split('#').next().unwrap_or(target);
    (!target.is_empty() && !target.contains(':')).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documented::pages;
    use crate::repository;
    use std::fs;

    #[test]
    fn what_is_not_there_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let text = "[a](start.md) [b](no.md#x) [c](https://example.com) `[d](e)`\n\
                    <!-- not run: docs/no.rs does -->\n```sh\nkubectl apply -f deploy/no.yaml\nringfence check examples/shop 'docs/*.md'\n```\n\
                    ```yaml\na: [\n```\n```text\n[f](g)\n```\n";
        let found = mistakes(&root, Path::new("docs/page.md"), text);
        assert_eq!(found.len(), 4, "{found:#?}");
        assert_eq!(found[0], "docs/page.md:1: no file no.md");
        assert_eq!(found[1], "docs/page.md:3: no file docs/no.rs");
        assert_eq!(found[2], "docs/page.md:4: no file deploy/no.yaml");
        assert!(found[3].starts_with("docs/page.md:7: the block is no YAML"), "{found:#?}");
    }

    #[test]
    fn every_page_names_what_is_there() {
        let shell = repository::shell().expect("a shell");
        let root = shell.current_dir();
        let pages = pages(&shell).expect("pages");
        let found = pages.iter().flat_map(|page| {
            mistakes(&root, page, &fs::read_to_string(root.join(page)).expect("a page"))
        });
        let found: Vec<String> = found.collect();
        assert!(found.is_empty(), "{found:#?}");
        assert!(pages.len() > 60, "{}", pages.len());
    }
}

//! What pages name and nobody runs: files in commands, settings and manifests in blocks, links.

use std::path::{Component, Path};

use saphyr::{LoadableYamlNode, Yaml};

use super::fence_of;

/// What a page names wrongly, each with its line. `page` is below `root`.
pub(crate) fn mistakes(root: &Path, page: &Path, text: &str) -> Vec<String> {
    let folder = root.join(page.parent().unwrap_or(Path::new("")));
    let mut found = Vec::new();
    let mut lines = text.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        let at = |number: usize, what: &str| format!("{}:{number}: {what}", page.display());
        let Some(fence) = fence_of(line) else {
            let broken = links(line).filter(|link| !folder.join(link).exists());
            found.extend(broken.map(|link| at(number, &format!("no file {link}"))));
            continue;
        };
        let language = line.trim().trim_start_matches('`');
        let block: Vec<(&str, usize)> =
            lines.by_ref().take_while(|(line, _)| line.trim() != fence).collect();
        match language {
            "sh" => {
                for (line, number) in block {
                    let absent = paths(root, line).filter(|path| !root.join(path).exists());
                    found.extend(absent.map(|path| at(number, &format!("no file {path}"))));
                }
            }
            "yaml" => {
                let block: Vec<&str> = block.iter().map(|(line, _)| *line).collect();
                if let Err(error) = Yaml::load_from_str(&block.join("\n")) {
                    found.push(at(number, &format!("the block is no YAML: {error}")));
                }
            }
            _ => {}
        }
    }
    found
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

/// The relative files that a line of prose links to.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let files = targets.map(|(target, _)| target.split('#').next().unwrap_or(target));
    files.filter(|target| !target.is_empty() && !target.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_is_not_there_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let text = "[a](start.md) [b](no.md#x) [c](https://example.com) `[d](e)`\n\
                    ```sh\nkubectl apply -f deploy/no.yaml\nringfence check examples/shop 'docs/*.md'\n```\n\
                    ```yaml\na: [\n```\n```text\n[f](g)\n```\n";
        let found = mistakes(&root, Path::new("docs/page.md"), text);
        assert_eq!(found.len(), 4, "{found:#?}");
        assert_eq!(found[0], "docs/page.md:1: no file no.md");
        assert_eq!(found[1], "docs/page.md:1: no file e");
        assert_eq!(found[2], "docs/page.md:3: no file deploy/no.yaml");
        assert!(found[3].starts_with("docs/page.md:6: the block is no YAML"), "{found:#?}");
    }

    #[test]
    fn every_page_names_what_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut pages = vec!["README.md".into(), "SECURITY.md".into(), "CONTRIBUTING.md".into()];
        for folder in [
            "docs",
            "docs/adr",
            "docs/rules",
            "deploy/gatekeeper",
            "deploy/kubewarden",
            "deploy/kyverno",
        ] {
            let entries = fs::read_dir(root.join(folder)).expect("a folder");
            let names =
                entries.map(|entry| Path::new(folder).join(entry.expect("an entry").file_name()));
            pages.extend(names.filter(|page| page.extension().is_some_and(|end| end == "md")));
        }
        let found = pages.iter().flat_map(|page| {
            mistakes(&root, page, &fs::read_to_string(root.join(page)).expect("a page"))
        });
        let found: Vec<String> = found.collect();
        assert!(found.is_empty(), "{found:#?}");
        assert!(pages.len() > 60, "{}", pages.len());
    }
}

//! Runs the commands that the documentation shows.
//!
//! A comment `<!-- test -->` on the line before a block of shell commands has
//! it run in the root of the repository; `<!-- test: exit 1 -->` also says how
//! it ends. What no block runs is held against the repository by the tests of `named`.

#[cfg(test)]
mod named;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

/// A marked block.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    /// Of its first command, counted from 1.
    line: usize,
    script: String,
    exit: i32,
}

/// Runs all marked blocks, and says how many there are.
pub(crate) fn run(shell: &Shell) -> Result<usize> {
    let (mut count, mut failures) = (0, Vec::new());
    for page in pages(shell)? {
        let shown = page.strip_prefix(shell.current_dir()).unwrap_or(&page);
        let text = shell.read_file(&page)?;
        for block in blocks(&text).with_context(|| format!("{}", shown.display()))? {
            count += 1;
            if let Err(error) = run_block(shell, shown, &block) {
                println!("{error:#}");
                failures.push(format!("{}:{}", shown.display(), block.line));
            }
        }
    }
    if !failures.is_empty() {
        bail!(
            "{} of {count} blocks did not do what they say: {}",
            failures.len(),
            failures.join(", ")
        );
    }
    Ok(count)
}

/// The README and the pages directly under `docs`.
fn pages(shell: &Shell) -> Result<Vec<PathBuf>> {
    let mut pages = vec![shell.current_dir().join("README.md")];
    if shell.path_exists("docs") {
        pages.extend(shell.read_dir("docs")?);
    }
    pages.retain(|page| page.is_file() && page.extension().is_some_and(|end| end == "md"));
    Ok(pages)
}

fn run_block(shell: &Shell, page: &Path, block: &Block) -> Result<()> {
    let (page, line, script) = (page.display(), block.line, &block.script);
    if script.contains("xtask test") {
        bail!(
            "{page}:{line}: `cargo xtask test` runs this block, which would run it again: unmark it"
        );
    }
    println!("-- {page}:{line}\n{script}");
    let bash = cmd!(shell, "bash -euo pipefail -c {script}");
    let status = Command::from(bash).status().context("cannot start bash: install it")?;
    if status.code() != Some(block.exit) {
        let expected = block.exit;
        bail!("{page}:{line}: expected exit code {expected}, but {status}");
    }
    Ok(())
}

/// The marked blocks of a page.
fn blocks(text: &str) -> Result<Vec<Block>> {
    let mut found = Vec::new();
    let mut lines = text.lines().zip(1..);
    // The fence of the block that we are in but do not run.
    let mut fence: Option<&str> = None;
    while let Some((line, number)) = lines.next() {
        if let Some(open) = fence {
            if line.trim() == open {
                fence = None;
            }
            continue;
        }
        fence = fence_of(line);
        let Some(exit) = marker(line).with_context(|| format!("line {number}"))? else {
            continue;
        };
        if lines.next().map(|(line, _)| line.trim()) != Some("```sh") {
            bail!("line {number}: the mark {line} is not followed by a ```sh block");
        }
        let script: Vec<&str> =
            lines.by_ref().map(|(line, _)| line).take_while(|line| line.trim() != "```").collect();
        found.push(Block { line: number + 2, script: script.join("\n"), exit });
    }
    Ok(found)
}

/// The characters that will close the block which this line opens.
fn fence_of(line: &str) -> Option<&str> {
    let line = line.trim();
    let length = line.bytes().take_while(|byte| *byte == b'`').count();
    (length >= 3).then(|| &line[..length])
}

/// The exit code that a mark asks for; nothing when the line is no mark.
fn marker(line: &str) -> Result<Option<i32>> {
    let comment =
        line.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")).map(str::trim);
    let Some(asked) = comment.and_then(|comment| comment.strip_prefix("test")) else {
        return Ok(None);
    };
    if asked.is_empty() {
        return Ok(Some(0));
    }
    let Some(asked) = asked.strip_prefix(':') else {
        return Ok(None);
    };
    let code = asked.trim().strip_prefix("exit ").map(str::trim);
    match code.and_then(|code| code.parse().ok()) {
        Some(code) => Ok(Some(code)),
        None => bail!("{line} is no mark: write <!-- test --> or <!-- test: exit 1 -->"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_marked_blocks_only() {
        let text = "# Title\n```sh\nnot run\n```\n\n<!-- test -->\n```sh\ncargo xtask demo\ntrue\n```\n\
                    <!-- testing is good -->\n  <!-- test: exit 1 -->\n  ```sh\n  false\n  ```\n";
        let expected = [
            Block { line: 8, script: "cargo xtask demo\ntrue".to_owned(), exit: 0 },
            Block { line: 14, script: "  false".to_owned(), exit: 1 },
        ];
        assert_eq!(blocks(text).unwrap(), expected);
    }

    #[test]
    fn a_mark_shown_in_a_block_is_not_a_mark() {
        let text = "````md\n<!-- test -->\n```sh\nfalse\n```\n````\n```text\n<!-- test -->\n```\n";
        assert_eq!(blocks(text).unwrap(), []);
    }

    #[test]
    fn a_wrong_mark_is_an_error_with_its_line() {
        for text in [
            "\n<!-- test: exti 1 -->\n```sh\n```",
            "\n<!-- test -->\n\n```sh\n```",
            "\n<!-- test -->\n```console\n```",
        ] {
            let error = blocks(text).unwrap_err();
            assert!(format!("{error:#}").starts_with("line 2: "), "{error:#}");
        }
    }
}

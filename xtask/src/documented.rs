//! Runs the commands that the documentation shows.
//!
//! Every block of shell commands, of every page that git knows, has a mark on the line before it:
//!
//! - `<!-- test -->`: this step runs it, in the root of the repository, with `ringfence` on `PATH`.
//!   What follows a colon says more, with commas between: how it ends (`exit 1`), where it runs (`in
//!   NAME`, a folder that `documented/folders/NAME.sh` fills), what has to be there (`needs helm`),
//!   and for what does not end by itself the words after which it is interrupted (`until WORDS`).
//! - `<!-- run by: PATH::NAME -->`: a test, or another step, runs it.
//! - `<!-- not run: REASON -->`: no developer's machine can; printed and counted.
//!
//! What no block runs is held against the repository by the tests of `named`; commands within
//! sentences are looked up in the help of `ringfence` and of these chores.

mod mark;
mod markdown;
#[cfg(test)]
mod named;
mod needs;
mod place;
mod process;
mod prose;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use mark::{Mark, Orders};
use markdown::Page;
use needs::Needs;
use prose::Helps;

/// How the blocks fared.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Count {
    /// Those that did what they say.
    pub(crate) passed: u64,
    /// Those that did not.
    pub(crate) failed: u64,
    /// Those that nobody could run here; each was printed with its reason.
    pub(crate) not_run: u64,
}

/// A block with its mark.
#[derive(Debug)]
struct Marked {
    /// The page, below the root.
    page: PathBuf,
    /// Of the line that opens the block, counted from 1.
    line: usize,
    script: String,
    mark: Mark,
}

/// Runs what is marked to be run here, and says how the blocks fared.
///
/// # Errors
///
/// When a block has no mark, or a wrong one: then none is run.
pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let blocks = collect(shell)?;
    let mut count = Count::default();
    let mut needs = Needs::new(shell);
    let mut failures = Vec::new();
    for block in blocks {
        let at = block.at();
        let reason = match &block.mark {
            Mark::RunBy { .. } => continue,
            Mark::NotRun(reason) => Some(reason.clone()),
            Mark::Test(orders) => needs.missing(orders)?,
        };
        match (reason, &block.mark) {
            (Some(reason), _) => {
                println!("-- {at}: not run: {reason}");
                count.not_run += 1;
            }
            (None, Mark::Test(orders)) => match run_block(shell, &at, &block.script, orders) {
                Ok(()) => count.passed += 1,
                Err(error) => {
                    println!("{error:#}");
                    failures.push(at);
                    count.failed += 1;
                }
            },
            (None, _) => {}
        }
    }
    for mistake in named_wrongly(shell)? {
        println!("{mistake}");
        failures.push(mistake);
        count.failed += 1;
    }
    if !failures.is_empty() {
        println!("what does not do as it says:\n{}", failures.join("\n"));
    }
    Ok(count)
}

/// What sentences name that is not there, by the command that the blocks ran.
fn named_wrongly(shell: &Shell) -> Result<Vec<String>> {
    let mut helps = Helps::new(shell);
    let mut found = Vec::new();
    for page in pages(shell)? {
        let read = Page::read(&shell.read_file(&page)?);
        let mistakes = prose::mistakes(&read, &mut helps)?;
        let mistakes =
            mistakes.iter().map(|(line, what)| format!("{}:{line}: {what}", page.display()));
        found.extend(mistakes);
    }
    Ok(found)
}

fn run_block(shell: &Shell, at: &str, script: &str, orders: &Orders) -> Result<()> {
    if script.contains("xtask test") {
        bail!(
            "{at}: `cargo xtask test` runs this block, which would run it again: mark it `run by`"
        );
    }
    println!("-- {at}\n{script}");
    let command = place::bash(shell, orders.folder.as_deref(), script)?;
    let status = process::run(command, orders.until.as_deref()).with_context(|| at.to_owned())?;
    let expected = orders.exit;
    ensure!(status.code() == Some(expected), "{at}: expected exit code {expected}, but {status}");
    Ok(())
}

impl Marked {
    fn at(&self) -> String {
        format!("{}:{}", self.page.display(), self.line)
    }
}

/// All blocks of shell commands, each with its mark.
///
/// # Errors
///
/// All that is wrong with marks, a line each.
fn collect(shell: &Shell) -> Result<Vec<Marked>> {
    let (mut found, mut mistakes) = (Vec::new(), Vec::new());
    for page in pages(shell)? {
        let text = shell.read_file(&page)?;
        marked(&page, &text, &mut found, &mut mistakes);
    }
    for block in &found {
        if let Mark::RunBy { file, name } = &block.mark
            && let Err(error) = runs(shell.current_dir().as_path(), &block.page, file, name)
        {
            mistakes.push(format!("{}: {error:#}", block.at()));
        }
    }
    if !mistakes.is_empty() {
        bail!(
            "{} blocks are not marked as they should be:\n{}\nOn the line before a block of commands \
             write <!-- test -->, <!-- test: exit 1 -->, <!-- run by: PATH::TEST --> or, only for \
             what no developer's machine can run, <!-- not run: REASON -->",
            mistakes.len(),
            mistakes.join("\n")
        );
    }
    Ok(found)
}

/// The pages that git knows or would, less those that were deleted.
fn pages(shell: &Shell) -> Result<Vec<PathBuf>> {
    let listed = cmd!(shell, "git ls-files -z --cached --others --exclude-standard -- *.md")
        .quiet()
        .read()
        .context("the pages are those that git knows: run this in a clone")?;
    let mut pages: Vec<PathBuf> = listed
        .split_terminator('\0')
        .map(PathBuf::from)
        .filter(|page| shell.path_exists(page))
        .collect();
    pages.sort();
    pages.dedup();
    ensure!(!pages.is_empty(), "git knows no page: run this in a clone");
    Ok(pages)
}

/// Adds the shell blocks of a page, and what is wrong with its marks.
fn marked(page: &Path, text: &str, found: &mut Vec<Marked>, mistakes: &mut Vec<String>) {
    let read = Page::read(text);
    let mut wrong = |line: usize, what: &str| {
        mistakes.push(format!("{}:{line}: {what}", page.display()));
    };
    for (line, comment) in read.loose_comments {
        if !matches!(Mark::parse(&comment), Ok(None)) {
            wrong(line, "the mark is not on the line before a fenced block of shell commands");
        }
    }
    for block in read.blocks {
        let mark = block.comment.as_deref().map_or(Ok(None), Mark::parse);
        match (block.language.as_deref(), mark) {
            (None, _) => wrong(
                block.line,
                "an indented block, or one without a language: write ```sh, ```text, ```yaml …",
            ),
            (Some(_), Err(error)) => wrong(block.line, &format!("{error:#}")),
            (Some(language), Ok(Some(_))) if !markdown::is_shell(language) => {
                wrong(
                    block.line,
                    &format!("the mark is before a block of {language}, which nobody runs"),
                );
            }
            (Some(language), Ok(None)) if markdown::is_shell(language) => {
                wrong(block.line, "nothing runs this block of commands");
            }
            (Some("sh"), Ok(Some(mark))) => found.push(Marked {
                page: page.to_owned(),
                line: block.line,
                script: block.text.trim_end().to_owned(),
                mark,
            }),
            (Some(language), Ok(Some(_))) => {
                wrong(
                    block.line,
                    &format!("commands are in ```sh blocks, without prompts: {language}"),
                );
            }
            (Some(_), Ok(None)) => {}
        }
    }
}

/// Whether a test of that name is there, and a test reads the page.
fn runs(root: &Path, page: &Path, file: &str, name: &str) -> Result<()> {
    let text = std::fs::read_to_string(root.join(file))
        .with_context(|| format!("`run by` names {file}, which cannot be read"))?;
    let is_rust = file.ends_with(".rs");
    let wanted = if is_rust { format!("fn {name}(") } else { name.to_owned() };
    ensure!(text.contains(&wanted), "`run by` names {file}, which has no `{wanted}`");
    // Otherwise it would go on with commands that the page no longer shows.
    let page = page.display().to_string();
    let is_test = is_rust && file.contains("tests/");
    ensure!(
        !is_test || text.contains(&page),
        "{file} does not read {page}, so it cannot run the block"
    );
    Ok(())
}

#[cfg(test)]
mod tests;

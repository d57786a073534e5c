//! Commands that stand within sentences: nobody runs them, but they name commands and options that
//! there are.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use clap::CommandFactory;
use xshell::{Shell, cmd};

use super::markdown::Page;

/// The programs whose commands are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Program {
    Ringfence,
    Xtask,
}

/// What a page's sentences name wrongly, each with its line.
pub(super) fn mistakes(page: &Page, helps: &mut Helps<'_>) -> Result<Vec<(usize, String)>> {
    let mut found = Vec::new();
    for (line, code) in &page.code {
        let words: Vec<&str> = code.split_whitespace().collect();
        let (program, words) = match words.as_slice() {
            ["ringfence" | "dist/ringfence", rest @ ..] => (Program::Ringfence, rest),
            ["cargo", "xtask", rest @ ..] => (Program::Xtask, rest),
            _ => continue,
        };
        let mistake = helps.mistake(program, words).with_context(|| format!("`{code}`"))?;
        found.extend(mistake.map(|what| (*line, format!("`{code}`: {what}"))));
    }
    Ok(found)
}

/// What the programs say of their commands, asked once for each.
pub(super) struct Helps<'a> {
    shell: &'a Shell,
    known: HashMap<(Program, String), String>,
}

impl<'a> Helps<'a> {
    pub(super) fn new(shell: &'a Shell) -> Self {
        Self { shell, known: HashMap::new() }
    }

    /// What is wrong with the words after the program's name, if something is.
    fn mistake(&mut self, program: Program, words: &[&str]) -> Result<Option<String>> {
        let mut words = words.iter().peekable();
        let mut command = String::new();
        let mut help = self.help(program, &command)?;
        while help.contains("\nCommands:\n") {
            let Some(name) = words.next_if(|word| !word.starts_with('-')) else { break };
            if !lists(&help, name) {
                return Ok(Some(format!("there is no command `{name}`")));
            }
            command = format!("{command} {name}").trim().to_owned();
            help = self.help(program, &command)?;
        }
        for word in words.filter(|word| word.starts_with("--")) {
            let option = word.split('=').next().unwrap_or(word);
            let is_there =
                help.split(|letter: char| letter.is_whitespace() || ",[=".contains(letter));
            if !is_there.into_iter().any(|it| it == option) {
                return Ok(Some(format!("there is no option `{option}`")));
            }
        }
        Ok(None)
    }

    fn help(&mut self, program: Program, command: &str) -> Result<String> {
        let key = (program, command.to_owned());
        if let Some(help) = self.known.get(&key) {
            return Ok(help.clone());
        }
        let words: Vec<&str> = command.split_whitespace().collect();
        let help = match program {
            Program::Ringfence => {
                cmd!(self.shell, "dist/ringfence {words...} --help").quiet().read()?
            }
            Program::Xtask => xtask(&words)?,
        };
        ensure!(help.contains("Usage: "), "the help of `{command}` is none");
        self.known.insert(key, help.clone());
        Ok(help)
    }
}

fn xtask(words: &[&str]) -> Result<String> {
    let mut command = crate::Arguments::command();
    for word in words {
        command = command.find_subcommand(word).context("no such command")?.clone();
    }
    Ok(command.render_long_help().to_string())
}

/// Whether a help lists a command of that name; what one is about goes on in lines that are indented
/// further.
fn lists(help: &str, name: &str) -> bool {
    let listed = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let lines = listed.lines().take_while(|line| !line.is_empty());
    let mut names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.any(|listed| listed == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_options_are_those_that_there_are() -> Result<()> {
        let shell = Shell::new()?;
        let mut helps = Helps::new(&shell);
        let text = "`cargo xtask test --only rbac`, `cargo xtask publish registry://HOST --plain-http=x`,\n\
                    `cargo xtask`, `cargo build --no-such`, `cargo xtask tset`,\n`cargo xtask build --modul`";
        let found = mistakes(&Page::read(text), &mut helps)?;
        let expected = [
            (2, "`cargo xtask tset`: there is no command `tset`".to_owned()),
            (3, "`cargo xtask build --modul`: there is no option `--modul`".to_owned()),
        ];
        assert_eq!(found, expected);
        Ok(())
    }
}

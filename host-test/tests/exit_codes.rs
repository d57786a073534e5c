//! The table of exit codes in docs/check.md says what each command's `--help` says.

#[path = "common/process.rs"]
mod process;

use std::collections::BTreeMap;
use std::path::Path;

use process::folder;

/// The row for commands whose help says nothing of exit codes.
const OTHERS: &str = "any other";

fn help(command: &str) -> String {
    let mut arguments: Vec<&str> = command.split_whitespace().collect();
    arguments.push("--help");
    let run = process::run(folder::<&str>(&[]).path(), &arguments, "");
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

/// The commands that have no further ones, with their help.
fn commands(of: &str, found: &mut BTreeMap<String, String>) {
    let help = help(of);
    let Some(listed) = help.split("\nCommands:\n").nth(1) else {
        found.insert(of.to_owned(), help);
        return;
    };
    for line in listed.lines().take_while(|line| !line.is_empty()) {
        // What a command is about may go on in further lines, which are indented further.
        let name = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' '));
        match name.and_then(|name| name.split_whitespace().next()) {
            None | Some("help") => {}
            Some(name) => commands(format!("{of} {name}").trim(), found),
        }
    }
}

/// What a help says of exit codes: all of them, or those that it has something to say of.
enum Said {
    All(String),
    Some(String),
    Nothing,
}

fn said(help: &str) -> Said {
    let paragraph = |from: &str| {
        let text = from.split("\n\n").next().unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
    };
    if let Some((_, codes)) = help.split_once("Exit codes: ") {
        return Said::All(paragraph(codes));
    }
    let codes = ["exit code ", "Exit code "].iter().find_map(|words| help.split_once(words));
    codes.map_or(Said::Nothing, |(_, codes)| Said::Some(paragraph(codes)))
}

/// The rows of the page's table.
fn table() -> BTreeMap<String, String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/check.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let rows = page.split("| command | exit codes |\n|---|---|\n").nth(1).expect("the table");
    let rows = rows.lines().map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = rows.map(|row| row.split_once(" | ").expect("two columns"));
    rows.map(|(command, codes)| (command.trim_matches('`').to_owned(), codes.to_owned())).collect()
}

#[test]
fn the_table_is_what_the_commands_say() {
    let mut found = BTreeMap::new();
    commands("", &mut found);
    assert!(found.len() > 20, "{:?}", found.keys());
    let mut rows = table();
    let others = rows.remove(OTHERS).expect("a row for all others");
    assert_eq!(others, "0 done, 2 not");
    for (command, help) in found {
        let row = rows.remove(&command);
        match said(&help) {
            Said::All(codes) => assert_eq!(row, Some(codes), "{command}"),
            Said::Some(codes) => {
                let row = row.unwrap_or_else(|| panic!("no row of `{command}`: {codes}"));
                assert!(row.starts_with("0 ") && row.contains(&codes), "{command}: {codes}: {row}");
            }
            Said::Nothing => assert_eq!(row, None, "{command} says nothing of exit codes"),
        }
    }
    assert!(rows.is_empty(), "no such commands: {rows:?}");
}

#[test]
fn others_end_with_0_or_2() {
    for (arguments, code) in [
        (&["rules"][..], 0),
        (&["explain", "capabilities"], 0),
        (&["explain", "nothing"], 2),
        (&["settings", "init", "--profile", "none"], 2),
        (&["pull", "policy.wasm"], 2),
        (&["check"], 2),
        (&["verify"], 2),
    ] {
        let run = process::run(folder::<&str>(&[]).path(), arguments, "");
        assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
    }
}

//! What belongs to the shell: completions, the manual, the name under which kubectl calls it.

#[path = "common/process.rs"]
mod process;

use process::folder;
use std::process::{Command, Stdio};

fn run(arguments: &[&str]) -> process::Run {
    process::run(folder::<&str>(&[]).path(), arguments, "")
}

/// The subcommands that the help lists.
fn subcommands() -> Vec<String> {
    let help = run(&["--help"]).stdout;
    let commands = help.split("Commands:").nth(1).and_then(|rest| rest.split("Options:").next());
    let lines = commands.expect("a list").lines();
    // What a command is about may go on in further lines, which are indented further.
    let names = lines.filter_map(|line| {
        line.strip_prefix("  ")?.split_whitespace().next().filter(|_| !line.starts_with("   "))
    });
    let names: Vec<String> = names.filter(|name| *name != "help").map(str::to_owned).collect();
    assert!(names.len() > 10, "{names:?}");
    names
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell]);
        assert_eq!((script.code, script.stderr.as_str()), (0, ""));
        for name in subcommands() {
            assert!(script.stdout.contains(&name), "{shell}: {name}");
        }
    }
    let unknown = run(&["completions", "csh"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("possible values: bash, elvish, fish, powershell, zsh"),
        "{}",
        unknown.stderr
    );
}

/// bash itself, asked what comes after `ringfence ch`.
#[test]
fn bash_completes() {
    let script = run(&["completions", "bash"]).stdout;
    let asked = format!(
        "{script}\nCOMP_WORDS=(ringfence ch); COMP_CWORD=1; _ringfence ringfence ch ringfence; echo \"${{COMPREPLY[@]}}\""
    );
    let bash = Command::new("bash").args(["-c", &asked]).stderr(Stdio::inherit()).output();
    assert_eq!(String::from_utf8_lossy(&bash.expect("bash runs").stdout), "check\n");
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let here = folder::<&str>(&[]);
    let run = process::run(here.path(), &["man", "share/man1"], "");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let page = |name: &str| std::fs::read_to_string(here.path().join("share/man1").join(name));
    for name in subcommands() {
        let page =
            page(&format!("ringfence-{name}.1")).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(page.contains(".TH ringfence-"), "{page}");
    }
    assert!(page("ringfence.1").expect("a page").contains("Exit codes"));
    let file = folder(&[("taken", "")]);
    let run = process::run(file.path(), &["man", "taken"], "");
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("the manual cannot be written to taken"), "{}", run.stderr);
}

#[test]
fn kubectl_calls_it_by_a_link() {
    let here = folder::<&str>(&[]);
    let link = here.path().join("kubectl-ringfence");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_ringfence"), &link).expect("a link");
    let text = |command: &mut Command| {
        let output = command.output().expect("it runs");
        String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8")
    };
    let help = text(Command::new(&link).args(["check", "--help"]));
    assert!(help.contains("Usage: kubectl ringfence check"), "{help}");
    let wrong = text(Command::new(&link).arg("chekc"));
    assert!(
        wrong.contains("similar subcommand exists: 'check'") && wrong.contains("kubectl ringfence"),
        "{wrong}"
    );
    let own = text(Command::new(env!("CARGO_BIN_EXE_ringfence")).args(["check", "--help"]));
    assert!(own.contains("Usage: ringfence check"), "{own}");
}

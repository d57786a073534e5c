//! Runs a block to its end, or until it has said enough.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long anything may take that is waited for, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a command. With `until` it is interrupted, as by Ctrl-c, once it has printed these words.
///
/// # Errors
///
/// When it cannot be started, when it ends before it says the words, or says them too late, or does
/// not end after the interruption.
pub(super) fn run(mut command: Command, until: Option<&str>) -> Result<ExitStatus> {
    let start = |command: &mut Command| command.spawn().context("cannot start bash: install it");
    let Some(words) = until else { return Ok(start(&mut command)?.wait()?) };
    let (reader, writer) = std::io::pipe()?;
    // A group of its own: what bash has started is interrupted with it.
    command.process_group(0).stdout(writer.try_clone()?).stderr(writer);
    let mut child = start(&mut command)?;
    // It holds the other end of the pipe, which has to close when the process ends.
    drop(command);
    let said = wait_for(reader, words);
    signal(&child, if said.is_ok() { "-INT" } else { "-KILL" })?;
    let status = wait(&mut child)?;
    said.map(|()| status)
}

/// Passes lines through; returns after the one with these words, and goes on passing them.
fn wait_for(from: std::io::PipeReader, words: &str) -> Result<()> {
    let (sender, said) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            println!("{line}");
            // Nobody listens any more once the words were said.
            let _ = sender.send(line);
        }
    });
    let begun = Instant::now();
    loop {
        match said.recv_timeout(PATIENCE.saturating_sub(begun.elapsed())) {
            Ok(line) if line.contains(words) => return Ok(()),
            Ok(_) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("it ended without saying `{words}`"),
            Err(RecvTimeoutError::Timeout) => bail!("it did not say `{words}` in {PATIENCE:?}"),
        }
    }
}

fn wait(child: &mut Child) -> Result<ExitStatus> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    signal(child, "-KILL")?;
    bail!("it did not end in {PATIENCE:?} after it was interrupted")
}

/// To the group of a process; that it has ended already is no error.
fn signal(child: &Child, signal: &str) -> Result<()> {
    let group = format!("-{}", child.id());
    Command::new("kill").args([signal, "--", &group]).output().context("cannot start kill")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bash(script: &str) -> Command {
        let mut command = Command::new("bash");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_does_not_end_is_interrupted_once_it_has_said_enough() -> Result<()> {
        let ends = "trap 'exit 3' INT; echo hello; echo ready >&2; while :; do sleep 0.1; done";
        assert_eq!(run(bash(ends), Some("ready"))?.code(), Some(3));
        let error = run(bash("echo hello"), Some("ready")).expect_err("it never says so");
        assert!(error.to_string().contains("ended without saying `ready`"), "{error}");
        assert_eq!(run(bash("exit 4"), None)?.code(), Some(4));
        Ok(())
    }
}

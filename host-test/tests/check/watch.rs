//! `--watch`, as a process: files are written, and what it prints is waited for.

use crate::process::folder;
use crate::program::program;
use crate::{BAD, GOOD, check, common, refused};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long anything may take that is waited for, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a round ends with.
const END: &str = "watching until ctrl-c";

struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn begin(folder: &Path, arguments: &[&str]) -> Self {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let path = format!("{}:/usr/bin:/bin", folder.join("bin").display());
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
        command.current_dir(folder).env("PATH", path).arg("check").arg("--watch");
        command.arg("--module").arg(common::module()).args(arguments);
        command.stdout(writer.try_clone().expect("a pipe")).stderr(writer);
        let child = command.spawn().expect("the command runs");
        // The command holds the other end, which closes when the process ends.
        drop(command);
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let read = BufReader::new(reader).lines().map_while(Result::ok);
            for line in read {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    /// What is printed until a round ends.
    #[track_caller]
    fn round(&self) -> String {
        self.until(|text| text.contains(END))
    }

    #[track_caller]
    fn until(&self, is_enough: impl Fn(&str) -> bool) -> String {
        let (start, mut text) = (Instant::now(), String::new());
        while !is_enough(&text) {
            let left = PATIENCE.saturating_sub(start.elapsed());
            let line = self.lines.recv_timeout(left);
            let line = line.unwrap_or_else(|_| panic!("waited in vain after:\n{text}"));
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    /// Rounds until one says this: a change may be seen in two steps.
    #[track_caller]
    fn round_with(&self, what: &str) -> String {
        let start = Instant::now();
        loop {
            let text = self.round();
            if text.contains(what) {
                return text;
            }
            assert!(start.elapsed() < PATIENCE, "the last round:\n{text}");
        }
    }

    /// As ctrl-c does; the exit code.
    fn interrupt(mut self) -> i32 {
        let kill = format!("kill -INT {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().expect("a shell");
        assert!(sent.success());
        self.child.wait().expect("it ends").code().expect("an exit code")
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // One that has ended cannot be ended, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file");
}

#[test]
fn findings_come_and_go() {
    let folder = folder(&[("app/good.yaml", GOOD)]);
    let here = folder.path();
    let watch = Watch::begin(here, &["app", "--profile", "baseline"]);
    let text = watch.round();
    assert!(text.contains("note: 1 resource judged anew") && !text.contains("DENIED"), "{text}");
    write(here, "app/bad.yaml", BAD);
    let text = watch.round_with("DENIED");
    assert!(text.contains("app/bad.yaml:8:") && text.contains("good"), "{text}");
    assert!(text.contains("note: "), "{text}");
    write(here, "app/bad.yaml", &BAD.replace("privileged: yes", "privileged: no"));
    let text = watch.round_with("2 accepted");
    assert!(!text.contains("DENIED"), "{text}");
    assert_eq!(watch.interrupt(), 0);
}

#[test]
fn what_is_the_same_is_not_judged_again() {
    let folder = folder(&[("a.yaml", BAD), ("b.yaml", GOOD), ("c.txt", "")]);
    let here = folder.path();
    let watch = Watch::begin(here, &[".", "--profile", "baseline"]);
    assert!(watch.round().contains("note: 2 resources judged anew"));
    // No manifest: nothing happens, and then only the round of what is one.
    write(here, "c.txt", "changed");
    write(here, "b.yaml", &GOOD.replace("name: good", "name: better"));
    let text = watch.round_with("better");
    assert!(text.contains("note: 1 resource judged anew") && text.contains("DENIED"), "{text}");
    assert_eq!(watch.interrupt(), 1);
}

#[test]
fn settings_are_watched_and_may_be_wrong_for_a_while() {
    let folder = folder(&[("app/x.yaml", BAD), ("ringfence.yaml", "profil: baseline\n")]);
    let here = folder.path();
    let watch = Watch::begin(here, &["app"]);
    let text = watch.round();
    assert!(text.contains("error: ") && text.contains("`profile`"), "{text}");
    write(here, "ringfence.yaml", "profile: baseline\n");
    watch.round_with("DENIED");
    write(here, "ringfence.yaml", "profile: [\n");
    watch.round_with("error: ");
    write(here, "ringfence.yaml", "profile: privileged\n");
    let text = watch.round_with("1 accepted");
    assert!(text.contains("note: settings of ringfence.yaml"), "{text}");
    write(here, "ringfence.yaml", "profil: baseline\n");
    watch.round_with("error: ");
    assert_eq!(watch.interrupt(), 2, "nothing was judged last");
}

#[test]
fn a_folder_may_go_and_come_back() {
    let folder = folder(&[("all/app/x.yaml", BAD)]);
    let here = folder.path();
    let watch = Watch::begin(here, &["all/app", "--profile", "baseline"]);
    watch.round_with("DENIED");
    // One after the other, so that it is gone when the one above it goes.
    std::fs::remove_dir_all(here.join("all/app")).expect("it goes");
    watch.round_with("no such file or folder");
    std::fs::remove_dir(here.join("all")).expect("it goes");
    watch.round_with("no such file or folder");
    std::fs::create_dir_all(here.join("all/app")).expect("a folder");
    write(here, "all/app/y.yaml", GOOD);
    watch.round_with("1 accepted");
    write(here, "all/app/y.yaml", BAD);
    watch.round_with("DENIED");
    assert_eq!(watch.interrupt(), 1);
}

#[test]
fn a_kustomization_with_what_it_is_built_on() {
    let folder = folder(&[
        ("base/pod.yaml", GOOD),
        ("base/kustomization.yaml", "resources: [pod.yaml]\n"),
        ("over/lay/kustomization.yaml", "resources: [../../base, https://example.com/other]\n"),
    ]);
    let here = folder.path();
    program(here, "kustomize", "cat base/pod.yaml");
    let watch = Watch::begin(here, &["--kustomize", "over/lay", "--profile", "baseline"]);
    assert!(!watch.round().contains("DENIED"));
    write(here, "base/pod.yaml", BAD);
    watch.round_with("DENIED");
    assert_eq!(watch.interrupt(), 1);
}

#[test]
fn it_ends_when_nobody_reads() {
    let folder = folder(&[("x.yaml", GOOD)]);
    let mut watch = Watch::begin(folder.path(), &["x.yaml", "--profile", "baseline"]);
    watch.round();
    // The thread that reads ends with the next line.
    watch.lines = channel().1;
    let (start, mut text) = (Instant::now(), GOOD.to_owned());
    let ended = loop {
        if let Some(ended) = watch.child.try_wait().expect("a process") {
            break ended;
        }
        assert!(start.elapsed() < PATIENCE, "it goes on");
        text.push_str("# again\n");
        // As editors do it: nobody finds half a file, with which it would end in another way.
        write(folder.path(), ".x.yaml.new", &text);
        let place = |name| folder.path().join(name);
        std::fs::rename(place(".x.yaml.new"), place("x.yaml")).expect("a file");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(ended.code(), Some(0));
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let here = folder(&[("x.yaml", GOOD)]);
    refused(
        &check(here.path(), &["--watch", "-"]),
        "--watch needs files, and `-` can be read once",
    );
    let run = check(here.path(), &["--watch", "--emit-request", "x.yaml"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

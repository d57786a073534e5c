//! A scan that is gone on with.

use crate::pages::{ARGUMENTS, PODS, large, status};
use crate::process::Run;
use crate::server::Server;
use serde_json::Value;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn journalled(cluster: &Server, more: &[&str]) -> Run {
    cluster
        .scan(&[&ARGUMENTS[..], &["--date", "2026-11-28", "--journal", "journal"], more].concat())
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// How often pods were asked for.
fn pages(cluster: &Server) -> usize {
    cluster.asked().iter().filter(|it| *it == "GET /api/v1/pods").count()
}

#[test]
fn wherever_it_is_interrupted_it_says_the_same_in_the_end() {
    let cluster = large(Arc::new(|_| None));
    let whole = journalled(&cluster, &[]);
    assert_eq!(whole.code, 1, "{}", whole.stderr);
    assert_eq!(whole.stdout, cluster.scan(&ARGUMENTS).stdout, "a journal changes no report");
    let journal = fs::read_to_string(cluster.path("journal")).expect("a journal");
    let told = lines(&journal);
    assert_eq!((&told[0]["type"], &told[0]["date"]), (&"scan".into(), &"2026-11-28".into()));
    let summary = told.last().expect("a line");
    assert_eq!((&summary["type"], &summary["resources"]), (&"summary".into(), &(PODS + 3).into()));
    let ended = journalled(&cluster, &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("holds a scan that has ended"), "{}", ended.stderr);

    // In the first line, within lines and between them, and before the summary.
    let ends = journal.match_indices('\n').map(|(at, _)| at + 1).collect::<Vec<_>>();
    let cuts = [10, ends[0], ends[100] - 7, ends[300], ends[700] + 1, ends[ends.len() - 2]];
    for cut in cuts {
        fs::write(cluster.path("journal"), &journal[..cut]).expect("a journal");
        let before = pages(&cluster);
        let run = journalled(&cluster, &[]);
        assert_eq!((run.code, &run.stdout), (1, &whole.stdout), "cut at {cut}: {}", run.stderr);
        let asked = pages(&cluster) - before;
        let known =
            journal[..cut].matches(r#""type":"page","apiVersion":"v1","kind":"Pod","#).count();
        assert_eq!(asked, 4 - known, "cut at {cut}");
        let ended = lines(&fs::read_to_string(cluster.path("journal")).expect("a journal"));
        assert_eq!(ended.last(), Some(summary), "cut at {cut}");
        let resources = ended.iter().filter(|line| line["type"] == "resource").count();
        assert_eq!(resources, PODS + 3, "cut at {cut}");
    }
}

#[test]
fn what_could_not_be_listed_is_asked_for_again() {
    let broken = Arc::new(AtomicBool::new(true));
    let is_broken = broken.clone();
    let cluster = large(Arc::new(move |from| {
        let fails = from == 250 && is_broken.load(Ordering::Relaxed);
        fails.then(|| status(503, "the storage is away"))
    }));
    let first = journalled(&cluster, &[]);
    assert_eq!(first.code, 2);
    assert!(first.stdout.contains("the storage is away"), "{}", first.stdout);
    broken.store(false, Ordering::Relaxed);
    let asked = cluster.asked().len();
    let second = journalled(&cluster, &[]);
    assert_eq!(second.code, 1, "{}", second.stderr);
    assert_eq!(second.stdout, cluster.scan(&ARGUMENTS).stdout);
    assert!(second.stderr.contains("253 resources in the journal already"), "{}", second.stderr);
    let asked: Vec<String> = cluster.asked().split_off(asked);
    assert!(!asked.iter().take(5).any(|it| it.ends_with("/namespaces")), "{asked:?}");
}

#[test]
fn an_old_place_in_a_list_is_given_up() {
    let stale = Arc::new(AtomicBool::new(false));
    let is_stale = stale.clone();
    let cluster = large(Arc::new(move |from| {
        let refused = from == 250 && is_stale.swap(false, Ordering::Relaxed);
        refused.then(|| status(410, "too old"))
    }));
    let whole = journalled(&cluster, &[]);
    let journal = fs::read_to_string(cluster.path("journal")).expect("a journal");
    let first = journal.find(r#""next":"250"}"#).expect("the first page") + 13;
    fs::write(cluster.path("journal"), &journal[..first]).expect("a journal");
    stale.store(true, Ordering::Relaxed);
    let run = journalled(&cluster, &[]);
    assert_eq!((run.code, &run.stdout), (1, &whole.stdout), "{}", run.stderr);
    // And so it is when what was taken back is read once more.
    let journal = fs::read_to_string(cluster.path("journal")).expect("a journal");
    let end = journal.trim_end().rfind('\n').expect("lines") + 1;
    fs::write(cluster.path("journal"), &journal[..end]).expect("a journal");
    let run = journalled(&cluster, &[]);
    assert_eq!((run.code, &run.stdout), (1, &whole.stdout), "{}", run.stderr);
}

#[test]
fn another_scan_is_refused() {
    let cluster = large(Arc::new(|_| None));
    journalled(&cluster, &[]);
    let journal = fs::read_to_string(cluster.path("journal")).expect("a journal");
    let begun = &journal[..journal.find('\n').expect("lines") + 1];
    let refused = |journal: &str, more: &[&str], text: &str| {
        fs::write(cluster.path("journal"), journal).expect("a journal");
        let run = journalled(&cluster, more);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains(text), "{text}: {}", run.stderr);
        assert!(run.stderr.contains("name another file, or remove it"), "{}", run.stderr);
        let left = fs::read_to_string(cluster.path("journal")).expect("a journal");
        assert_eq!(left, journal, "nothing is lost");
    };
    refused(begun, &["--owned"], "is of another scan: `owned` is false there, and true here");
    refused(begun, &["-n", "team-1"], "`namespaces` is [] there, and [\"team-1\"] here");
    refused("settings: {}\n", &[], "is not one: line 1");
    refused("{\"apiVersion\": \"v1\"}", &[], "is not one");
    refused("{\"type\":\"summary\"}\n", &[], "does not say in line 1 what was scanned");
    let run = cluster.scan(&["--journal", "nowhere/journal"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("check path and permissions"), "{}", run.stderr);
}

//! What is listed, and how the objects come: page by page, several lists at a time.

use crate::docs::artifacthub::resources::{Resource as Kind, listed};
use anyhow::Result;
use ringfence_host::cluster::{Cluster, ListResources, Page, PageError};
use serde_json::Value;
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use super::Rest;

/// Lists that are asked for at a time, which the API server's fairness between clients does not mind.
const AT_ONCE: usize = 4;

/// Pages that wait to be judged.
const AHEAD: usize = 4;

/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often a list that grows too old is begun anew before it is given up.
const ANEW: usize = 3;

/// The objects of a kind, in one namespace or wherever they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The kind.
    pub kind: &'static Kind,
    /// The namespace; without it all.
    pub namespace: Option<String>,
    /// Of namespaces themselves: those that are meant; empty for all.
    names: Vec<String>,
}

/// Every list of kinds that rules judge, Secrets and ConfigMaps aside. `namespaces` limits them to
/// these namespaces and what lives in them.
pub fn lists(namespaces: &[String]) -> Vec<List> {
    let mut once: Vec<String> = Vec::new();
    for namespace in namespaces {
        if !once.contains(namespace) {
            once.push(namespace.clone());
        }
    }
    let namespaces = once.as_slice();
    let list = |kind, namespace: Option<&String>, names: &[String]| List {
        kind,
        namespace: namespace.cloned(),
        names: names.to_vec(),
    };
    listed()
        .flat_map(|kind| match kind {
            _ if kind.kind == "Namespace" => vec![list(kind, None, namespaces)],
            _ if namespaces.is_empty() => vec![list(kind, None, &[])],
            _ if kind.namespaced => {
                namespaces.iter().map(|namespace| list(kind, Some(namespace), &[])).collect()
            }
            _ => Vec::new(),
        })
        .collect()
}

impl List {
    /// `apiVersion` of the objects.
    pub fn api_version(&self) -> String {
        let Kind { group, version, .. } = self.kind;
        if group.is_empty() { (*version).to_owned() } else { format!("{group}/{version}") }
    }

    /// Whether an object of it is meant.
    pub(super) fn is_about(&self, object: &Value) -> bool {
        let name = object["metadata"]["name"].as_str();
        self.names.is_empty() || self.names.iter().any(|it| Some(it.as_str()) == name)
    }

    /// Whether some of its objects may not be meant.
    pub(super) fn is_filtered(&self) -> bool {
        !self.names.is_empty()
    }

    fn request(&self) -> ListResources {
        ListResources::of(self.api_version(), self.kind.kind, self.namespace.as_deref())
    }
}

/// What comes of a list.
pub(super) enum Came {
    /// Objects.
    Page(Page),
    /// It was too old to go on with. What came before does not count, all of it comes again.
    Anew,
    /// Nothing more, and why.
    Failed(String),
}

/// Lists, and has what comes taken where this is called, while more is being fetched.
///
/// # Errors
/// What `take` fails with, which ends it.
pub(super) fn fetch(
    cluster: &dyn Cluster,
    lists: &[List],
    rest: Vec<Rest>,
    mut take: impl FnMut(usize, Came) -> Result<()>,
) -> Result<()> {
    let rest = Mutex::new(rest.into_iter());
    let following = || rest.lock().ok()?.next();
    let (sender, parts) = sync_channel(AHEAD);
    std::thread::scope(|threads| {
        for _ in 0..AT_ONCE {
            let (sender, following) = (sender.clone(), &following);
            threads.spawn(move || {
                while let Some(Rest { list: number, next }) = following() {
                    let Some(list) = lists.get(number) else { continue };
                    // Nobody takes anything any more where taking has failed.
                    let tell = |came| sender.send((number, came)).is_ok();
                    if !read(cluster, &list.request(), next, tell) {
                        return;
                    }
                }
            });
        }
        drop(sender);
        // Given up, the channel ends the threads.
        parts.into_iter().try_for_each(|(number, came)| take(number, came))
    })
}

/// Reads a list to its end, or to where it fails; whether everything could be told.
fn read(
    cluster: &dyn Cluster,
    list: &ListResources,
    mut next: Option<String>,
    tell: impl Fn(Came) -> bool,
) -> bool {
    let mut attempts = 0;
    loop {
        let page = cluster.page(list, next.as_deref(), Instant::now() + PATIENCE);
        match page {
            Ok(page) => {
                next.clone_from(&page.next);
                if !tell(Came::Page(page)) {
                    return false;
                }
                if next.is_none() {
                    return true;
                }
            }
            Err(PageError::Expired) if attempts < ANEW => {
                (next, attempts) = (None, attempts + 1);
                if !tell(Came::Anew) {
                    return false;
                }
            }
            Err(error) => return tell(Came::Failed(error.to_string())),
        }
    }
}

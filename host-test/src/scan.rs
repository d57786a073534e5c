//! The objects of a cluster, judged as its admission would have judged them, for `ringfence scan`.
//!
//! Lists come page by page, so that a cluster may be of any size: what was judged is kept, the objects
//! are not.

pub mod journal;
mod list;
mod object;

pub use list::{List, lists};

use crate::answer::Verdict;
use crate::engine::Engine;
use crate::judge::{self, Judged, Prepared};
use crate::manifest::Unread;
use anyhow::Result;
use journal::Journal;
use list::Came;
use rayon::prelude::*;
use ringfence_host::cluster::{Cluster, Page};
use serde_json::Value;

/// How objects are judged.
#[derive(Clone, Copy)]
pub struct Scan<'s> {
    /// The policy, with the cluster behind it.
    pub engine: &'s dyn Engine,
    /// Its settings.
    pub settings: &'s Value,
    /// Those in force: what they deny, too, is told apart.
    pub in_force: Option<&'s Value>,
    /// Whether what controllers have made is judged, such as the pods of a Deployment.
    pub owned: bool,
    /// Whether the requests about what is denied are kept.
    pub keep: bool,
}

/// What is noted of an object that the settings in force deny, too.
pub const TODAY: &str = "denied by the settings in force, too";

/// What is left to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The number of the list.
    pub list: usize,
    /// What brings the objects that were not seen; nothing has been where there is none.
    pub next: Option<String>,
}

/// All of the lists.
pub fn everything(lists: &[List]) -> Vec<Rest> {
    (0..lists.len()).map(|list| Rest { list, next: None }).collect()
}

/// A resource that was found in a list.
#[derive(Debug)]
pub struct Found {
    /// The number of the list.
    pub list: usize,
    /// What became of it.
    pub judged: Judged,
    /// The request about it, where that is kept.
    pub prepared: Option<Prepared>,
}

/// What came of a scan, so far.
#[derive(Debug, Default)]
pub struct Scanned {
    /// What was judged.
    pub found: Vec<Found>,
    /// How many objects are left out because what made them is judged, by the number of their list.
    pub owned: Vec<usize>,
    /// What could not be listed.
    pub unread: Vec<Unread>,
}

impl Scan<'_> {
    /// Judges what is left of the lists, and writes it to the journal as it comes. `expect` is told
    /// how many objects there are, `done` of each that was judged.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn run(
        &self,
        cluster: &dyn Cluster,
        (lists, rest): (&[List], Vec<Rest>),
        mut scanned: Scanned,
        mut journal: Option<&mut Journal>,
        (expect, done): (impl Fn(usize), impl Fn() + Sync),
    ) -> Result<Scanned> {
        scanned.owned.resize(lists.len(), 0);
        let mut counted = vec![false; lists.len()];
        list::fetch(cluster, lists, rest, |number, came| {
            let Some(list) = lists.get(number) else { return Ok(()) };
            match came {
                Came::Page(page) => {
                    // Only the first page of a list tells how long it is, and only once.
                    if !std::mem::replace(&mut counted[number], true) {
                        expect(page.items.len() + page.remaining.unwrap_or(0));
                    }
                    let next = page.next.clone();
                    let (found, owned) = self.judge(list, number, page, &done);
                    if let Some(journal) = &mut journal {
                        journal.page(list, &found, owned, next.as_deref())?;
                    }
                    scanned.owned[number] += owned;
                    scanned.found.extend(found);
                }
                Came::Anew => {
                    if let Some(journal) = &mut journal {
                        journal.anew(list)?;
                    }
                    scanned.forget(number);
                }
                Came::Failed(reason) => scanned.unread.push(Unread {
                    file: object::CLUSTER.into(),
                    line: None,
                    what: format!(
                        "{} objects{} cannot be listed: {reason}; what is not listed is not judged",
                        list.kind.kind,
                        list.namespace.as_ref().map(|it| format!(" in {it}")).unwrap_or_default()
                    ),
                }),
            }
            Ok(())
        })?;
        scanned.sort();
        Ok(scanned)
    }

    /// Judges a page of a list, on all processors; how many of its objects are left out.
    fn judge(
        &self,
        list: &List,
        number: usize,
        page: Page,
        done: &(impl Fn() + Sync),
    ) -> (Vec<Found>, usize) {
        let listed = page.items.len();
        let objects = page.items.into_par_iter().enumerate();
        let prepared: Vec<Prepared> = objects
            .filter(|(_, object)| {
                list.is_about(object) && (self.owned || !object::is_owned(list.kind, object))
            })
            .map(|(ordinal, object)| object::prepare(list, object, ordinal))
            .collect();
        let left_out = listed - prepared.len();
        (0..left_out).for_each(|_| done());
        let is_kept = self.keep || self.in_force.is_some();
        let kept = if is_kept { prepared.clone() } else { Vec::new() };
        let judged = judge::judge(self.engine, prepared, self.settings, done);
        let mut kept = kept.into_iter();
        let found = judged.into_iter().map(|judged| {
            let prepared = kept.next().filter(|_| judged.verdict == Verdict::Denied);
            Found { list: number, judged, prepared }
        });
        let mut found: Vec<Found> = found.collect();
        if let Some(in_force) = self.in_force {
            self.tell_apart(&mut found, in_force);
        }
        // What is of another namespace was not asked for; nobody needs to know of it.
        let owned = if list.is_filtered() { 0 } else { left_out };
        (found, owned)
    }

    /// Notes of what is denied whether it is today.
    fn tell_apart(&self, found: &mut [Found], in_force: &Value) {
        let denied = found.iter_mut().filter_map(|found| {
            let prepared = if self.keep { found.prepared.clone() } else { found.prepared.take() };
            Some((&mut found.judged, prepared?))
        });
        let (denied, prepared): (Vec<&mut Judged>, Vec<Prepared>) = denied.unzip();
        let today = judge::judge(self.engine, prepared, in_force, || {});
        for (denied, today) in denied.into_iter().zip(today) {
            if today.verdict == Verdict::Denied {
                denied.notes.push(TODAY.to_owned());
            }
        }
    }
}

impl Found {
    /// Namespace, kind, name.
    fn order(&self) -> (&str, usize, Option<&str>) {
        let resource = &self.judged.resource;
        (&resource.file, self.list, resource.name.as_deref())
    }
}

impl Scanned {
    /// Takes back what came of a list.
    pub(crate) fn forget(&mut self, list: usize) {
        self.found.retain(|found| found.list != list);
        if let Some(owned) = self.owned.get_mut(list) {
            *owned = 0;
        }
    }

    /// By namespace, kind and name, in whichever order the lists came.
    fn sort(&mut self) {
        self.found.sort_by(|one, other| one.order().cmp(&other.order()));
        self.unread.sort_by(|one, other| one.what.cmp(&other.what));
    }
}

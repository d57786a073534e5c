//! What a rule is: data, and functions from a pod to findings.

use std::fmt;

use crate::custom_resource::CustomResource;
use crate::json::same;
use crate::plain::PlainCheck;
use crate::pod::Pod;
use crate::report::Report;
use crate::version::Version;

/// A rule: one control, in one file, with every check the Pod Security Standards make of it.
#[derive(Debug)]
pub struct Rule {
    /// The name in settings and findings.
    pub id: &'static str,
    /// What the rule is about, in a few words.
    pub title: &'static str,
    /// The part of isolation it belongs to.
    pub family: Family,
    /// The fields it reads: paths from the pod, `containers[*]` standing for all three lists.
    pub fields: &'static [&'static str],
    /// The fields it can fill where they are absent, written like `fields`.
    pub fills: &'static [&'static str],
    /// Why the profile `hardened` asks it, where the standards do not.
    pub hardened: Option<&'static str>,
    /// Its checks, the weaker level first.
    pub checks: &'static [Check],
}

/// What a rule asks at one level.
#[derive(Debug)]
pub struct Check {
    /// The id: Pod Security Admission's own where the check is one of the standards'.
    pub id: &'static str,
    /// The level from which on it is asked; none where only settings ask it, by naming the rule.
    pub level: Option<Level>,
    /// Ids of baseline checks that this one replaces at the restricted level.
    pub overrides: &'static [&'static str],
    /// How the check changed with Kubernetes versions, ascending.
    pub revisions: &'static [Revision],
}

/// A check from one Kubernetes version on.
#[derive(Debug)]
pub struct Revision {
    /// The first version it applies to.
    pub since: Version,
    /// What it asks, in one line.
    pub summary: &'static str,
    /// Reports every violation, in document order.
    pub check: CheckFn,
}

/// A check's function, by what it judges. It reaches the settings through its report.
#[derive(Debug, Clone, Copy)]
pub enum CheckFn {
    /// Judges the pod of a workload.
    Pod(for<'p, 'a> fn(Pod<'p, 'a>, &mut Report<'p>)),
    /// Judges whether the pod templates of a custom resource are known.
    CustomResource(for<'p, 'a> fn(&'p CustomResource<'a>, &mut Report<'p>)),
    /// Judges an object that carries no pod.
    Plain(PlainCheck),
    /// Judges whether such an object may be deleted.
    Deletion(PlainCheck),
    /// Judges several of these.
    Several(&'static [CheckFn]),
}

impl CheckFn {
    /// Each of the functions.
    pub fn each(&self) -> &[Self] {
        match self {
            Self::Several(all) => all,
            one => std::slice::from_ref(one),
        }
    }

    /// Whether it judges pods.
    pub fn is_of_pods(&self) -> bool {
        matches!(self, Self::Pod(_))
    }
}

impl Rule {
    /// Whether a check of that id is one of the rule's.
    pub(crate) fn has_check(&self, id: &str) -> bool {
        self.checks.iter().any(|check| same(id.as_bytes(), check.id))
    }
}

impl Check {
    /// The revision that a policy pinned to `version` asks for; none where the check is younger.
    pub fn revision(&self, version: Version) -> Option<&Revision> {
        self.revisions.iter().rev().find(|revision| revision.since <= version)
    }
}

/// The part of isolation a rule belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Isolation from the node and from neighbours.
    Isolation,
    /// Namespaces and tenancy.
    Namespaces,
    /// Seccomp.
    Seccomp,
    /// SecurityContext.
    SecurityContext,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Isolation => "isolation",
            Self::Namespaces => "namespaces and tenancy",
            Self::Seccomp => "seccomp",
            Self::SecurityContext => "security context",
        })
    }
}

/// A level that a profile asks for, weakest first: those of the Pod Security Standards, and one above
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Asks nothing.
    Privileged,
    /// Prevents known privilege escalations.
    Baseline,
    /// Current hardening practice.
    Restricted,
    /// What the standards leave open and most workloads can do without.
    Hardened,
}

impl Level {
    /// The name in settings and namespace labels.
    pub fn name(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
            Self::Hardened => "hardened",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

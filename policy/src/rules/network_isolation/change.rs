//! What becomes of running pods when a NetworkPolicy is written or deleted.

use ringfence_network as network;
use ringfence_network::{Direction, Pod, isolation_by};

use super::{Parameters, directions, open};
use crate::cluster::{NETWORK_POLICY, POD, Unknown};
use crate::json::decimal;
use crate::network_policy::NetworkPolicy;
use crate::plain::Body;
use crate::pod::Admission;
use crate::report::{Place, Report};

/// Pods that a finding names; the others are counted.
const NAMED: usize = 3;

/// Asks that no pod is opened by a policy that is created or changed.
pub(super) fn written<'p>(
    new: &'p NetworkPolicy<'_>,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    let old = match admission.before.map(|before| &before.body) {
        Some(Body::NetworkPolicy(old)) => Some(&old.policy),
        _ => None,
    };
    change(old, Some(&new.policy), "spec", admission, report);
}

/// The same of one that is deleted.
pub(super) fn deleted<'p>(
    old: &'p NetworkPolicy<'_>,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    change(Some(&old.policy), None, "metadata.name", admission, report);
}

fn change<'p>(
    old: Option<&network::NetworkPolicy<'_>>,
    new: Option<&network::NetworkPolicy<'_>>,
    path: &str,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    let given = report.parameters().network_isolation.as_deref();
    let place = || Place::at(path);
    match opened(old, new, admission, given, report) {
        Ok(opened) => {
            for (direction, pods) in opened {
                let allowed = ["every pod isolated for ", direction.policy_type()].concat();
                let hint = "add a policy that isolates them first";
                report.violation(place(), listed(&pods), allowed, hint);
            }
        }
        Err(unknown) => report.unknown(place(), &unknown, "no pod that it opens"),
    }
}

/// The pods that the change opens, by direction.
fn opened<'p>(
    old: Option<&network::NetworkPolicy<'_>>,
    new: Option<&network::NetworkPolicy<'_>>,
    admission: &Admission<'_>,
    given: Option<&Parameters>,
    report: &Report<'p>,
) -> Result<Vec<(Direction, Vec<String>)>, Unknown<'p>> {
    let (cluster, namespace) = (report.cluster(), admission.namespace);
    let mut others = cluster.list::<network::NetworkPolicy<'_>>(NETWORK_POLICY, namespace)?;
    let name = old.or(new).map_or("", |policy| &*policy.metadata.name);
    // A name that the API server makes is nobody's yet.
    others.retain(|policy| name.is_empty() || policy.metadata.name != name);
    let pods = cluster.list::<Pod<'_>>(POD, namespace)?;
    let on_network = |pod: &&Pod<'_>| !pod.spec.host_network && !pod.has_ended();
    let mut all = directions(given).map(|direction| (direction, Vec::new())).collect::<Vec<_>>();
    for pod in pods.iter().filter(on_network) {
        let labels = &pod.metadata.labels;
        let before = isolation_by(others.iter().chain(old), labels);
        let after = isolation_by(others.iter().chain(new), labels);
        for (direction, opened) in &mut all {
            if open(&before, *direction).is_none() && open(&after, *direction).is_some() {
                opened.push(pod.metadata.name.to_string());
            }
        }
    }
    all.retain(|(_, opened)| !opened.is_empty());
    Ok(all)
}

fn listed(pods: &[String]) -> String {
    let (named, others) = pods.split_at_checked(NAMED).unwrap_or((pods, &[]));
    let mut text = ["opens ", &named.join(", ")].concat();
    if !others.is_empty() {
        text.push_str(&[" and ", &decimal(others.len()), " more"].concat());
    }
    text
}

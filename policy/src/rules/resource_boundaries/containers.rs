//! What each container requests, and is limited to.

use super::{Parameters, list};
use crate::cluster::{LIMIT_RANGE, Unknown};
use crate::judge::describe;
use crate::pod::{Container, ContainerList, Pod};
use crate::quantity::{Quantity, QuantityText};
use crate::quota::{LimitRange, Resources};
use crate::report::{Place, Report, UNSET};

/// What is asked of containers.
#[derive(Clone, Copy)]
enum Kind {
    Requests,
    Limits,
}

impl Kind {
    fn field(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Limits => "limits",
        }
    }

    /// What stands for the resource. The API server takes a limit for the request that is not
    /// there (`SetDefaults_Pod` of `pkg/apis/core/v1`).
    fn of<'r>(self, resources: &'r Resources<'_>, name: &str) -> Option<&'r QuantityText<'r>> {
        let limit = resources.limits.get(name);
        match self {
            Self::Requests => resources.requests.get(name).or(limit),
            Self::Limits => limit,
        }
    }
}

/// The LimitRanges of the namespace, asked for when a container first lacks something.
struct Defaults<'c>(Option<Result<Vec<LimitRange<'c>>, Unknown<'c>>>);

pub(super) fn check<'p>(pod: Pod<'p, '_>, given: Option<&'p Parameters>, report: &mut Report<'p>) {
    let requests = list(given, |given| &given.require_requests, &["cpu", "memory"]);
    let limits = list(given, |given| &given.require_limits, &["memory"]);
    if requests.is_empty() && limits.is_empty() {
        return;
    }
    let of_pod = match pod.resources().read::<Resources<'_>>() {
        Ok(resources) => resources,
        Err(error) => return unreadable(pod.at("resources"), &describe(&error), report),
    };
    let mut defaults = Defaults(None);
    // Ephemeral containers have no resources of their own; the API server refuses them.
    for container in pod.containers().filter(|it| it.list() != ContainerList::Ephemeral) {
        let own = match container.resources().read::<Resources<'_>>() {
            Ok(resources) => resources,
            Err(error) => {
                unreadable(container.at("resources"), &describe(&error), report);
                continue;
            }
        };
        for (kind, names) in [(Kind::Requests, &requests), (Kind::Limits, &limits)] {
            for name in names {
                one(container, kind, name, [&own, &of_pod], &mut defaults, report);
            }
        }
    }
}

fn unreadable<'p>(place: Place<'p>, error: &str, report: &mut Report<'p>) {
    report.violation(place, error.to_owned(), "requests and limits", "write quantities");
}

/// Asks a container for one resource.
fn one<'p>(
    container: Container<'p, '_>,
    kind: Kind,
    name: &str,
    resources: [&Resources<'_>; 2],
    defaults: &mut Defaults<'p>,
    report: &mut Report<'p>,
) {
    let written = resources.into_iter().find_map(|resources| kind.of(resources, name));
    if let Some(written) = written {
        if !written.quantity().is_some_and(Quantity::is_positive) {
            let found = written.0.to_string();
            report.violation(place(container, kind, name), found, "more than 0", mend(kind));
        }
        return;
    }
    let namespace = container.pod().admission().namespace;
    let cluster = report.cluster();
    match defaults.0.get_or_insert_with(|| cluster.list(LIMIT_RANGE, namespace)) {
        Ok(ranges) => {
            let mut items = ranges.iter().flat_map(LimitRange::of_containers);
            let is_filled = items.any(|item| {
                let default = match kind {
                    Kind::Requests => item.default_request(name),
                    Kind::Limits => item.default_limit(name),
                };
                let amount = default.and_then(QuantityText::quantity);
                amount.is_some_and(Quantity::is_positive)
            });
            if !is_filled {
                report.violation(place(container, kind, name), UNSET, "more than 0", mend(kind));
            }
        }
        Err(unknown) => {
            let allowed = "more than 0, or a LimitRange that fills it in";
            report.unknown(place(container, kind, name), unknown, allowed);
        }
    }
}

fn place<'p>(container: Container<'p, '_>, kind: Kind, name: &str) -> Place<'p> {
    container.at(&["resources.", kind.field(), "[", name, "]"].concat())
}

fn mend(kind: Kind) -> &'static str {
    match kind {
        Kind::Requests => "say how much the container needs",
        Kind::Limits => "say how much the container may use at most",
    }
}

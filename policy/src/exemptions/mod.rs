//! Violations that the operator lets pass.
//!
//! An exemption covers a violation or does not: rule, value, request and container, all of them by
//! one exemption. Two that cover half each cover nothing (GHSA-gg4x-fgg2-h9w9). What grants one is
//! named in settings; no label, annotation or owner of the object does.

mod image;
mod settings;
#[cfg(test)]
mod tests;
mod texts;

use std::cell::OnceCell;

use self::image::Image;
pub(crate) use self::image::ImagePattern;
pub use self::settings::{Exemption, Exemptions};
use self::texts::{EVERY_RULE, Listed, ServiceAccount, Texts};
use crate::date::Date;
use crate::judge::Today;
use crate::message;
use crate::pattern::{self, Pattern};
use crate::pod::{Admission, ContainerList, Pod};
use crate::report::Violation;
use crate::settings::Settings;

/// Days before its end on which an exemption warns.
const NOTICE: i32 = 14;
/// Exemptions that an answer warns of; that there are more it says once.
const WARNINGS: usize = 20;

/// A violation that an exemption lets pass.
pub(crate) struct Waived<'p> {
    pub violation: Violation<'p>,
    pub exemption: &'p Exemption,
    /// Whether the exemption ends within [`NOTICE`].
    ends_soon: bool,
}

/// Takes out the violations that an exemption covers. Where one almost does, the hint says what it
/// lacks. `pod` is the pod that they are in, where they are in one.
///
/// `today` is asked only where an exemption that ends would apply. Without an answer it does not.
pub(crate) fn waive<'p>(
    violations: &mut Vec<Violation<'p>>,
    admission: &Admission<'_>,
    pod: Option<Pod<'p, '_>>,
    settings: &'p Settings,
    today: Today<'_>,
) -> Vec<Waived<'p>> {
    let of_request = |exemption: &&Exemption| exemption.covers_request(admission, pod);
    let exemptions = settings.exemptions.0.iter().filter(of_request).collect::<Vec<_>>();
    if exemptions.is_empty() {
        return Vec::new();
    }
    let known = OnceCell::new();
    let today = || *known.get_or_init(today);
    let mut waived = Vec::new();
    for mut violation in std::mem::take(violations) {
        match find(&exemptions, &violation, &today) {
            Ok((exemption, ends_soon)) => waived.push(Waived { violation, exemption, ends_soon }),
            Err(lack) => {
                if let Some(lack) = lack {
                    violation.hint = [&*violation.hint, "; ", &lack].concat().into();
                }
                violations.push(violation);
            }
        }
    }
    waived
}

/// The first exemption that covers the violation today, and whether it ends soon; else what the
/// first one lacks that almost does.
fn find<'p>(
    exemptions: &[&'p Exemption],
    violation: &Violation<'_>,
    today: Today<'_>,
) -> Result<(&'p Exemption, bool), Option<String>> {
    let container = Place::of(violation);
    let mut lack = None;
    for exemption in exemptions {
        if !exemption.covers_finding(violation) {
            continue;
        }
        let refused = match &container {
            None if exemption.scope.0.is_of_containers() => Some(" covers containers only".into()),
            Some(place) if !exemption.covers_container(place) => continue,
            _ => None,
        };
        match refused.map_or_else(|| exemption.ends_soon(today), Err) {
            Ok(ends_soon) => return Ok((exemption, ends_soon)),
            Err(text) => {
                let id = message::sanitized(exemption.id.as_str(), 64);
                lack = lack.or_else(|| Some(["exemption ", &*id, &*text].concat()));
            }
        }
    }
    Err(lack)
}

/// The container that a violation is in.
struct Place<'v> {
    list: &'v str,
    name: &'v str,
    image: &'v str,
    /// Read once, when it is needed.
    parsed: OnceCell<Option<Image<'v>>>,
}

impl<'v> Place<'v> {
    fn of(violation: &'v Violation<'_>) -> Option<Self> {
        let (name, image) = violation.container?;
        // `….initContainers[0].…`: below a container no field is called like one of the lists.
        let lists = [ContainerList::Regular, ContainerList::Init, ContainerList::Ephemeral];
        let is_list = |part: &&str| lists.iter().any(|list| list.key() == *part);
        let list = violation.path.split(['.', '[']).rfind(is_list).unwrap_or_default();
        Some(Self { list, name, image, parsed: OnceCell::new() })
    }
}

impl Exemption {
    /// Whether it is for the request and the pod as a whole.
    fn covers_request(&self, admission: &Admission<'_>, pod: Option<Pod<'_, '_>>) -> bool {
        let scope = &self.scope.0;
        let account = |account: &ServiceAccount| {
            let of_namespace = |namespace: &Pattern| namespace.matches(admission.namespace);
            account.namespace.as_ref().is_none_or(of_namespace)
                && pod.is_some_and(|pod| account.name.matches(pod.service_account_name()))
        };
        let in_group = |pattern: &Pattern| admission.groups.iter().any(|it| pattern.matches(it));
        any(&scope.namespaces, |namespace| namespace.matches(admission.namespace))
            && any(&scope.service_accounts, account)
            && any(&scope.runtime_classes, |class| {
                let of_pod = pod.and_then(Pod::runtime_class_name);
                of_pod.is_some_and(|name| class.matches(name))
            })
            && any(&scope.users, |user| user.matches(admission.username))
            && any(&scope.groups, |group| in_group(group))
    }

    /// Whether rule and value are those that it is for.
    fn covers_finding(&self, violation: &Violation<'_>) -> bool {
        let rules = &self.rules.0;
        rules
            .iter()
            .any(|id| *id == EVERY_RULE || *id == violation.rule.id || *id == violation.check.id)
            && any(&self.values, |value| is_value(value, violation))
    }

    fn covers_container(&self, place: &Place<'_>) -> bool {
        let scope = &self.scope.0;
        let in_list = match &scope.container_lists {
            Some(lists) => lists.0.iter().any(|list| list.key() == place.list),
            None => [ContainerList::Regular, ContainerList::Init]
                .iter()
                .any(|it| it.key() == place.list),
        };
        in_list
            && any(&scope.containers, |name| name.matches(place.name))
            && any(&scope.images, |pattern| {
                let image = place.parsed.get_or_init(|| Image::parse(place.image));
                image.as_ref().is_some_and(|image| pattern.covers(image))
            })
    }

    /// Whether it ends soon.
    ///
    /// # Errors
    /// Why it does not apply today.
    fn ends_soon(&self, today: Today<'_>) -> Result<bool, String> {
        let Some(last) = self.expires else {
            return Ok(false);
        };
        match today() {
            None => Err(" is not applied: it ends one day, and the host tells no date".to_owned()),
            Some(today) if today > last => Err(format!(" expired on {last}")),
            Some(today) => Ok(last.days_since(today) <= NOTICE),
        }
    }

    /// Its name.
    pub(crate) fn id(&self) -> &str {
        self.id.as_str()
    }

    /// Why it is granted.
    pub(crate) fn reason(&self) -> &str {
        self.reason.as_str()
    }

    /// The last day on which it applies.
    pub(crate) fn last_day(&self) -> Option<Date> {
        self.expires
    }
}

/// Whether a value is the one that was found: `true`, or `hostNetwork=true` for that of one field.
fn is_value(value: &Pattern, violation: &Violation<'_>) -> bool {
    if value.matches(&violation.found) {
        return true;
    }
    let Some((field, value)) = value.as_str().split_once('=') else {
        return false;
    };
    let path = &*violation.path;
    let path =
        path.strip_suffix(']').and_then(|path| path.rsplit_once('[')).map_or(path, |it| it.0);
    let last = path.rsplit_once('.').map_or(path, |(_, last)| last);
    field == last && pattern::matches(value, &violation.found)
}

/// Whether one item fits; a key that is not given asks nothing.
fn any<K: Texts>(list: &Option<Listed<K>>, fits: impl Fn(&K::Item) -> bool) -> bool {
    list.as_ref().is_none_or(|list| list.0.iter().any(fits))
}

/// Adds a warning for each exemption that was used and ends soon.
pub(crate) fn warn(waived: &[Waived<'_>], warnings: &mut Vec<String>) {
    let mut warned: Vec<&str> = Vec::new();
    for Waived { exemption, .. } in waived.iter().filter(|waived| waived.ends_soon) {
        let id = exemption.id();
        let Some(last) = exemption.expires.filter(|_| !warned.contains(&id)) else {
            continue;
        };
        if warned.len() == WARNINGS {
            warnings.push("ringfence: and more exemptions expire soon".to_owned());
            return;
        }
        warned.push(id);
        let id = message::sanitized(id, 64);
        warnings.push(format!("ringfence: exemption {id} expires on {last}"));
    }
}

/// An image reference with everything that runtimes read into it, as an exemption may name it:
/// `docker.io/library/nginx:latest` for `nginx`. None where it is no reference.
pub fn normalised_image(reference: &str) -> Option<String> {
    Image::parse(reference).map(|image| image.to_string())
}

//! `exemptions`: what the operator writes.

use super::texts::{
    ContainerLists, Filled, Groups, Images, Listed, Names, Rules, ServiceAccounts, Users, Values,
};
use crate::date::Date;
use crate::json::{Error, Scanner};
use crate::settings::{Decoder, Path, Schema, Setting, settings, shown};

settings! {
    /// One exemption. It lets pass the violations of its rules, with its values, in its scope, one
    /// at a time: exemptions never add up.
    #[derive(Default)]
    pub struct Exemption {
        /// Its name in findings, warnings and audit annotations. No two have the same.
        id: Filled = "id",
        /// Why it is granted, and where that was decided.
        reason: Filled = "reason",
        /// The last day on which it applies, in UTC. Without it the exemption does not end.
        expires: Option<Date> = "expires",
        /// Ids of rules, or of single checks of them; `*` is every rule.
        rules: Listed<Rules> = "rules",
        /// The values that are let pass, as findings write them (`found`), or with the field they
        /// stand in: `hostNetwork=true`. Absent: any.
        values: Option<Listed<Values>> = "values",
        /// What it is for. One value of every key that is given has to fit. With `containers`,
        /// `images` or `containerLists` it covers nothing of the pod itself.
        scope: Required<Scope> = "match",
    }

    /// What an exemption is for.
    #[derive(Default)]
    pub struct Scope checked by scope_is_bounded {
        /// Namespaces of the request.
        namespaces: Option<Listed<Names>> = "namespaces",
        /// Service accounts of the pod, `default` where it names none. A name alone goes with
        /// `namespaces`.
        service_accounts: Option<Listed<ServiceAccounts>> = "serviceAccounts",
        /// Runtime classes of the pod: what one isolates by other means needs no rule for it.
        runtime_classes: Option<Listed<Names>> = "runtimeClasses",
        /// Users who send the request. The pods of a workload are its controller's request, so that
        /// such an exemption does not reach them.
        users: Option<Listed<Users>> = "users",
        /// Groups of the user who sends the request.
        groups: Option<Listed<Groups>> = "groups",
        /// Names of containers. They are the tenant's to choose, so that other keys go with them.
        containers: Option<Listed<Names>> = "containers",
        /// The lists that the container may stand in; absent: `containers` and `initContainers`. An
        /// empty list: the pod itself, and no container.
        container_lists: Option<Listed<ContainerLists>> = "containerLists",
        /// Images of the container, whatever their spelling. Without a tag and a digest it is every
        /// image of the repository, and `*` every repository below that one. A tag fits no image
        /// that is pinned to a digest besides.
        images: Option<Listed<Images>> = "images",
    }
}

impl Scope {
    /// Whether it is about containers, so that it covers nothing of the pod itself.
    pub(super) fn is_of_containers(&self) -> bool {
        self.names_containers() || self.container_lists.as_ref().is_some_and(|it| !it.0.is_empty())
    }

    fn names_containers(&self) -> bool {
        self.containers.is_some() || self.images.is_some()
    }
}

/// Notes a scope in which a tenant can put anything.
fn scope_is_bounded(scope: &Scope, decoder: &mut Decoder, path: &Path<'_>) {
    const KEYS: &str =
        "`namespaces`, `serviceAccounts`, `runtimeClasses`, `images`, `users` or `groups`";
    let is_bounded = scope.namespaces.is_some()
        || scope.service_accounts.is_some()
        || scope.runtime_classes.is_some()
        || scope.users.is_some()
        || scope.groups.is_some()
        || scope.images.is_some();
    let has_no_list = scope.container_lists.as_ref().is_some_and(|lists| lists.0.is_empty());
    if has_no_list && scope.names_containers() {
        let message = "an empty list is the pod itself, which has no `containers` and `images`";
        decoder.error(&path.key("containerLists"), message.to_owned());
    }
    if !is_bounded && scope.is_of_containers() {
        let message = format!("names of containers are the tenant's to choose; add {KEYS}");
        decoder.error(path, message);
    } else if !is_bounded {
        decoder.error(path, format!("it is for everything; give {KEYS}"));
    }
    let accounts = scope.service_accounts.iter().flat_map(|list| &list.0).enumerate();
    for (index, account) in accounts {
        if account.namespace.is_none() && scope.namespaces.is_none() {
            let message = "a service account of this name can be made in any namespace; write \
                           `namespace/name`, or add `namespaces`";
            decoder.error(&path.key("serviceAccounts").index(index), message.to_owned());
        }
    }
}

/// Every exemption.
#[derive(Debug, Clone, Default)]
pub struct Exemptions(pub(super) Vec<Exemption>);

impl Setting for Exemptions {
    const SCHEMA: &'static Schema = Vec::<Exemption>::SCHEMA;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let all = Vec::<Exemption>::read(decoder, scanner, path)?.unwrap_or_default();
        // In order, so that thousands of them are not each compared with each.
        let mut ids = Vec::with_capacity(all.len());
        for (index, exemption) in all.iter().enumerate() {
            let id = exemption.id.as_str();
            match ids.binary_search(&id) {
                Err(place) => ids.insert(place, id),
                Ok(_) => {
                    let message =
                        format!("a second exemption `{}`; each has its own id", shown(id));
                    decoder.error(&path.index(index).key("id"), message);
                }
            }
        }
        Ok(Some(Self(all)))
    }
}

/// An object that has to be there; boxed, because what is large is dear to move.
#[derive(Debug, Clone, Default)]
pub struct Required<T>(pub(super) Box<T>);

impl<T: Setting + Default> Setting for Required<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;
    const REQUIRED: bool = true;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let mut group = Self::default();
        group.read_into(decoder, scanner, path)?;
        Ok(Some(group))
    }

    fn read_into(
        &mut self,
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<(), Error> {
        if scanner.at_object() {
            self.0.read_into(decoder, scanner, path)
        } else {
            decoder.mismatch(scanner, path, "an object")
        }
    }
}

//! `exemptions`: what the operator writes.

use super::image::ImagePattern;
use crate::date::Date;
use crate::json::{Error, Scanner, Type, same};
use crate::pattern::Pattern;
use crate::pod::ContainerList;
use crate::rules::RULES;
use crate::settings::{Decoder, Path, Schema, Setting, settings, shown};
use crate::suggest::did_you_mean;

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
        /// Ids of rules, or of single checks of them.
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
    const KEYS: &str = "`namespaces`, `serviceAccounts`, `images`, `users` or `groups`";
    let is_bounded = scope.namespaces.is_some()
        || scope.service_accounts.is_some()
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
        for (index, exemption) in all.iter().enumerate() {
            let id = exemption.id.as_str();
            if all.iter().take(index).any(|other| same(other.id.as_str().as_bytes(), id)) {
                let message = format!("a second exemption `{}`; each has its own id", shown(id));
                decoder.error(&path.index(index).key("id"), message);
            }
        }
        Ok(Some(Self(all)))
    }
}

/// What the items of a list are: texts of one form.
pub trait Texts {
    /// What is made of one.
    type Item;
    /// Their form.
    const FORM: &'static Schema;
    /// Whether a list without any means something.
    const NONE: bool = false;
    /// Reads one, or says what is wrong with it.
    const READ: fn(&str) -> Result<Self::Item, String>;
}

/// A list of texts.
#[derive(Debug, Clone)]
pub struct Listed<K: Texts>(pub(super) Vec<K::Item>);

impl<K: Texts> Default for Listed<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Texts> Setting for Listed<K> {
    const SCHEMA: &'static Schema = &Schema::List(K::FORM);
    const REQUIRED: bool = true;

    /// A list with a mistake in it is a list all the same, so that its absence is not noted too.
    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let (items, is_empty) = list(decoder, scanner, path, K::READ)?;
        if K::NONE {
            return Ok((is_empty || !items.is_empty()).then_some(Self(items)));
        }
        if is_empty {
            let message = "an empty list fits nothing; fill it, or remove the key";
            decoder.error(path, message.to_owned());
        }
        Ok(Some(Self(items)))
    }
}

/// Reads a list of texts, and whether there were none. One function for all lists of equal items:
/// settings are a large part of the module.
fn list<T>(
    decoder: &mut Decoder,
    scanner: &mut Scanner<'_>,
    path: &Path<'_>,
    read: fn(&str) -> Result<T, String>,
) -> Result<(Vec<T>, bool), Error> {
    let mut items = Vec::new();
    if scanner.next_type()? != Type::Array {
        decoder.mismatch(scanner, path, "a list")?;
        return Ok((items, false));
    }
    let mut is_empty = true;
    scanner.array(&mut |scanner, index| {
        is_empty = false;
        items.extend(text(decoder, scanner, &path.index(index), read)?);
        Ok(())
    })?;
    Ok((items, is_empty))
}

fn text<T>(
    decoder: &mut Decoder,
    scanner: &mut Scanner<'_>,
    path: &Path<'_>,
    read: fn(&str) -> Result<T, String>,
) -> Result<Option<T>, Error> {
    let Some(text) = decoder.text(scanner, path)? else {
        return Ok(None);
    };
    Ok(read(&text).map_err(|message| decoder.error(path, message)).ok())
}

/// An object that has to be there; boxed, because what is large is dear to move.
#[derive(Debug, Clone, Default)]
pub struct Required<T>(pub(super) Box<T>);

impl<T: Setting> Setting for Required<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;
    const REQUIRED: bool = true;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        if scanner.next_type()? != Type::Object {
            decoder.mismatch(scanner, path, "an object")?;
            return Ok(None);
        }
        Ok(T::read(decoder, scanner, path)?.map(|group| Self(Box::new(group))))
    }
}

/// Text with something in it.
#[derive(Debug, Clone, Default)]
pub struct Filled(String);

impl Filled {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A service account.
#[derive(Debug, Clone)]
pub struct ServiceAccount {
    pub(super) namespace: Option<Pattern>,
    pub(super) name: Pattern,
}

const PATTERN: &Schema = &Schema::Text("a pattern: `*` is any run of characters");

/// Declares kinds of texts: the type that stands for one, its items, its form and its reader.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $item:ty, $form:expr, $read:expr $(, none: $none:expr)?;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}

        impl Texts for $name {
            type Item = $item;
            const FORM: &'static Schema = $form;
            const READ: fn(&str) -> Result<Self::Item, String> = $read;
            $(const NONE: bool = $none;)?
        }
    )*};
}

texts! {
    /// Rules, or single checks of them.
    Rules: &'static str, &Schema::Text("the id of a rule or check"), rule_id;
    /// Values that were found.
    Values: Pattern, PATTERN, not_everything;
    /// Names.
    Names: Pattern, PATTERN, name;
    /// Users that do not stand for everybody.
    Users: Pattern, PATTERN, user;
    /// Groups that not everybody is in.
    Groups: Pattern, PATTERN, group;
    /// Service accounts.
    ServiceAccounts: ServiceAccount,
        &Schema::Text("`namespace/name`, both patterns, or `name`"), service_account;
    /// Lists of containers.
    ContainerLists: ContainerList,
        &Schema::Choice(&["containers", "initContainers", "ephemeralContainers"]), container_list,
        none: true;
    /// Images.
    Images: ImagePattern, ImagePattern::SCHEMA, image;
}

/// Implements [`Setting`] for what is made from one text.
macro_rules! setting_from_text {
    ($($type:ty, $form:literal, $read:expr;)*) => {$(
        impl Setting for $type {
            const SCHEMA: &'static Schema = &Schema::Text($form);
            const REQUIRED: bool = true;

            fn read(
                decoder: &mut Decoder,
                scanner: &mut Scanner<'_>,
                path: &Path<'_>,
            ) -> Result<Option<Self>, Error> {
                text(decoder, scanner, path, $read)
            }
        }
    )*};
}

setting_from_text! {
    Filled, "any text but none", filled;
    Date, "a day, `YYYY-MM-DD`", date;
    ImagePattern, "`[registry/]repository[:tag][@digest]`, or `registry/repository/*`", image;
}

fn filled(text: &str) -> Result<Filled, String> {
    not_empty(text).map(|text| Filled(text.to_owned()))
}

fn date(text: &str) -> Result<Date, String> {
    let wrong = || format!("`{}` is no day; write it as in 2027-03-31", shown(text));
    Date::parse(text).ok_or_else(wrong)
}

fn image(text: &str) -> Result<ImagePattern, String> {
    ImagePattern::parse(text).map_err(str::to_owned)
}

fn container_list(text: &str) -> Result<ContainerList, String> {
    match text {
        "containers" => Ok(ContainerList::Regular),
        "initContainers" => Ok(ContainerList::Init),
        "ephemeralContainers" => Ok(ContainerList::Ephemeral),
        _ => Err("expected containers, initContainers or ephemeralContainers".to_owned()),
    }
}

fn not_empty(text: &str) -> Result<&str, String> {
    if text.trim().is_empty() { Err("it is empty".to_owned()) } else { Ok(text) }
}

fn not_everything(text: &str) -> Result<Pattern, String> {
    let pattern = Pattern::new(text.to_owned());
    if pattern.matches_everything() {
        return Err("`*` is everything; name what is meant, or remove the key".to_owned());
    }
    Ok(pattern)
}

fn name(text: &str) -> Result<Pattern, String> {
    not_empty(text).and_then(not_everything)
}

fn rule_id(text: &str) -> Result<&'static str, String> {
    let ids = || {
        let checks = |rule: &'static crate::rule::Rule| rule.checks.iter().map(|check| check.id);
        RULES.iter().flat_map(move |rule| std::iter::once(rule.id).chain(checks(rule)))
    };
    ids().find(|id| same(text.as_bytes(), id)).ok_or_else(|| {
        let suggestion = did_you_mean(text, &ids().collect::<Vec<_>>());
        let help = suggestion.unwrap_or_else(|| "; `ringfence rules` lists them".to_owned());
        format!("unknown rule or check `{}`{help}", shown(text))
    })
}

/// Users who act for everybody: those by whom the controllers make pods of workloads
/// (`cmd/kube-controller-manager`), and whoever names nobody.
const EVERYBODY: &[&str] = &[
    "system:anonymous",
    "system:kube-controller-manager",
    "system:serviceaccount:kube-system:cronjob-controller",
    "system:serviceaccount:kube-system:daemon-set-controller",
    "system:serviceaccount:kube-system:deployment-controller",
    "system:serviceaccount:kube-system:job-controller",
    "system:serviceaccount:kube-system:replicaset-controller",
    "system:serviceaccount:kube-system:replication-controller",
    "system:serviceaccount:kube-system:statefulset-controller",
];

/// Groups that everybody is in, or that those users are in.
const GROUPS_OF_EVERYBODY: &[&str] = &[
    "system:authenticated",
    "system:serviceaccounts",
    "system:serviceaccounts:kube-system",
    "system:unauthenticated",
];

fn user(text: &str) -> Result<Pattern, String> {
    let is_controller =
        text.starts_with("system:serviceaccount:kube-system:") && text.ends_with("-controller");
    if is_controller { Err(stands_for_everybody(text)) } else { bounded(text, EVERYBODY) }
}

fn group(text: &str) -> Result<Pattern, String> {
    bounded(text, GROUPS_OF_EVERYBODY)
}

fn bounded(text: &str, everybody: &[&str]) -> Result<Pattern, String> {
    let pattern = name(text)?;
    match everybody.iter().find(|known| pattern.matches(known)) {
        Some(known) => Err(stands_for_everybody(known)),
        None => Ok(pattern),
    }
}

fn stands_for_everybody(who: &str) -> String {
    format!(
        "it covers `{}`, which acts for everybody who may create a workload; exempt `namespaces` \
         or `serviceAccounts` of the pods instead",
        shown(who)
    )
}

fn service_account(text: &str) -> Result<ServiceAccount, String> {
    let (namespace, account) = match text.split_once('/') {
        Some((namespace, account)) => (Some(name(namespace)?), account),
        None => (None, text),
    };
    if account.is_empty() || account.contains(['/', ':']) {
        return Err(format!("`{}` is no service account; write `namespace/name`", shown(text)));
    }
    let account = match namespace {
        // Every account of a namespace is a scope, every account is none.
        Some(_) => Pattern::new(account.to_owned()),
        None => name(account)?,
    };
    Ok(ServiceAccount { namespace, name: account })
}

//! The texts that exemptions are made of: lists of them, and what is wrong with one.

use super::image::ImagePattern;
use crate::date::Date;
use crate::json::{Error, FEW, Scanner, same};
use crate::pattern::Pattern;
use crate::pod::ContainerList;
use crate::rules::RULES;
use crate::settings::{Decoder, Path, Schema, Setting, shown};
use crate::suggest::did_you_mean;
use crate::text::cut;

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
    let mut items = Vec::with_capacity(FEW);
    if !scanner.at_list() {
        decoder.mismatch(scanner, path, "a list")?;
        return Ok((items, false));
    }
    let mut is_empty = true;
    scanner.array(&mut |scanner, index| {
        is_empty = false;
        items.extend(decoder.parsed(scanner, &path.index(index), read)?);
        Ok(())
    })?;
    Ok((items, is_empty))
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
    Rules: &'static str, &Schema::Text("the id of a rule or check, or `*`"), rule_id;
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
                decoder.parsed(scanner, path, $read)
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

/// Stands for every rule.
pub(super) const EVERY_RULE: &str = "*";

fn rule_id(text: &str) -> Result<&'static str, String> {
    if text == EVERY_RULE {
        return Ok(EVERY_RULE);
    }
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
    let (namespace, account) = match cut(text, b'/') {
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

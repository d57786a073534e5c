//! Whom a binding is for.

use crate::model::{Binding, Scope, Subject};
use crate::notice::{self, Notice};

/// Who a subject is to the authorizer (`appliesToUser` of
/// `k8s.io/kubernetes/pkg/registry/rbac/validation`, which does not look at `apiGroup`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who<'s> {
    /// The user of that name, which is no service account's.
    User(&'s str),
    /// Members of the group of that name.
    Group(&'s str),
    /// A service account, by its kind or as the user `system:serviceaccount:NAMESPACE:NAME`.
    ServiceAccount {
        /// Its namespace. Empty in a ClusterRoleBinding that does not say it: it is nobody then.
        namespace: &'s str,
        /// Its name.
        name: &'s str,
    },
    /// Nobody: the kind is none of these.
    Nobody,
}

impl Subject<'_> {
    /// Who it is, in that binding.
    pub fn who<'s>(&'s self, binding: &'s Binding<'_>) -> Who<'s> {
        match &*self.kind {
            "User" => match service_account(&self.name) {
                Some((namespace, name)) => Who::ServiceAccount { namespace, name },
                None => Who::User(&self.name),
            },
            "Group" => Who::Group(&self.name),
            "ServiceAccount" => {
                let is_left_out = self.namespace.is_empty() && binding.scope() == Scope::Namespace;
                let namespace = if is_left_out { binding.namespace() } else { &self.namespace };
                Who::ServiceAccount { namespace, name: &self.name }
            }
            _ => Who::Nobody,
        }
    }
}

impl Who<'_> {
    /// In words: `Group system:authenticated`, `ServiceAccount shop/default`.
    pub fn words(self) -> String {
        match self {
            Self::User(name) => ["User ", name].concat(),
            Self::Group(name) => ["Group ", name].concat(),
            Self::ServiceAccount { namespace, name } => {
                ["ServiceAccount ", namespace, "/", name].concat()
            }
            Self::Nobody => "nobody".to_owned(),
        }
    }

    /// Calls `add` with what is to be said of it, whatever it is bound to.
    pub(crate) fn notices(self, binding: &Binding<'_>, add: &mut dyn FnMut(&'static Notice)) {
        let home = match self {
            Self::User(name) => {
                of_user(name).into_iter().for_each(&mut *add);
                None
            }
            Self::Group(name) => {
                of_group(name).into_iter().for_each(&mut *add);
                name.strip_prefix("system:serviceaccounts:")
            }
            Self::ServiceAccount { namespace, name } => {
                if name == "default" {
                    add(&notice::SUBJECT_DEFAULT_SERVICE_ACCOUNT);
                }
                Some(namespace)
            }
            Self::Nobody => None,
        };
        let is_elsewhere = |home: &str| home != binding.namespace();
        if binding.scope() == Scope::Namespace && home.is_some_and(is_elsewhere) {
            add(&notice::SUBJECT_OTHER_NAMESPACE);
        }
    }
}

/// `system:serviceaccount:NAMESPACE:NAME`.
fn service_account(user: &str) -> Option<(&str, &str)> {
    let (namespace, name) = user.strip_prefix("system:serviceaccount:")?.split_once(':')?;
    (!namespace.is_empty() && !name.is_empty() && !name.contains(':')).then_some((namespace, name))
}

fn of_user(name: &str) -> Option<&'static Notice> {
    match name {
        "system:anonymous" => Some(&notice::SUBJECT_ANONYMOUS),
        _ if name.starts_with("system:") => Some(&notice::SUBJECT_SYSTEM_USER),
        _ => name.contains('*').then_some(&notice::USELESS_WILDCARD),
    }
}

fn of_group(name: &str) -> Option<&'static Notice> {
    match name {
        "system:unauthenticated" => Some(&notice::SUBJECT_ANONYMOUS),
        "system:authenticated" => Some(&notice::SUBJECT_AUTHENTICATED),
        "system:serviceaccounts" => Some(&notice::SUBJECT_ALL_SERVICE_ACCOUNTS),
        "system:masters" => Some(&notice::SUBJECT_MASTERS),
        _ if name.starts_with("system:serviceaccounts:") => {
            Some(&notice::SUBJECT_NAMESPACE_SERVICE_ACCOUNTS)
        }
        _ if name.starts_with("system:") => Some(&notice::SUBJECT_SYSTEM_GROUP),
        _ => name.contains('*').then_some(&notice::USELESS_WILDCARD),
    }
}

//! What a binding gives, and to whom.

use crate::builtin::Builtin;
use crate::danger::DangerSet;
use crate::finding::{Finding, Findings, item};
use crate::model::{Binding, Role, RoleRef, Scope};
use crate::notice;
use crate::refusal;
use crate::role::dangers;
use crate::subject::Who;

/// What is found in a binding: of what it binds first, then of its subjects.
///
/// `role` is the role that `roleRef` names, where it is known. Of a role that is not, its name is all
/// there is to judge: `cluster-admin`, `admin`, `edit` and `view` are those that come with
/// Kubernetes; of any other nothing is said, and it is for the caller to say that it is not known.
///
/// Of a RoleBinding, nothing is found that is granted in the cluster only, such as `nodes/proxy` or
/// paths: it does not grant that, whatever the ClusterRole says. Nothing is found in the bindings that
/// the API server makes for its own components and for discovery.
pub fn binding_findings(binding: &Binding<'_>, role: Option<&Role<'_>>) -> Vec<Finding> {
    let mut found = Findings::in_scope(binding.scope());
    refusal::refused(binding, &mut |path, what| {
        found.notice(&notice::REFUSED, path, what.to_owned());
    });
    let is_known = |who| is_made_by_the_api_server(&binding.role_ref, binding.scope(), who);
    let subjects = &binding.subjects;
    let is_all_known =
        !subjects.is_empty() && subjects.iter().all(|who| is_known(who.who(binding)));
    if !is_all_known {
        found.bound(binding, role);
    }
    for (index, subject) in subjects.iter().enumerate() {
        let who = subject.who(binding);
        if is_known(who) {
            continue;
        }
        who.notices(binding, &mut |notice| {
            found.notice(notice, item("subjects", index), who.words());
        });
    }
    found.list
}

impl Findings {
    fn bound(&mut self, binding: &Binding<'_>, role: Option<&Role<'_>>) {
        let RoleRef { kind, name, .. } = &binding.role_ref;
        let is_cluster_role = *kind == "ClusterRole";
        let builtin = Builtin::from_name(name).filter(|_| is_cluster_role);
        let notice = match builtin {
            Some(Builtin::ClusterAdmin) => Some(&notice::BINDS_CLUSTER_ADMIN),
            Some(Builtin::Admin) => Some(&notice::BINDS_ADMIN),
            Some(Builtin::Edit) => Some(&notice::BINDS_EDIT),
            Some(Builtin::View) | None => None,
        };
        let what = || [kind, " ", name].concat();
        if let (Some(builtin), Some(notice)) = (builtin, notice) {
            let own = role.map_or(DangerSet::default(), |role| dangers(role, self.scope));
            let all = own.union(builtin.dangers(self.scope));
            self.notice_of(notice, "roleRef".to_owned(), what(), all);
        } else if let Some(role) = role {
            self.bound_role(role);
        } else if is_cluster_role && name.starts_with("system:") && !is_harmless(name) {
            self.notice(&notice::BINDS_SYSTEM_ROLE, "roleRef".to_owned(), what());
        }
    }

    /// What the role grants in the binding's scope, at its place in the role.
    fn bound_role(&mut self, role: &Role<'_>) {
        let mut granted = Self::in_scope(self.scope.min(role.scope()));
        granted.granted_by(role);
        // Its rules are what the controller of aggregation makes of others, and it may not have yet.
        if let Some(rule) = &role.aggregation_rule {
            granted.aggregation(rule);
        }
        for mut finding in granted.list {
            let path = std::mem::replace(&mut finding.path, "roleRef".to_owned());
            finding.what = [&*finding.what, " by ", &path].concat();
            self.list.push(finding);
        }
    }
}

/// ClusterRoles of the control plane that grant no danger.
const HARMLESS: &[&str] = &[
    "system:aggregate-to-view",
    "system:auth-delegator",
    "system:basic-user",
    "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
    "system:cluster-trust-bundle-discovery",
    "system:discovery",
    "system:heapster",
    "system:kube-aggregator",
    "system:kube-dns",
    "system:monitoring",
    "system:node-bootstrapper",
    "system:node-proxier",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
];

fn is_harmless(name: &str) -> bool {
    HARMLESS.contains(&name)
}

/// Which subject the API server binds which of its own ClusterRoles to: `ClusterRoleBindings` and
/// `ControllerRoleBindings` of `bootstrappolicy`.
const MADE: &[(&str, Who<'static>)] = &[
    ("cluster-admin", Who::Group("system:masters")),
    ("system:basic-user", Who::Group("system:authenticated")),
    ("system:cluster-trust-bundle-discovery", Who::Group("system:serviceaccounts")),
    ("system:discovery", Who::Group("system:authenticated")),
    ("system:kube-controller-manager", Who::User("system:kube-controller-manager")),
    ("system:kube-dns", Who::ServiceAccount { namespace: "kube-system", name: "kube-dns" }),
    ("system:kube-scheduler", Who::User("system:kube-scheduler")),
    ("system:monitoring", Who::Group("system:monitoring")),
    ("system:node-proxier", Who::User("system:kube-proxy")),
    ("system:public-info-viewer", Who::Group("system:authenticated")),
    ("system:public-info-viewer", Who::Group("system:unauthenticated")),
    ("system:service-account-issuer-discovery", Who::Group("system:serviceaccounts")),
    ("system:volume-scheduler", Who::User("system:kube-scheduler")),
];

fn is_made_by_the_api_server(role: &RoleRef<'_>, scope: Scope, who: Who<'_>) -> bool {
    if scope != Scope::Cluster || role.kind != "ClusterRole" {
        return false;
    }
    match (role.name.strip_prefix("system:controller:"), who) {
        (Some(controller), Who::ServiceAccount { namespace: "kube-system", name }) => {
            name == controller
        }
        _ => MADE.iter().any(|(name, subject)| role.name == *name && who == *subject),
    }
}

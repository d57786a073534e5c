//! The rules, one a file.
//!
//! The order of the list is the order of findings. A rule that is not in it is dead code, which the
//! compiler reports. A rule with parameters has their type beside its name.

use crate::rule::{Check, Level, Revision, Rule};
use crate::settings::{Field, Find, Group};

mod ids;
mod names;

const fn only(rule: &'static Rule) -> Option<(&'static Check, &'static Revision)> {
    match rule.checks {
        [check] => match check.revisions {
            [revision] => Some((check, revision)),
            _ => None,
        },
        _ => None,
    }
}

macro_rules! rules {
    ($($name:ident $(with $parameters:ident)?,)*) => {
        $(pub(crate) mod $name;)*

        /// Every rule.
        pub static RULES: &[&Rule] = &[$(&$name::RULE,)*];

        /// Their ids, in the same order.
        pub(crate) static RULE_IDS: &[&str] = &[$($name::RULE.id,)*];

        /// Of each rule that asks one thing, the same at every version: what that is.
        pub(crate) static ONLY: &[Option<(&Check, &Revision)>] = &[$(only(&$name::RULE),)*];

        /// The function that tells the place of an id among them.
        pub(crate) const FIND: Find = $crate::json::find_in!($($name::RULE.id),*);

        /// How many there are.
        pub(crate) const COUNT: usize = [$(stringify!($name)),*].len();

        /// The source of every rule's file, in the order of [`RULES`]. Nothing in the guest refers
        /// to it, so the linker leaves it out of the module.
        static SOURCES: &[&str] = &[$(include_str!(concat!(stringify!($name), ".rs")),)*];

        /// The parameters that settings give to rules; none for a rule that they give none.
        #[derive(Debug, Clone, Default)]
        pub struct Parameters {
            $($(
                #[doc = concat!("Those of `", stringify!($name), "`.")]
                pub $name: Option<Box<$name::$parameters>>,
            )?)*
        }

        /// The parameters that each rule takes, in the order of [`RULES`].
        static PARAMETERS: &[&[Field]] =
            &[$(rules!(@of $name FIELDS $($parameters)?),)*];

        /// Their keys.
        pub(crate) static PARAMETER_KEYS: &[&[&str]] =
            &[$(rules!(@of $name KEYS $($parameters)?),)*];

        /// The functions that tell the places of their keys, where a rule has many.
        pub(crate) static FIND_PARAMETER: &[Option<Find>] =
            &[$(rules!(@find $name $($parameters)?),)*];

        #[expect(non_camel_case_types, reason = "one variant a rule, numbered in order")]
        #[allow(dead_code, reason = "rules without parameters are never looked up")]
        enum Place { $($name),* }

        impl Parameters {
            /// Those of a rule; none where it takes none.
            pub(crate) fn group(&mut self, rule: usize) -> Option<&mut dyn Group> {
                $($(
                    if rule == Place::$name as usize {
                        let group: &mut Box<$name::$parameters> =
                            self.$name.get_or_insert_with(Box::default);
                        return Some(&mut **group);
                    }
                )?)*
                None
            }
        }
    };
    (@of $name:ident $constant:ident $parameters:ident) => {
        $name::$parameters::$constant
    };
    (@of $name:ident $constant:ident) => {
        &[]
    };
    (@find $name:ident $parameters:ident) => {
        $name::$parameters::FIND
    };
    (@find $name:ident) => {
        None
    };
}

rules! {
    well_formed,
    privileged,
    allow_privilege_escalation with Parameters,
    capabilities with Parameters,
    run_as_non_root with Parameters,
    run_as_user with Parameters,
    run_as_group with Parameters,
    fs_group with Parameters,
    supplemental_groups with Parameters,
    supplemental_groups_policy,
    read_only_root_filesystem,
    proc_mount with Parameters,
    se_linux_options with Parameters,
    app_armor_profile with Parameters,
    sysctls with Parameters,
    windows_host_process,
    windows_run_as_user_name with Parameters,
    host_namespaces with Parameters,
    host_ports with Parameters,
    host_path_volumes with Parameters,
    restricted_volumes with Parameters,
    host_probes_and_host_lifecycle,
    user_namespaces,
    share_process_namespace,
    runtime_class with Parameters,
    node_placement with Parameters,
    service_account_name with Parameters,
    service_account_token with Parameters,
    interactive_containers,
    volume_mounts with Parameters,
    mount_propagation with Parameters,
    persistent_volume_host_path with Parameters,
    ephemeral_containers with Parameters,
    toxic_combinations with Parameters,
    service_exposure with Parameters,
    pod_connections with Parameters,
    pod_security_labels with Parameters,
    namespace_metadata with Parameters,
    protected_namespaces with Parameters,
    default_namespace with Parameters,
    resource_boundaries with Parameters,
    secrets_access with Parameters,
    rbac with Parameters,
    network_isolation with Parameters,
    network_policy_content with Parameters,
    seccomp_profile with Parameters,
    seccomp_localhost with Parameters,
}

impl Rule {
    /// Whether it is one of the Pod Security Standards, or what they take for granted.
    pub fn is_of_standards(&self) -> bool {
        let standard = |level| level < Level::Hardened;
        self.checks.iter().any(|check| check.level.is_some_and(standard))
    }

    /// The parameters it takes.
    pub fn parameters(&self) -> &'static [Field] {
        let place = RULES.iter().position(|rule| rule.id == self.id);
        place.and_then(|place| PARAMETERS.get(place)).copied().unwrap_or_default()
    }

    /// The rule's documentation in Markdown: the header of its own file.
    pub fn documentation(&self) -> String {
        let source = RULES.iter().zip(SOURCES).find(|(rule, _)| rule.id == self.id);
        let lines = source.map(|(_, source)| source.lines()).into_iter().flatten();
        let mut text = String::new();
        for line in lines.map_while(|line| line.strip_prefix("//!")) {
            text.push_str(line.strip_prefix(' ').unwrap_or(line));
            text.push('\n');
        }
        text
    }
}

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

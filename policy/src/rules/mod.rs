//! The rules, one a file.
//!
//! The order of the list is the order of findings. A rule that is not in it is dead code, which the
//! compiler reports.

use crate::rule::Rule;

macro_rules! rules {
    ($($name:ident,)*) => {
        $(mod $name;)*

        /// Every rule.
        pub static RULES: &[&Rule] = &[$(&$name::RULE,)*];

        /// Their ids, in the same order.
        pub(crate) static RULE_IDS: &[&str] = &[$($name::RULE.id,)*];

        /// How many there are.
        pub(crate) const COUNT: usize = [$(stringify!($name)),*].len();

        /// The source of every rule's file, in the order of [`RULES`]. Nothing in the guest refers
        /// to it, so the linker leaves it out of the module.
        static SOURCES: &[&str] = &[$(include_str!(concat!(stringify!($name), ".rs")),)*];
    };
}

rules! {
    well_formed,
    privileged,
    allow_privilege_escalation,
    capabilities,
    run_as_non_root,
    run_as_user,
    proc_mount,
    se_linux_options,
    app_armor_profile,
    sysctls,
    windows_host_process,
    host_namespaces,
    host_ports,
    host_path_volumes,
    restricted_volumes,
    host_probes_and_host_lifecycle,
    seccomp_profile,
}

impl Rule {
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

//! A seccomp profile as the page shows it: every call by kind, differences to a baseline, findings.

use ringfence_json::{Key, Writer, key, string_key};
use ringfence_seccomp::parse::{self, Document, Resource};
use ringfence_seccomp::sheet::{Cell, Section, State, sections};
use ringfence_seccomp::{
    Arch, Baseline, Cap, Context, Finding, Loader, Place, Profile, Severities, Severity, lint,
    lint_resource, message, resolve,
};

use crate::cluster::describe;

/// What a profile's meaning depends on beside its text, and what it is held against.
pub(crate) struct Options<'o> {
    /// The architecture of the node.
    pub arch: &'o str,
    /// What reads the profile; empty: `containerd`, or `spo` for a resource.
    pub loader: &'o str,
    /// The baseline; empty: none.
    pub baseline: &'o str,
    /// Capabilities that the container adds, separated by white space.
    pub add: &'o str,
    /// Those that it drops.
    pub drop: &'o str,
}

/// The names that options take.
pub(crate) fn choices() -> String {
    let mut out = Writer::default();
    out.open_object();
    let arches = Arch::ALL.into_iter().map(Arch::name);
    names(&mut out, key!("arches"), arches);
    names(&mut out, key!("loaders"), LOADERS.iter().map(|(name, _)| *name));
    names(&mut out, key!("baselines"), Baseline::all().map(Baseline::name));
    out.close_object();
    out.finish()
}

const LOADERS: &[(&str, Loader)] = &[
    ("containerd", Loader::Containerd),
    ("docker", Loader::Docker),
    ("cri-o", Loader::Crio),
    ("spo", Loader::Spo),
];

fn names<'n>(out: &mut Writer, key: Key, names: impl Iterator<Item = &'n str>) {
    out.key(key).open_array();
    for name in names {
        out.string(name);
    }
    out.close_array();
}

/// Reads a profile, or a `SeccompProfile`, and tells what there is to show.
///
/// # Errors
/// Where the text is none, or an option names nothing.
pub(crate) fn view(text: &str, options: &Options<'_>) -> Result<String, String> {
    let (profile, resource) = match parse::document(text).map_err(|error| describe(&error))? {
        Document::Profile(profile) => (profile, None),
        Document::Resource(resource) => (resource.profile.clone(), Some(resource)),
        Document::ConfigMap(_) => {
            return Err("a ConfigMap holds profiles as texts: paste one of them".to_owned());
        }
    };
    let context = context(options, resource.is_some())?;
    let baseline = match options.baseline {
        "" => None,
        name => Some(Baseline::from_name(name).ok_or_else(|| unknown("baseline", name))?),
    };
    let resolved = resolve(&profile, &context);
    let against = baseline.map(|baseline| baseline.resolve(&context));
    let mut out = Writer::default();
    out.open_object();
    out.field(&string_key!("default"), &message::action(resolved.default));
    out.key(key!("isVoid")).boolean(resolved.is_void);
    names_of(&mut out, key!("fatal"), resolved.fatal.iter().map(|f| message::fatal(f.reason)));
    out.key(key!("missingBase"));
    match profile.base.as_ref().filter(|_| resource.is_some()) {
        Some(base) => out.string(&base.text),
        None => out.null(),
    };
    out.key(key!("sections")).open_array();
    for section in sections(&resolved, context.arch, against.as_ref()) {
        write_section(&mut out, &section);
    }
    out.close_array().key(key!("findings")).open_array();
    let severities = Severities::new();
    let mut found = lint(&profile, &resolved, &context, &severities);
    let of_resource = resource.as_ref().map(|resource| lint_resource(resource, &severities));
    found.extend(of_resource.into_iter().flatten());
    for mut finding in found {
        at_name(&mut finding, &profile);
        write_finding(&mut out, &finding, resource.as_ref());
    }
    out.close_array().close_object();
    Ok(out.finish())
}

fn context(options: &Options<'_>, is_resource: bool) -> Result<Context, String> {
    let arch =
        Arch::from_name(options.arch).ok_or_else(|| unknown("architecture", options.arch))?;
    let loader = match options.loader {
        "" if is_resource => Loader::Spo,
        "" => Loader::Containerd,
        name => {
            let known = LOADERS.iter().find(|(known, _)| *known == name);
            known.map(|(_, loader)| *loader).ok_or_else(|| unknown("loader", name))?
        }
    };
    let mut context = Context::new(loader, arch);
    let [add, drop] = [capabilities(options.add)?, capabilities(options.drop)?];
    context.caps = context.caps.adjusted(add, drop);
    Ok(context)
}

/// The library passes over names that it does not know.
fn capabilities(names: &str) -> Result<Vec<&str>, String> {
    let known = |name: &&str| name.eq_ignore_ascii_case("ALL") || Cap::from_name(name).is_some();
    let mut names = names.split([',', ' ', '\n', '\t']).filter(|name| !name.is_empty());
    match names.clone().find(|name| !known(name)) {
        Some(name) => Err(unknown("capability", name)),
        None => Ok(names.by_ref().collect()),
    }
}

fn unknown(what: &str, name: &str) -> String {
    format!("there is no {what} `{}`", name.escape_debug())
}

fn names_of(out: &mut Writer, key: Key, texts: impl Iterator<Item = String>) {
    out.key(key).open_array();
    for text in texts {
        out.string(&text);
    }
    out.close_array();
}

fn write_section(out: &mut Writer, section: &Section) {
    let count = |state| section.cells.iter().filter(|cell| cell.state == state).count();
    out.open_object().field(&string_key!("title"), section.title);
    out.key(key!("allowed")).number(count(State::Allowed));
    out.key(key!("conditional")).number(count(State::Conditional));
    out.key(key!("denied")).number(count(State::Denied));
    out.key(key!("calls")).open_array();
    for cell in &section.cells {
        write_cell(out, cell);
    }
    out.close_array().close_object();
}

fn write_cell(out: &mut Writer, cell: &Cell) {
    out.open_object().field(&string_key!("name"), cell.name);
    out.field(&string_key!("state"), cell.state.name());
    out.field(&string_key!("detail"), &cell.detail);
    if let Some(difference) = cell.difference {
        out.field(&string_key!("difference"), difference.name());
    }
    if let Some(baseline) = &cell.baseline {
        out.field(&string_key!("baseline"), baseline);
    }
    if let Some(danger) = cell.danger {
        out.field(&string_key!("danger"), danger);
    }
    out.close_object();
}

fn write_finding(out: &mut Writer, finding: &Finding, resource: Option<&Resource<'_>>) {
    let documentation = finding.lint.documentation();
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let path = finding.place.path();
    let path = match (resource, path.is_empty()) {
        (Some(_), true) => "spec".to_owned(),
        (Some(_), false) => ["spec.", &path].concat(),
        (None, _) => path,
    };
    out.open_object().field(&string_key!("lint"), finding.lint.id);
    out.field(&string_key!("severity"), severity).field(&string_key!("path"), &path);
    out.field(&string_key!("message"), &message::finding(finding));
    out.field(&string_key!("why"), documentation.why);
    out.field(&string_key!("mend"), documentation.mend).close_object();
}

/// A finding about a call stands at the call's name, where the rule that decides is known.
fn at_name(finding: &mut Finding, profile: &Profile<'_>) {
    let Place { rule: Some(rule), name: None, arg: None, .. } = finding.place else { return };
    let (Some(call), Some(rule)) = (finding.call, profile.rules.get(rule)) else { return };
    finding.place.name = rule.names.iter().position(|name| name.text == call.name());
}

#[cfg(test)]
mod tests {
    use super::{Options, choices, view};

    const PROFILE: &str = r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["read", "mount"], "action": "SCMP_ACT_ALLOW"}]}"#;

    fn options<'o>(baseline: &'o str, add: &'o str) -> Options<'o> {
        Options { arch: "x86_64", loader: "", baseline, add, drop: "" }
    }

    #[test]
    fn a_profile_is_shown_against_a_baseline() {
        let shown = view(PROFILE, &options("containerd-2.3", "")).unwrap();
        assert!(shown.contains(r#""default":"fails with EPERM""#), "{shown}");
        let mount = r#"{"name":"mount","state":"allowed","detail":"is executed (syscalls[0])","difference":"opened""#;
        assert!(shown.contains(mount), "{shown}");
        let finding = r#""lint":"SC-DANGER","severity":"SEVERITY","path":"syscalls[0].names[1]""#;
        assert!(shown.contains(&finding.replace("SEVERITY", "info")));
        // Whether the kernel asks for more depends on the container.
        let with = view(PROFILE, &options("containerd-2.3", "SYS_ADMIN")).unwrap();
        assert!(with.contains(&finding.replace("SEVERITY", "warning")));
    }

    #[test]
    fn a_resource_has_its_own_paths_and_base() {
        let text = format!(
            r#"{{"apiVersion":"security-profiles-operator.x-k8s.io/v1beta1","kind":"SeccompProfile",
            "metadata":{{"name":"web"}},"spec":{{"baseProfileName":"runc",{}}}"#,
            &PROFILE[1..]
        );
        let shown = view(&text, &options("", "")).unwrap();
        assert!(shown.contains(r#""missingBase":"runc""#), "{shown}");
        assert!(shown.contains(r#""path":"spec.syscalls[0].names[1]""#), "{shown}");
        assert!(!shown.contains(r#""difference""#), "{shown}");
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let error = |text, options: Options<'_>| view(text, &options).unwrap_err();
        assert_eq!(error(PROFILE, options("none", "")), "there is no baseline `none`");
        assert_eq!(error(PROFILE, options("", "SYS_ADMN")), "there is no capability `SYS_ADMN`");
        let arch = Options { arch: "vax", ..options("", "") };
        assert_eq!(error(PROFILE, arch), "there is no architecture `vax`");
        assert!(error(r#"{"syscalls":[{"names":1}]}"#, options("", "")).starts_with("syscalls[0]"));
        assert!(error(r#"{"kind":"ConfigMap"}"#, options("", "")).contains("paste one"));
        assert!(choices().contains("\"containerd-2.3\""), "{}", choices());
    }
}

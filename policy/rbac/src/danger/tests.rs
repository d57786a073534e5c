use super::*;

#[test]
fn ids_are_kebab_case_and_occur_once() {
    let ids = crate::IDS.to_vec();
    for (index, id) in ids.iter().enumerate() {
        assert!(!ids[..index].contains(id), "{id} occurs twice");
        let is_kebab = id
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()));
        assert!(is_kebab, "{id}");
    }
}

#[test]
fn dangers_say_one_sentence_and_a_source() {
    for danger in &DANGERS {
        let sentence = danger.escalation;
        assert!(sentence.ends_with('.') && sentence.matches(". ").count() == 0, "{sentence}");
        assert!(sentence.len() < 240 && !sentence.contains('\n'), "{sentence}");
        assert!(!danger.source().is_empty(), "{}", danger.id);
        assert!(danger.in_namespace <= danger.in_cluster, "{}", danger.id);
        assert!(danger.grants.is_empty() != danger.urls.is_empty(), "{}", danger.id);
        assert!(Danger::from_id(danger.id).is_some_and(|found| found.id == danger.id));
    }
    assert!(Danger::from_id("secrets").is_none());
}

#[test]
fn sets() {
    let mut set = DangerSet::default();
    assert!(set.is_empty() && set.severity(Scope::Cluster).is_none());
    set.add(0);
    set.add(COUNT - 1);
    assert_eq!(set.len(), 2);
    assert!(set.contains("secrets-read") && set.contains("debug-urls"));
    assert!(!set.contains("secrets-write"));
    assert_eq!(set.severity(Scope::Namespace), Some(Severity::High));
    assert_eq!(set.severity(Scope::Cluster), Some(Severity::Critical));
    let mut first = DangerSet::default();
    first.add(0);
    assert!(set.is_superset(first) && !first.is_superset(set));
    assert_eq!(
        set.without(first).iter().map(|danger| danger.id).collect::<Vec<_>>(),
        ["debug-urls"]
    );
    assert_eq!(first.union(set), set);
}

/// The readme's table of dangers, which is this text.
#[test]
fn the_readme_tells_them() {
    let mut table = "| id | permission | namespace | cluster |\n|---|---|---|---|\n".to_owned();
    for danger in &DANGERS {
        let grants = danger.grants.iter().map(|grant| {
            let group =
                if grant.group.is_empty() { String::new() } else { format!(" of {}", grant.group) };
            format!("{} {}{group}", grant.verbs.join(", "), grant.resources.join(", "))
        });
        let urls = danger.urls.iter().map(|url| (*url).to_owned());
        let permission = grants.chain(urls).collect::<Vec<_>>().join("; ");
        let namespace = match danger.reach {
            Scope::Namespace => danger.in_namespace.name(),
            Scope::Cluster => "",
        };
        let cluster = danger.in_cluster.name();
        table += &format!("| `{}` | {permission} | {namespace} | {cluster} |\n", danger.id);
    }
    let notices = crate::NOTICES.iter().map(|notice| format!("`{}`", notice.id));
    table += &format!("\nBesides: {}.\n", notices.collect::<Vec<_>>().join(", "));
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&table), "the README should have:\n{table}");
}

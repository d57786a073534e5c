use super::*;

#[test]
fn ids_are_kebab_case_and_occur_once() {
    let ids = crate::ids().collect::<Vec<_>>();
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
        assert!(!danger.source.is_empty(), "{}", danger.id);
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

use super::rules;
use crate::seccomp::documents::{self, Part, Text};
use ringfence_seccomp::{Arch, Context, Loader, Runtime, Syscall, allow, fix};

fn text(file: &str, content: &str) -> Text {
    match documents::read(file, content.as_bytes()).into_iter().next() {
        Some(Part::Profile(text)) => *text,
        other => panic!("{other:?}"),
    }
}

/// The file once everything that can be mended is.
fn fixed(file: &str, content: &str) -> anyhow::Result<String> {
    let text = text(file, content);
    let (profile, _) = text.parse()?;
    // runc answers ENOSYS to a clone3 that nobody names.
    let context = Context::new(Loader::Containerd, Arch::X86_64);
    let fixed = fix(&profile, &Context { runtime: Runtime::Crun, ..context });
    assert!(!fixed.done.is_empty(), "{content}");
    rules(&text, &fixed.profile)
}

const JSON: &str = r#"{
  "comment": "kept as it is",
  "defaultAction":   "SCMP_ACT_ERRNO",
  "syscalls": [
    {
      "names": ["read",   "write", "clone"],
      "action": "SCMP_ACT_ALLOW"
    },
    {"names": ["read", "futex"], "action": "SCMP_ACT_TRAP"},
    {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_NE"}]}
  ]
}
"#;

#[test]
fn bytes_of_what_is_not_concerned_stay() {
    let after = fixed("x.json", JSON).expect("an edit");
    assert!(after.contains("{\"names\": [\"futex\"], \"action\": \"SCMP_ACT_TRAP\"}"), "{after}");
    assert!(after.contains("\"names\": [\"read\",   \"write\", \"clone\"]"), "{after}");
    assert!(after.starts_with(JSON.split("    {\"names\": [\"read\"").next().expect("a head")));
    assert!(after.contains("SCMP_CMP_MASKED_EQ") && !after.contains("SCMP_CMP_NE"), "{after}");
    let end =
        "{\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}\n  ]\n}\n";
    assert!(after.ends_with(end), "{after}");
}

#[test]
fn names_go_with_one_comma() {
    for (names, left) in [
        ("\"write\", \"read\"", "[\"write\"]"),
        ("\"read\", \"write\"", "[\"write\"]"),
        ("\"a1\", \"read\", \"write\"", "[\"a1\", \"write\"]"),
        ("\"read\", \"read\", \"write\"", "[\"write\"]"),
        ("\"write\",\n\"read\"", "[\"write\"]"),
    ] {
        let content = format!(
            "{{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{{\"names\": [\"read\"], \"action\": \
             \"SCMP_ACT_ALLOW\"}}, {{\"names\": [{names}], \"action\": \"SCMP_ACT_TRAP\"}}]}}"
        );
        let after = fixed("x.json", &content).expect("an edit");
        assert!(after.contains(&format!("\"names\": {left}")), "{names}: {after}");
    }
}

#[test]
fn errnos_go_with_one_comma() {
    for (before, after) in [
        ("\"errnoRet\": 1, \"names\": [\"read\"]", "{\"names\": [\"read\"], \"action\""),
        ("\"names\": [\"read\"],\n \"errnoRet\" : 1", "{\"names\": [\"read\"], \"action\""),
    ] {
        let content = format!(
            "{{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{{{before}, \"action\": \
             \"SCMP_ACT_ALLOW\"}}]}}"
        );
        let text = text("x.json", &content);
        let (profile, _) = text.parse().expect("a profile");
        let fixed = fix(&profile, &Context::new(Loader::Containerd, Arch::X86_64));
        let edited = rules(&text, &fixed.profile).expect("an edit");
        assert!(edited.contains(after), "{edited}");
    }
}

const YAML: &str = "apiVersion: security-profiles-operator.x-k8s.io/v1
kind: SeccompProfile
metadata: {name: web}  # ours
spec:
  defaultAction: SCMP_ACT_ERRNO
  syscalls:
  # the web
  - names:
    - read
    - write  # of course
    action: SCMP_ACT_ALLOW
  # threads
  - action: SCMP_ACT_ALLOW
    names: [clone]
  - action: SCMP_ACT_TRAP
    names:
    - futex
    - read
  # nothing
  - {names: [write], action: SCMP_ACT_KILL}
  architectures: [SCMP_ARCH_X86_64]
";

#[test]
fn comments_of_yaml_stay() {
    let after = fixed("x.yaml", YAML).expect("an edit");
    let expected = YAML.replace("    - futex\n    - read\n", "    - futex\n").replace(
        "  # nothing\n  - {names: [write], action: SCMP_ACT_KILL}\n",
        "  - names: [clone3]\n    action: SCMP_ACT_ERRNO\n    errnoRet: 38\n",
    );
    assert_eq!(after, expected);
}

#[test]
fn only_the_document_in_question_is_touched() {
    let other = YAML.replace("name: web", "name: other");
    let both = format!("{other}---\n{YAML}");
    let texts = documents::read("x.yaml", both.as_bytes());
    let [_, Part::Profile(second)] = &texts[..] else { panic!("{texts:?}") };
    let (profile, _) = second.parse().expect("a profile");
    let changed = allow(&profile, Syscall::from_name("futex"));
    let after = rules(second, &changed).expect("an edit");
    assert!(after.starts_with(&format!("{other}---\n")), "{after}");
    assert!(after.contains("  - names: [futex]\n    action: SCMP_ACT_ALLOW\n"), "{after}");
}

#[test]
fn what_cannot_be_edited_is_told() {
    let flow = "{kind: SeccompProfile, spec: {defaultAction: SCMP_ACT_ERRNO, syscalls: [{names: [clone], action: SCMP_ACT_ALLOW}]}}";
    let error = fixed("x.yaml", flow).expect_err("flow style");
    assert!(error.to_string().contains("cannot be edited in place"), "{error}");
    let map = "kind: ConfigMap\ndata:\n  x.json: |\n    {\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\":\n     [{\"names\": [\"clone\"], \"action\": \"SCMP_ACT_ALLOW\"}]}\n";
    let error = fixed("x.yaml", map).expect_err("an entry");
    assert!(error.to_string().contains("--to configmap"), "{error}");
}

/// Any names may go, from rules written in any way.
#[test]
fn every_choice_of_names_can_go() {
    let rule = |names: &str, gap: &str| {
        format!("{{{gap}\"names\":{gap}[{names}],{gap}\"action\": \"SCMP_ACT_ALLOW\"{gap}}}")
    };
    let json = |gap: &str| {
        let names = |names: [&str; 3]| names.map(|name| format!("{gap}\"{name}\"")).join(",");
        let rules = [names(["a", "b", "c"]), names(["d", "e", "f"])].map(|names| rule(&names, gap));
        format!("{{\"syscalls\":{gap}[{gap}{}{gap}]}}\n", rules.join(&format!(",{gap}")))
    };
    let block = "syscalls:\n# one\n- names:\n  - a\n  - b\n  - c\n  action: SCMP_ACT_ALLOW\n# two\n- action: \
                 SCMP_ACT_ALLOW\n  names:\n    - d\n    - \"e\"\n    - f # last\n";
    let flow = "syscalls:\n- {names: [a, b, c], action: SCMP_ACT_ALLOW}\n- names: [d, e, f]\n  action: \
                SCMP_ACT_ALLOW\n";
    let files = [
        ("x.json", json("")),
        ("x.json", json(" ")),
        ("x.json", json("\n    ")),
        ("x.yaml", block.to_owned()),
        ("x.yaml", flow.to_owned()),
    ];
    for (file, content) in files {
        let text = text(file, &content);
        let (profile, _) = text.parse().expect("a profile");
        for choice in 0_u8..64 {
            let mut changed = profile.clone();
            let mut bit = 0;
            for rule in &mut changed.rules {
                rule.names.retain(|_| {
                    bit += 1;
                    choice >> (bit - 1) & 1 == 1
                });
            }
            changed.rules.retain(|rule| !rule.names.is_empty());
            assert!(rules(&text, &changed).is_ok(), "{choice:b} {content}");
        }
    }
}

//! What a namespace is asked about, and by which rules.

use super::place::{Item, Place};
use serde_json::{Map, Value, json};

/// A row of the report.
#[derive(Debug)]
pub struct Concern {
    /// Its name for programs.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What is asked.
    questions: &'static [Question],
    /// What has to be there at all.
    pub needs: Option<Need>,
}

/// What has to be there at all: without it the row is `missing`, and not `weak`.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// An object of this kind in the namespace.
    Kind(&'static str),
    /// This label on the Namespace.
    Label(&'static str),
}

/// One rule, and what it is asked about.
#[derive(Debug)]
struct Question {
    rule: &'static str,
    /// Parameters, as JSON, where the settings do not name the rule.
    otherwise: &'static str,
    /// Lists that are another row's: empty here.
    without: &'static [&'static str],
    about: &'static [About],
}

/// Which objects.
#[derive(Clone, Copy, Debug)]
enum About {
    Namespace,
    /// What carries pods.
    Workloads,
    /// The pod that says nothing.
    Probe,
    Kind(&'static str),
    /// Bindings in the namespace, and those elsewhere that name its service accounts.
    Bindings,
}

/// The rows, in the order of the report.
pub const CONCERNS: &[Concern] = &[
    Concern {
        id: "quota",
        title: "quota",
        questions: &[Question {
            rule: "resourceBoundaries",
            otherwise: "{}",
            without: &["requireRequests", "requireLimits", "requireLimitRange"],
            about: &[About::Probe, About::Kind("ResourceQuota")],
        }],
        needs: Some(Need::Kind("ResourceQuota")),
    },
    Concern {
        id: "limitRange",
        title: "limit range",
        questions: &[
            Question {
                rule: "resourceBoundaries",
                otherwise: "{}",
                without: &["requireRequests", "requireLimits", "requireQuota"],
                about: &[About::Probe, About::Kind("LimitRange")],
            },
            Question {
                rule: "resourceBoundaries",
                otherwise: "{}",
                without: &["requireQuota", "requireLimitRange"],
                about: &[About::Workloads],
            },
        ],
        needs: Some(Need::Kind("LimitRange")),
    },
    Concern {
        id: "rbac",
        title: "RBAC",
        questions: &[Question {
            rule: "rbac",
            otherwise: "{}",
            without: &[],
            about: &[About::Kind("Role"), About::Bindings],
        }],
        needs: None,
    },
    Concern {
        id: "network",
        title: "network",
        questions: &[
            Question {
                rule: "networkIsolation",
                otherwise: "{}",
                without: &[],
                about: &[About::Workloads, About::Probe],
            },
            Question {
                rule: "networkPolicyContent",
                otherwise: "{}",
                without: &[],
                about: &[About::Kind("NetworkPolicy")],
            },
        ],
        needs: Some(Need::Kind("NetworkPolicy")),
    },
    Concern {
        id: "secrets",
        title: "secrets",
        questions: &[Question {
            rule: "secretsAccess",
            otherwise: "{}",
            without: &[],
            about: &[About::Workloads, About::Kind("Secret")],
        }],
        needs: None,
    },
    Concern {
        id: "podSecurity",
        title: "Pod Security",
        questions: &[
            Question {
                rule: "podSecurityLabels",
                otherwise: r#"{"minimum": "restricted"}"#,
                without: &[],
                about: &[About::Namespace],
            },
            Question {
                rule: "namespaceMetadata",
                otherwise: "{}",
                without: &[],
                about: &[About::Namespace],
            },
        ],
        needs: Some(Need::Label("pod-security.kubernetes.io/enforce")),
    },
    Concern {
        id: "placement",
        title: "placement",
        questions: &[
            Question {
                rule: "nodePlacement",
                otherwise: "{}",
                without: &[],
                about: &[About::Workloads],
            },
            Question {
                rule: "defaultNamespace",
                otherwise: "{}",
                without: &[],
                about: &[About::Workloads],
            },
        ],
        needs: None,
    },
    Concern {
        id: "serviceAccountToken",
        title: "tokens",
        questions: &[Question {
            rule: "serviceAccountToken",
            otherwise: r#"{"lookUp": true}"#,
            without: &[],
            about: &[About::Workloads, About::Probe],
        }],
        needs: Some(Need::Kind("ServiceAccount")),
    },
];

/// What a row asks, ready to be judged.
pub(super) struct Asked<'p> {
    /// The settings of one rule alone.
    pub(super) settings: Value,
    /// The objects.
    pub(super) items: Vec<&'p Item>,
}

impl Concern {
    /// The questions that the settings leave, and the rules that they ignore.
    pub(super) fn asked<'p>(
        &self,
        place: &'p Place,
        settings: &Value,
    ) -> (Vec<Asked<'p>>, Vec<&'static str>) {
        let (mut asked, mut ignored) = (Vec::new(), Vec::new());
        let custom = custom_kinds(settings);
        for question in self.questions {
            match question.settings(settings) {
                Some(settings) => {
                    let items = question.about.iter();
                    let items = items.flat_map(|about| about.items(place, &custom)).collect();
                    asked.push(Asked { settings, items });
                }
                None if !ignored.contains(&question.rule) => ignored.push(question.rule),
                None => {}
            }
        }
        (asked, ignored)
    }
}

impl Question {
    /// The settings that ask this and nothing else; none where the user's ignore the rule.
    ///
    /// What is no violation of the rule, but told by it, is a warning: so every violation denies.
    fn settings(&self, user: &Value) -> Option<Value> {
        let of_user = user.get("rules").and_then(|rules| rules.get(self.rule));
        let mut rule = match of_user {
            None | Some(Value::Null) => serde_json::from_str(self.otherwise).unwrap_or_default(),
            Some(Value::Object(parameters)) => parameters.clone(),
            Some(_) => Map::new(),
        };
        let word = of_user.map(|of_user| of_user.get("action").unwrap_or(of_user));
        if word.and_then(Value::as_str) == Some("ignore") {
            return None;
        }
        rule.insert("action".into(), "deny".into());
        for list in self.without {
            rule.insert((*list).into(), json!([]));
        }
        let mut settings = json!({"profile": "privileged", "rules": {self.rule: rule}});
        for key in ["version", "missingData", "podTemplates", "exemptions"] {
            if let Some(value) = user.get(key) {
                settings[key] = value.clone();
            }
        }
        Some(settings)
    }
}

impl About {
    fn items<'p>(self, place: &'p Place, custom: &[(String, String)]) -> Vec<&'p Item> {
        match self {
            Self::Namespace => vec![&place.namespace],
            Self::Workloads => place.workloads(custom),
            Self::Probe => vec![&place.probe],
            Self::Kind(kind) => place.of_kind(kind).collect(),
            Self::Bindings => {
                let items = place.items.iter();
                items.filter(|item| item.resource.kind.ends_with("RoleBinding")).collect()
            }
        }
    }
}

/// The kinds that the settings' `podTemplates` name: group and kind.
pub(super) fn custom_kinds(settings: &Value) -> Vec<(String, String)> {
    let entries = settings.get("podTemplates").and_then(Value::as_array).into_iter().flatten();
    let text = |entry: &Value, field| Some(entry.get(field)?.as_str()?.to_owned());
    entries.filter_map(|entry| Some((text(entry, "group")?, text(entry, "kind")?))).collect()
}

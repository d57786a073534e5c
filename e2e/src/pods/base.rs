//! What mutations start from.

use proptest::prelude::*;
use serde_json::{Value, json};

/// A pod before mutations.
#[derive(Debug, Clone)]
pub struct Base {
    shape: Shape,
    init: usize,
    containers: usize,
    ephemeral: usize,
    /// How a list without containers is written.
    none: Option<Value>,
}

/// How the pod meets the restricted level, if it does.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// What can be said for the whole pod is said there.
    PodLevel,
    /// Every container speaks for itself.
    ContainerLevel,
    /// Both levels say the same.
    BothLevels,
    /// Windows: three checks are waived from v1.25.
    Windows,
    /// User namespaces: three checks are relaxed from v1.35.
    UserNamespace,
    /// Nothing is set: baseline only.
    Bare,
}

pub(super) fn base() -> BoxedStrategy<Base> {
    let shape = prop_oneof![
        4 => Just(Shape::PodLevel),
        3 => Just(Shape::ContainerLevel),
        1 => Just(Shape::BothLevels),
        2 => Just(Shape::Windows),
        2 => Just(Shape::UserNamespace),
        2 => Just(Shape::Bare),
    ];
    let containers = prop_oneof![12 => 1..=1usize, 6 => 2..=3usize, 1 => Just(0)];
    let none = prop::sample::select(vec![None, Some(json!([])), Some(Value::Null)]);
    let few = || prop_oneof![3 => Just(0), 2 => 1..=2usize];
    (shape, few(), containers, few(), none)
        .prop_map(|(shape, init, containers, ephemeral, none)| Base {
            shape,
            init,
            containers,
            ephemeral,
            none,
        })
        .boxed()
}

impl Base {
    pub(super) fn build(&self) -> Value {
        let mut spec = match self.shape {
            Shape::PodLevel | Shape::BothLevels => json!({"securityContext": inherited()}),
            Shape::ContainerLevel | Shape::Bare => json!({}),
            Shape::Windows => {
                json!({"os": {"name": "windows"}, "securityContext": {"runAsNonRoot": true}})
            }
            Shape::UserNamespace => json!({
                "hostUsers": false,
                "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            }),
        };
        for (key, name, count) in [
            ("initContainers", "init", self.init),
            ("containers", "app", self.containers),
            ("ephemeralContainers", "debug", self.ephemeral),
        ] {
            let list: Vec<Value> = (0..count).map(|index| self.container(name, index)).collect();
            let list = if list.is_empty() { self.none.clone() } else { Some(Value::Array(list)) };
            if let Some(list) = list {
                spec[key] = list;
            }
        }
        json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "generated", "namespace": "shop"},
            "spec": spec,
        })
    }

    fn container(&self, name: &str, index: usize) -> Value {
        let mut container = json!({
            "name": format!("{name}-{index}"),
            "image": format!("registry.example/{name}:{index}"),
        });
        let mut context =
            json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}});
        match self.shape {
            Shape::PodLevel | Shape::UserNamespace => {}
            Shape::ContainerLevel | Shape::BothLevels => {
                for (key, value) in inherited().as_object().into_iter().flatten() {
                    context[key] = value.clone();
                }
            }
            Shape::Windows | Shape::Bare => return container,
        }
        container["securityContext"] = context;
        container
    }
}

/// What containers inherit from the pod.
fn inherited() -> Value {
    json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}})
}

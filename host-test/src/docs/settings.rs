//! The page of the settings.

use super::{head, row, table};
use ringfence_policy::{Field, RULES, Schema, Settings};
use std::fmt::Write;

/// The page.
pub fn page() -> String {
    let mut out = format!("{INTRODUCTION}```yaml\n{EXAMPLE}```\n\n{KEYS}");
    let fields = Settings::fields();
    // What is within a key has a table of its own.
    let keys: Vec<Field> = fields.iter().map(flat).collect();
    out.push_str(&table(&keys));
    let _ = write!(out, "\n{RULES_TEXT}{}", rules());
    for (key, text) in [("podTemplates", POD_TEMPLATES), ("exemptions", EXEMPTIONS)] {
        let nested = fields.iter().find(|field| field.key == key).map(|field| field.schema);
        if let Some(Schema::List(Schema::Object(fields))) = nested {
            let _ = write!(out, "\n{text}{}", table(fields));
        }
    }
    let _ = write!(out, "\n{UPDATES}");
    out
}

/// The key alone.
fn flat(field: &Field) -> Field {
    const OBJECTS: Schema = Schema::List(&Schema::Text("objects, see below"));
    let is_nested = matches!(field.schema, Schema::List(Schema::Object(_)));
    let schema = if is_nested { &OBJECTS } else { field.schema };
    Field { key: field.key, doc: field.doc, schema, required: field.required }
}

fn rules() -> String {
    let mut out = head(&["rule", "parameters"]);
    for rule in RULES {
        let link = format!("[`{id}`](rules/{id}.md)", id = rule.id);
        let keys: Vec<String> =
            rule.parameters().iter().map(|field| format!("`{}`", field.key)).collect();
        out.push_str(&row([&*link, &keys.join(", ")]));
    }
    out
}

const INTRODUCTION: &str = "# Settings

One document says what the policy asks. Every key may be left out; `{}` asks for the restricted level \
of the latest version and denies. A key that nobody knows is refused, and every mistake is reported \
at once, with its path.

`ringfence settings init` prints a file to begin with, `ringfence settings check FILE` finds mistakes \
in one, and `ringfence settings schema` prints the [JSON Schema](settings.schema.json) with which \
editors complete it.

";

/// Shown on the page; a test holds it against the policy and the schema.
pub const EXAMPLE: &str = r#"profile: restricted
version: latest
mutate: true
rules:
  readOnlyRootFilesystem: warn
  capabilities: {allowAdd: [NET_BIND_SERVICE], forbid: [SYS_ADMIN]}
  runAsUser: {ranges: [{min: 1000, max: 65535}]}
  seccompLocalhost: {allow: ["operator/{namespace}/*"]}
  hostPorts: ignore
podTemplates:
- {group: batch.volcano.sh, kind: Job, paths: ["spec.tasks[*].template"]}
exemptions:
- id: istio-init
  reason: traffic redirection needs them (SEC-1234)
  expires: 2027-03-31
  rules: [capabilities]
  values: [NET_ADMIN, NET_RAW]
  match: {namespaces: [shop-*], containers: [istio-init], images: [docker.io/istio/proxyv2]}
"#;

const KEYS: &str = "A key that is `null` counts as absent. An empty list is a list: it means none.

## Keys

";

const RULES_TEXT: &str = "## `rules`

A key of `rules` is the id of a rule, its value an action or an object.

* **Naming a rule asks it**, with any action but `ignore`, also where the profile does not: a rule of \
the standards at its lowest level, or at the one that `level` names; any other as such.
* **A parameter replaces** what the level says of the same question. One that is absent leaves it as \
it is: as the level has it, and not restricted where no level asks.
* **Parameters hold at every `version`**, also at those in which the standards do not ask the rule yet.
* What denies is compared leniently (`sys_admin`, `CAP_SYS_ADMIN` and `ALL` are found by `SYS_ADMIN`), \
what allows exactly.
* In patterns `*` stands for any run of characters, everything else for itself.

| action | a violation |
|---|---|
| `deny` | refuses the request |
| `warn` | lets it in with a warning to whoever sent it |
| `audit` | lets it in and is recorded in the audit annotations |
| `ignore` | is not looked for |

";

const POD_TEMPLATES: &str = "## `podTemplates`

Custom resources carry pods where only their controllers know. A kind that is named here is judged at \
its paths, like a Deployment. A custom resource of any other kind that reaches the policy is looked \
through, and is a violation of [`wellFormed`](rules/wellFormed.md) where something in it lists \
containers; the finding says what to add here.

A path leads to a template, an object with a `spec`. Where it leads to an object with `containers`, \
that is judged as the spec of a pod.

";

const EXEMPTIONS: &str = "## `exemptions`

A violation is let pass where one exemption covers its rule, its value, its container and its request, \
all of them. Exemptions never add up. What they let pass is listed in the audit annotation `waived`.

";

const UPDATES: &str = "## `updates`

| value | an update is judged |
|---|---|
| `significant` | where it changes what rules judge. Of a pod: the number of its containers or init \
containers, an image, an ephemeral container, an AppArmor or seccomp annotation; and where it may run, \
as far as that changes. Of a template: its text. One that is not significant is let in; where a \
template stays as it was, its violations are warnings. |
| `new` | for violations that the old object did not have: another rule, container, field or value. \
What an exemption covers in the old object, it did not have. |
| `all` | always |

Without the old object an update is judged like a creation. A PersistentVolume that stays where it was, \
and a Service that is reached as it was, is let in, except with `all`.
";

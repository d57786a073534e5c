//! OPA with the ConstraintTemplate: `e2e/rego-oracle`, which `RINGFENCE_REGO_ORACLE` names.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// OPA with the template.
pub(crate) struct Oracle {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    pub(crate) fn start() -> Self {
        let program = std::env::var_os("RINGFENCE_REGO_ORACLE")
            .expect("RINGFENCE_REGO_ORACLE names the program: `cargo xtask test --only Rego`");
        let template =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/gatekeeper/template.yaml");
        let mut child = Command::new(program)
            .arg(template)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the oracle starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, input, output }
    }

    pub(crate) fn ask(&mut self, question: &Value) -> Value {
        let sent = writeln!(self.input, "{question}").and_then(|()| self.input.flush());
        sent.expect("the oracle listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the oracle answers");
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}"));
        assert!(answer.get("error").is_none(), "{answer}: {question}");
        answer
    }

    /// The key that the template makes of a review.
    pub(crate) fn key(&mut self, input: &Value) -> Option<String> {
        let answer = self.ask(&json!({"input": input}));
        // Nobody answered, so that it is denied.
        assert_denied(&answer, input);
        let asked = answer["asked"].as_array();
        asked.and_then(|asked| asked.first()).and_then(Value::as_str).map(str::to_owned)
    }

    /// The messages of the violations, when this is the reply.
    pub(crate) fn messages(&mut self, input: &Value, reply: &Value) -> Vec<String> {
        let answer = self.ask(&json!({"input": input, "reply": reply}));
        let violations = answer["violations"].as_array().expect("violations");
        let message = |violation: &Value| {
            violation["msg"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
        };
        violations.iter().map(message).collect()
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One violation, with a message: Gatekeeper drops one without.
fn assert_denied(answer: &Value, question: &Value) {
    let violations = answer["violations"].as_array().expect("violations");
    assert_eq!(violations.len(), 1, "{answer}: {question}");
    let message = violations[0]["msg"].as_str();
    assert!(message.is_some_and(|text| !text.is_empty()), "{answer}: {question}");
}

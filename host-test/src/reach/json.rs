//! Answers for programs.

use super::end::End;
use super::parts::Ports;
use super::told::{Part, Verdict};
use ringfence_network::Protocol;
use serde_json::{Value, json};

/// The answer to one question.
pub fn render(from: &End, to: &End, protocol: Protocol, parts: &[Part], notes: &[String]) -> Value {
    let list = parts.iter().flat_map(|part| {
        part.ports.iter().map(move |(ports, outcome)| {
            let mut value = json!({"ports": self::ports(*ports)});
            for (field, span) in [("from", part.from), ("to", part.to)] {
                if let Some(span) = span {
                    value[field] = span.to_string().into();
                }
            }
            let outcome = serde_json::to_value(outcome).unwrap_or_default();
            for (field, of_outcome) in outcome.as_object().into_iter().flatten() {
                value[field] = of_outcome.clone();
            }
            value
        })
    });
    json!({
        "from": from.to_string(),
        "to": to.to_string(),
        "protocol": protocol.name(),
        "answer": Verdict::of(parts),
        "parts": list.collect::<Vec<_>>(),
        "notes": notes,
    })
}

/// `80`, or `8000-8080`.
pub(super) fn ports((first, last): Ports) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

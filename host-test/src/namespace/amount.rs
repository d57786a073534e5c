//! Amounts of resources, for proposals: near enough to add up and to round, never to judge by.

/// What suffixes multiply by (`resource.Quantity` of `k8s.io/apimachinery`).
const UNITS: &[(&str, f64)] = &[
    ("Ki", 1024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
    ("Ti", 1_099_511_627_776.0),
    ("n", 1e-9),
    ("u", 1e-6),
    ("m", 1e-3),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
];

const MEBI: f64 = 1_048_576.0;
const GIBI: f64 = 1_073_741_824.0;

/// The number that a quantity is; none where it is none, or of a size that no proposal has.
pub(super) fn parse(text: &str) -> Option<f64> {
    let unit = UNITS.iter().find_map(|(suffix, by)| Some((text.strip_suffix(suffix)?, *by)));
    let (number, by) = unit.unwrap_or((text, 1.0));
    let number: f64 = number.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number * by)
}

/// As people write it, rounded up: whole CPUs and pieces, memory in Mi or Gi.
pub(super) fn render(resource: &str, amount: f64) -> String {
    if resource.ends_with("memory") || resource.ends_with("storage") {
        if amount >= GIBI {
            return format!("{}Gi", (amount / GIBI).ceil());
        }
        return format!("{}Mi", (amount / MEBI).ceil());
    }
    format!("{}", amount.ceil())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_up() {
        for (text, resource, rendered) in [
            ("100m", "requests.cpu", "1"),
            ("2500m", "cpu", "3"),
            ("128Mi", "limits.memory", "128Mi"),
            ("1025Mi", "memory", "2Gi"),
            ("1G", "requests.memory", "954Mi"),
            ("12", "pods", "12"),
        ] {
            assert_eq!(render(resource, parse(text).expect("an amount")), rendered, "{text}");
        }
        for text in ["", "x", "-1", "1Qi", "inf"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

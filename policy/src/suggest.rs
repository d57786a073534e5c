//! "did you mean": the nearest of the names that would have been right.

/// `, did you mean …?` with the known name nearest to `given`; none where no name is near.
pub fn did_you_mean(given: &str, known: &[&'static str]) -> Option<String> {
    // Nothing that is much longer than every name is near to one.
    if given.len() > 64 {
        return None;
    }
    // A third of the letters wrong is as far as a slip of the fingers goes.
    let limit = (given.chars().count() / 3).clamp(1, 4);
    let folded = given.to_ascii_lowercase();
    let nearest = known
        .iter()
        .map(|name| (strsim::osa_distance(&folded, &name.to_ascii_lowercase()), *name))
        .min_by_key(|(distance, _)| *distance)?;
    (nearest.0 <= limit).then(|| format!(", did you mean `{}`?", nearest.1))
}

/// The names in alphabetical order, with commas. Whoever reads it has made a mistake: it may take
/// its time, and the standard library's sorting would be a thirtieth of the module.
pub(crate) fn listed(names: impl Iterator<Item = &'static str> + Clone) -> String {
    let mut text = String::new();
    let mut last = "";
    while let Some(next) = names.clone().filter(|name| *name > last).min() {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(next);
        last = next;
    }
    text
}

//! One entry of the options that settings allow.

use crate::settings::{Decoder, Path, settings, shown};

settings! {
    /// Options that may be set. A key that is absent leaves the label to the level of the rule; an
    /// empty text asks that the label is not set.
    #[derive(Default)]
    pub struct AllowedOptions checked by are_labels {
        /// The user label: `system_u`.
        user: Option<String> = "user",
        /// The role label: `system_r`.
        role: Option<String> = "role",
        /// The type label: `container_t`.
        type_: Option<String> = "type",
        /// The level label: `s0:c123,c456`, in any order of categories.
        level: Option<String> = "level",
    }
}

fn are_labels(options: &AllowedOptions, decoder: &mut Decoder, path: &Path<'_>) {
    let labels = options.labels();
    if labels.iter().all(Option::is_none) {
        let message = "it names no label: set `type`, `user`, `role` or `level`, or remove it";
        decoder.error(path, message.to_owned());
    }
    for (key, label) in LABELS.iter().zip(labels) {
        let of_label = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let of_level = |byte| of_label(byte) || (*key == "level" && b":,".contains(&byte));
        if let Some(label) = label.filter(|label| !label.bytes().all(of_level)) {
            let label = shown(label);
            let what = "` is no SELinux label: labels have no wildcards; a key left out is left to the level";
            decoder.error(&path.key(key), ["`", &label, what].concat());
        }
    }
}

/// The labels, in the order of findings.
pub(super) const LABELS: [&str; 4] = ["type", "user", "role", "level"];

impl AllowedOptions {
    pub(super) fn labels(&self) -> [Option<&str>; 4] {
        [self.type_.as_deref(), self.user.as_deref(), self.role.as_deref(), self.level.as_deref()]
    }

    /// An entry as the JSON of options. Its labels hold nothing that JSON would have to escape.
    pub(super) fn written(&self) -> String {
        let labels = LABELS.iter().zip(self.labels());
        let set =
            labels.filter_map(|(key, label)| Some((key, label.filter(|text| !text.is_empty())?)));
        let pairs = set.map(|(key, label)| ["\"", key, "\":\"", label, "\""].concat());
        ["{", &pairs.collect::<Vec<_>>().join(","), "}"].concat()
    }
}

/// Leaves every label to the level.
pub(super) static OPEN: AllowedOptions =
    AllowedOptions { user: None, role: None, type_: None, level: None };
/// Allows no label to be set.
pub(super) static NONE: AllowedOptions = AllowedOptions {
    user: Some(String::new()),
    role: Some(String::new()),
    type_: Some(String::new()),
    level: Some(String::new()),
};

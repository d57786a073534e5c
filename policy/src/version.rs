//! Kubernetes minor versions, as Pod Security labels write them.

use std::fmt;

/// A Kubernetes version `v1.<minor>`. The standards change with the minor version only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The number after `v1.`.
    pub minor: u8,
}

impl Version {
    /// The first version a policy can be pinned to.
    pub const FIRST: Self = Self { minor: 0 };
    /// The newest version whose standards this build knows, and what `latest` stands for.
    pub const LATEST: Self = Self { minor: 37 };

    /// `v1.<minor>`.
    pub const fn v1(minor: u8) -> Self {
        Self { minor }
    }

    /// Every version a policy can be pinned to, oldest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        (Self::FIRST.minor..=Self::LATEST.minor).map(Self::v1)
    }

    /// Reads `latest` or `v1.0` … `v1.37`. No other spelling: what a namespace label may say.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "latest" {
            return Some(Self::LATEST);
        }
        Self::named(text).filter(|version| *version <= Self::LATEST)
    }

    /// Reads any `v1.<minor>`, as the label of a namespace may say; one newer than every known one
    /// is newer than [`Version::LATEST`].
    pub(crate) fn named(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("v1.")?;
        let leading_zero = digits.len() > 1 && digits.starts_with('0');
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        (is_number && !leading_zero).then(|| Self::v1(digits.parse().unwrap_or(u8::MAX)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v1.{}", self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn every_version_reads_back() {
        for version in Version::all() {
            assert_eq!(Version::parse(&version.to_string()), Some(version));
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in
            ["", "1.25", "v1", "v1.", "v1.025", "v1.+5", "v1.38", "v1.256", "v2.0", "Latest"]
        {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}

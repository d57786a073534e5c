//! Who asks, held against settings.

use crate::pattern::Pattern;
use crate::pod::Admission;

/// Whether the requester is one of these users, or in one of these groups.
pub(crate) fn is_one_of(users: &[Pattern], groups: &[Pattern], admission: &Admission<'_>) -> bool {
    let is_group = |pattern: &Pattern| admission.groups.iter().any(|it| pattern.matches(it));
    users.iter().any(|user| user.matches(admission.username)) || groups.iter().any(is_group)
}

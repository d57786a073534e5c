//! System calls by what they are for, as manual pages and people sort them.

pub use ringfence_seccomp::sheet::groups::{GROUPS, Group, danger, of};

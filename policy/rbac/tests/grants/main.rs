//! What roles grant, held against examples, against themselves, and against Kubernetes' own code.

mod bindings;
mod dangers;
mod draw;
mod oracle;
mod properties;
mod roles;
mod semantics;

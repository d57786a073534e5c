//! `ringfence namespace`: what keeps the pods of a namespace in, and its neighbours out.
//!
//! ```text
//! manifests -> Place (one namespace, and what is in it)
//!   concern: which rules are asked of which objects ─┐
//!   policy, natively, over the snapshot ─────────────┴-> Row: ok, weak, missing
//!   facts: what is there, in words      mend: the manifests that would help
//! ```
//!
//! No rule is judged here: each row asks the policy for its rules alone, with the parameters of the
//! user's settings, of the objects it is about and of a pod that says nothing, which stands for the
//! next one to come.

mod amount;
pub mod concern;
pub mod facts;
pub mod human;
pub mod json;
mod mend;
pub mod place;
pub mod report;

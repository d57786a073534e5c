//! What the fuzz targets share.
//!
//! A target states what must hold for every input and panics where it does not. What holds for
//! every answer of the policy is stated once, in [`answer`].

pub mod answer;
pub mod pod;
pub mod tree;

/// The command's YAML reader, compiled by itself: the rest of that crate would bring a whole
/// WebAssembly compiler into every build of the fuzz targets.
#[path = "../../host-test/src"]
pub mod host_test {
    pub mod yaml;
}

// The name by which its files know each other.
pub use host_test::yaml;

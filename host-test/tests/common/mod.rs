//! What the tests share.

use std::path::{Path, PathBuf};

/// The module under test: `RINGFENCE_MODULE`, or the one that the build leaves in `dist`.
pub(crate) fn module() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/policy.wasm");
    let path = std::env::var_os("RINGFENCE_MODULE").map_or(built, PathBuf::from);
    assert!(
        path.is_file(),
        "there is no module at {}; build it with `cargo xtask build --module`, or name it in RINGFENCE_MODULE",
        path.display()
    );
    path
}

//! Writes the generated files of `docs/`: `cargo xtask docs`.

use anyhow::{Context, Result};
use host_test::docs;
use std::path::Path;

fn main() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let rules = folder.join(docs::RULES_FOLDER);
    // A page of a rule that is no more would stay.
    if rules.is_dir() {
        std::fs::remove_dir_all(&rules).context("docs/rules cannot be emptied")?;
    }
    std::fs::create_dir_all(&rules).context("docs/rules cannot be made")?;
    for (name, content) in docs::files() {
        std::fs::write(folder.join(&name), content)
            .with_context(|| format!("docs/{name} cannot be written"))?;
    }
    Ok(())
}

//! Writes the generated files of the repository: `cargo xtask generate`.

use anyhow::{Context, Result};
use host_test::docs;
use std::path::Path;

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let changelog = root.join("CHANGELOG.md");
    let changelog = std::fs::read_to_string(changelog).context("CHANGELOG.md cannot be read")?;
    for name in docs::FOLDERS {
        let folder = root.join(name);
        // A page of a rule that is no more would stay.
        if folder.is_dir() {
            std::fs::remove_dir_all(&folder)
                .with_context(|| format!("{name} cannot be emptied"))?;
        }
        std::fs::create_dir_all(&folder).with_context(|| format!("{name} cannot be made"))?;
    }
    for (name, content) in docs::files(&changelog) {
        std::fs::write(root.join(&name), content)
            .with_context(|| format!("{name} cannot be written"))?;
    }
    Ok(())
}

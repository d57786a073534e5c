//! `ringfence man`.

use super::{called, print};
use crate::output::text::{clean, count};
use anyhow::{Context, Result};
use clap::Args;
use std::path::PathBuf;

/// Write the manual, a page for each command, into a folder such as share/man/man1
#[derive(Args, Debug)]
pub(super) struct Man {
    /// The folder; it is made where it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Man {
    pub(super) fn run(&self) -> Result<u8> {
        let shown = self.folder.display();
        let cannot =
            || format!("the manual cannot be written to {shown}; check folder and permissions");
        std::fs::create_dir_all(&self.folder).with_context(cannot)?;
        clap_mangen::generate_to(called("ringfence"), &self.folder).with_context(cannot)?;
        let pages = std::fs::read_dir(&self.folder).with_context(cannot)?.filter(|entry| {
            let name = entry.as_ref().map(std::fs::DirEntry::file_name);
            name.is_ok_and(|name| name.to_string_lossy().starts_with("ringfence"))
        });
        print(&format!("{} in {}\n", count(pages.count(), "page"), clean(&shown.to_string())))?;
        Ok(0)
    }
}

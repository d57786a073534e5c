//! What a block needs, besides the module and the command.

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use xshell::{Shell, cmd};

use super::mark::Orders;
use super::place;
use crate::gate::{kubernetes, oracles};
use crate::playground;

/// Looks for what blocks need, once for each, and puts what it built where they find it.
pub(super) struct Needs<'a> {
    shell: &'a Shell,
    known: HashMap<String, Option<String>>,
}

impl<'a> Needs<'a> {
    pub(super) fn new(shell: &'a Shell) -> Self {
        Self { shell, known: HashMap::new() }
    }

    /// Why a block cannot run, if it cannot.
    ///
    /// # Errors
    ///
    /// When what it needs cannot be built, or nobody knows how to look for it.
    pub(super) fn missing(&mut self, orders: &Orders) -> Result<Option<String>> {
        for need in &orders.needs {
            let reason = match self.known.get(need) {
                Some(reason) => reason.clone(),
                None => {
                    let reason = look_for(self.shell, need)?;
                    self.known.insert(need.clone(), reason.clone());
                    reason
                }
            };
            if reason.is_some() {
                return Ok(reason);
            }
        }
        Ok(None)
    }
}

/// Why something cannot be had, if it cannot.
fn look_for(shell: &Shell, need: &str) -> Result<Option<String>> {
    if let Some(port) = need.strip_prefix("port ") {
        return Ok(taken(port.parse()?));
    }
    match need {
        "helm" => {
            if cmd!(shell, "helm version").quiet().ignore_stdout().ignore_stderr().run().is_ok() {
                return Ok(None);
            }
            built(shell, need, oracles::go_program(shell, "helm", "helm.sh/helm/v4/cmd/helm")?)
        }
        "node" => Ok(playground::missing_node(shell)),
        "openssl" => {
            let is_there = cmd!(shell, "openssl version").quiet().ignore_stdout().run().is_ok();
            Ok((!is_there)
                .then(|| "openssl is not installed: `apt-get install openssl`".to_owned()))
        }
        "ringfence-provider" => built(shell, need, Ok(kubernetes::provider(shell)?)),
        _ => bail!("`needs {need}` is unknown: add it to xtask/src/documented/needs.rs"),
    }
}

/// A port of loopback that somebody has.
fn taken(port: u16) -> Option<String> {
    let error = TcpListener::bind(("127.0.0.1", port)).err()?;
    Some(format!("port {port} cannot be had: {error}"))
}

/// Has blocks find a program under its name.
fn built(shell: &Shell, name: &str, program: Result<PathBuf, String>) -> Result<Option<String>> {
    let program = match program {
        Ok(program) => program,
        Err(reason) => return Ok(Some(reason)),
    };
    place::link(&program, &place::programs(shell)?.join(Path::new(name)))?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_and_an_unknown_need() -> Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let shell = Shell::new()?;
        let port = format!("port {}", listener.local_addr()?.port());
        assert!(look_for(&shell, &port)?.is_some_and(|reason| reason.starts_with(&port)));
        let error = look_for(&shell, "a lucky hand").expect_err("unknown");
        assert!(error.to_string().contains("`needs a lucky hand` is unknown"), "{error}");
        Ok(())
    }
}

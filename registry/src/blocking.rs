//! The same for programs that wait: a [`crate::Client`] with a runtime of its own.

use tokio::runtime::{Builder, Runtime};

use crate::{Error, Module, ModuleReference, Options, PublicKey, RegistryReference};

/// Fetches, pushes and verifies, and returns when that is done.
///
/// Not for use inside an asynchronous runtime, where it would panic: there is [`crate::Client`].
#[derive(Debug)]
pub struct Client {
    runtime: Runtime,
    client: crate::Client,
}

impl Client {
    /// As [`crate::Client::new`].
    ///
    /// # Errors
    /// As there, and when the machine gives no means to wait for the network.
    pub fn new(options: Options) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime
            .map_err(|error| Error::Setup { what: "the network", reason: error.to_string() })?;
        Ok(Self { runtime, client: crate::Client::new(options)? })
    }

    /// As [`crate::Client::fetch`].
    ///
    /// # Errors
    /// As there.
    pub fn fetch(&self, reference: &ModuleReference) -> Result<Module, Error> {
        self.runtime.block_on(self.client.fetch(reference))
    }

    /// As [`crate::Client::push`].
    ///
    /// # Errors
    /// As there.
    pub fn push(
        &self,
        target: &ModuleReference,
        module: Vec<u8>,
    ) -> Result<RegistryReference, Error> {
        self.runtime.block_on(self.client.push(target, module))
    }

    /// As [`crate::Client::verify`].
    ///
    /// # Errors
    /// As there.
    pub fn verify(
        &self,
        reference: &RegistryReference,
        key: &PublicKey,
    ) -> Result<RegistryReference, Error> {
        self.runtime.block_on(self.client.verify(reference, key))
    }
}

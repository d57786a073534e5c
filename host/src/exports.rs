//! What a module must offer to be a policy.

use wasmtime::{Module, ModuleExport};

use crate::Error;

/// The exports of a policy, checked and looked up once.
pub(crate) struct Exports {
    pub(crate) memory: ModuleExport,
    pub(crate) guest_call: ModuleExport,
    pub(crate) start: Option<ModuleExport>,
    pub(crate) init: Option<ModuleExport>,
}

impl Exports {
    pub(crate) fn of(module: &Module) -> Result<Self, Error> {
        let missing = |name, expected| Error::Export { name, expected };
        let memory = module
            .get_export("memory")
            .filter(|export| export.memory().is_some())
            .and_then(|_| module.get_export_index("memory"))
            .ok_or_else(|| missing("memory", "memory"))?;
        let guest_call = function(module, "__guest_call", 2, 1)
            .ok_or_else(|| missing("__guest_call", "function (i32, i32) -> i32"))?;
        Ok(Self {
            memory,
            guest_call,
            start: function(module, "_start", 0, 0),
            init: function(module, "wapc_init", 0, 0),
        })
    }
}

/// The exported function of that name, if it takes and gives so many numbers.
/// Another one of that name is not meant for the host.
fn function(module: &Module, name: &str, takes: usize, gives: usize) -> Option<ModuleExport> {
    let export = module.get_export(name)?;
    let ty = export.func()?;
    let fits = ty.params().len() == takes
        && ty.results().len() == gives
        && ty.params().chain(ty.results()).all(|value| value.is_i32());
    fits.then(|| module.get_export_index(name)).flatten()
}

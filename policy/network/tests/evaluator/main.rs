//! Whether one may reach another, held against other readings of the API.

mod model;
mod oracle;
mod properties;
mod snapshot;
mod world;

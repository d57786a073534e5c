//! The server as a process, over real sockets.

mod certificates;
mod client;
mod guest;
mod process;

mod bad_clients;
mod bad_start;
mod cases;
mod gatekeeper;
mod life;
mod rego;
mod services;

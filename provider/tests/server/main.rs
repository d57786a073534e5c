//! The server as a process, over real sockets.

mod certificates;
mod client;
mod cluster;
mod guest;
mod oracle;
mod plain;
mod process;

mod bad_clients;
mod bad_start;
mod cases;
mod chart;
mod chart_objects;
mod chart_values;
mod driver;
mod environment;
mod gatekeeper;
mod life;
mod load;
mod monitoring;
mod rego;
mod services;
mod watch;
mod webhook;

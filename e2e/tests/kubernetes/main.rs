//! The policy behind a real API server: etcd, kube-apiserver, Gatekeeper and Kyverno as processes on
//! loopback, which ask the provider. `cargo xtask e2e` builds them and runs these tests.

mod api;
mod certificates;
mod control_plane;
mod faults;
mod gatekeeper;
mod impostor;
mod kyverno;
mod objects;
mod policy_server;
mod process;
mod provider;
mod scan;
mod scenarios;
mod webhook;

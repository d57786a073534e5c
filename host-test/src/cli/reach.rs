//! `ringfence reach`.

use super::{Output, print, print_json, remark};
use crate::cluster::source::SourceOptions;
use crate::reach::end::{self, End, Found};
use crate::reach::matrix::Matrix;
use crate::reach::parts::{self, EVERY_PORT, Ports, Question};
use crate::reach::told::{Part, Verdict};
use crate::reach::world::{Texts, World};
use crate::reach::{human, json};
use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use ringfence_network::{Pod, Protocol};
use std::collections::BTreeSet;

/// Tell whether one may reach another by the NetworkPolicies of a cluster, and what decides it
///
/// FROM and TO are pods (shop/web-0), workloads (shop/deployment/web: a pod of its template),
/// addresses, or CIDRs. Without --port every port is asked about. Services, and policies of single
/// plugins, are not looked at: name whom the traffic goes to in the end.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Reach {
    /// Where the traffic comes from
    #[arg(value_name = "FROM", value_parser = end::parse, required_unless_present = "matrix")]
    from: Option<End>,
    /// Where it goes to
    #[arg(value_name = "TO", value_parser = end::parse, required_unless_present = "matrix")]
    to: Option<End>,
    /// The port it goes to, by number, or by the name that TO gives it; without it every port
    #[arg(short, long, value_name = "PORT")]
    port: Option<String>,
    /// The protocol
    #[arg(long, value_enum, ignore_case = true, default_value_t = ProtocolName::Tcp)]
    protocol: ProtocolName,
    /// Say whether it is so, by the exit code
    #[arg(long, value_enum, value_name = "ANSWER", conflicts_with = "matrix")]
    expect: Option<Expected>,
    /// Ask about all workloads, and the pods that belong to none
    #[arg(long, conflicts_with_all = ["from", "to"])]
    matrix: bool,
    /// An address or a CIDR to ask about, too. May be repeated
    #[arg(long, value_name = "ADDRESS", value_parser = outside, requires = "matrix")]
    outside: Vec<End>,
    #[command(flatten)]
    source: SourceOptions,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

const EXIT_CODES: &str = "Exit codes: 0 reachable, in part at least, 1 not, 2 unknown or an error; \
with --expect 0 if all of it is so, 1 if not, 2 unknown or an error; with --matrix 0, or 2 for an error.";

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "UPPER")]
enum ProtocolName {
    Tcp,
    Udp,
    Sctp,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Expected {
    /// All of it is reachable
    Allowed,
    /// Nothing of it is
    Denied,
}

fn outside(text: &str) -> Result<End, String> {
    match end::parse(text) {
        Ok(End::Named(_)) => Err("expected an address or a CIDR".into()),
        other => other,
    }
}

impl Reach {
    pub(super) fn run(&self) -> Result<u8> {
        let cluster = self.source.connect()?;
        let kinds: BTreeSet<&str> =
            [&self.from, &self.to].into_iter().flatten().filter_map(kind).collect();
        let texts = Texts::read(&*cluster, |kind| self.matrix || kinds.contains(kind))?;
        let world = texts.world()?;
        if let Some(error) = self.missing(&world) {
            // Whatever else is there may be what was meant.
            let everything = Texts::read(&*cluster, |_| true);
            let world = everything.as_ref().ok().and_then(|texts| texts.world().ok());
            return Err(world.and_then(|world| self.missing(&world)).unwrap_or(error));
        }
        let notes = self.notes(&world, &kinds);
        let protocol = self.protocol.protocol();
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => self.one(&world, from, to, protocol, notes),
            _ => self.all(&world, protocol, notes),
        }
    }

    fn one(
        &self,
        world: &World<'_>,
        from: &End,
        to: &End,
        protocol: Protocol,
        notes: Vec<String>,
    ) -> Result<u8> {
        let found = (from.find(world)?, to.find(world)?);
        let ports = match self.port.as_deref() {
            None => EVERY_PORT,
            Some(port) => ports(port, to, found.1, protocol)?,
        };
        let question = Question { from: found.0, to: found.1, protocol, ports };
        let parts = parts::answer(world, question);
        match self.output {
            Output::Human => {
                let ports = human::ports(ports);
                let asked = format!("{from} to {to}, {}, {ports}", protocol.name());
                print(&human::render(&asked, &parts))?;
                notes.into_iter().try_for_each(|note| remark(Some(note)))?;
            }
            Output::Json => print_json(&json::render(from, to, protocol, &parts, &notes))?,
        }
        Ok(exit_code(self.expect, &parts))
    }

    fn all(&self, world: &World<'_>, protocol: Protocol, notes: Vec<String>) -> Result<u8> {
        let ports = match self.port.as_deref() {
            None => EVERY_PORT,
            Some(port) => number(port).map(|port| (port, port)).ok_or_else(|| {
                anyhow::anyhow!("--port {port}: with --matrix a port is a number from 1 to 65535")
            })?,
        };
        let matrix = Matrix::of(world, &self.outside, protocol, ports)?;
        match self.output {
            Output::Human => {
                print(&matrix.render(&format!("{}, {}", protocol.name(), human::ports(ports))))?;
                notes.into_iter().try_for_each(|note| remark(Some(note)))?;
            }
            Output::Json => print_json(&matrix.json(protocol, &notes))?,
        }
        Ok(0)
    }

    /// Which end is not there.
    fn missing(&self, world: &World<'_>) -> Option<anyhow::Error> {
        [&self.from, &self.to].into_iter().flatten().find_map(|end| end.find(world).err())
    }

    /// What is not known of pods that are not there yet.
    fn notes(&self, world: &World<'_>, kinds: &BTreeSet<&str>) -> Vec<String> {
        let has_template = self.matrix || kinds.iter().any(|kind| *kind != "Pod");
        let labels = if has_template { world.made_labels() } else { BTreeSet::new() };
        let note = |label| {
            format!(
                "policies select by {label}, which controllers set and templates do not show: ask about the pods"
            )
        };
        labels.into_iter().map(note).collect()
    }
}

impl ProtocolName {
    fn protocol(self) -> Protocol {
        match self {
            Self::Tcp => Protocol::Tcp,
            Self::Udp => Protocol::Udp,
            Self::Sctp => Protocol::Sctp,
        }
    }
}

fn kind(end: &End) -> Option<&str> {
    match end {
        End::Named(named) => Some(&named.kind),
        End::Address(_) | End::Block(..) => None,
    }
}

fn number(port: &str) -> Option<u16> {
    port.parse().ok().filter(|port| *port > 0)
}

/// The port that is meant: a number, or what the destination calls so.
fn ports(port: &str, to: &End, found: Found<'_, '_>, protocol: Protocol) -> Result<Ports> {
    if let Some(number) = number(port) {
        return Ok((number, number));
    }
    let Found::Pod(pod) = found else {
        bail!("--port {port}: the ports of {to} have no names; write a number from 1 to 65535");
    };
    let named = named_ports(pod, protocol);
    let mut numbers: BTreeSet<i64> =
        named.iter().filter(|(name, _)| *name == port).map(|(_, number)| *number).collect();
    match (numbers.pop_first().map(u16::try_from), numbers.is_empty()) {
        (Some(Ok(number)), true) => Ok((number, number)),
        (Some(Ok(_)), false) => {
            bail!("--port {port}: {to} has several ports of that name; write the number")
        }
        _ => {
            let names: BTreeSet<&str> = named.iter().map(|(name, _)| *name).collect();
            let names = names.into_iter().collect::<Vec<_>>().join(", ");
            let known = if names.is_empty() { "none".to_owned() } else { names };
            bail!(
                "--port {port}: {to} has no {} port of that name; write a number from 1 to 65535, or a name: {known}",
                protocol.name()
            )
        }
    }
}

/// The ports of containers that run together, by name.
fn named_ports<'s>(pod: &'s Pod<'_>, protocol: Protocol) -> Vec<(&'s str, i64)> {
    let sidecars = pod.spec.init_containers.iter().filter(|it| it.restart_policy == "Always");
    let ports = pod.spec.containers.iter().chain(sidecars).flat_map(|container| &container.ports);
    let of_protocol = ports.filter(|port| {
        let name = if port.protocol.is_empty() { "TCP" } else { &*port.protocol };
        name == protocol.name() && !port.name.is_empty()
    });
    of_protocol.map(|port| (&*port.name, port.container_port)).collect()
}

fn exit_code(expected: Option<Expected>, parts: &[Part]) -> u8 {
    let has = |answer: &str| {
        parts.iter().flat_map(|part| &part.ports).any(|(_, outcome)| outcome.answer == answer)
    };
    match expected {
        None => match Verdict::of(parts) {
            Verdict::Yes | Verdict::Partly => 0,
            Verdict::No => 1,
            Verdict::Unknown => 2,
        },
        Some(Expected::Allowed) if has("no") => 1,
        Some(Expected::Denied) if has("yes") => 1,
        Some(_) if has("unknown") => 2,
        Some(_) => 0,
    }
}

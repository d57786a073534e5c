//! Addresses and ports with one answer.
//!
//! A question may be about every port, or every address of a CIDR. What policies say of them changes
//! only where one of their blocks or ranges begins or ends, at the address of a pod or a node, and
//! at a port that a container gives a name. So the numbers are cut there, and one of each part is
//! asked about.

use super::end::{Found, Span};
use super::told::{Outcome, Part};
use super::world::World;
use rayon::prelude::*;
use ringfence_network::{
    Direction, IntOrString, IpBlock, NetworkPolicy, NetworkPolicyPort, Pod, Protocol, reach,
};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Ports from one to another.
pub type Ports = (u16, u16);

/// Every port there is.
pub const EVERY_PORT: Ports = (1, u16::MAX);

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'s, 't> {
    /// Where the traffic comes from.
    pub from: Found<'s, 't>,
    /// Where it goes to.
    pub to: Found<'s, 't>,
    /// Of what protocol it is.
    pub protocol: Protocol,
    /// To which ports.
    pub ports: Ports,
}

/// The answers, with the addresses and ports that each is about, ascending.
pub fn answer<'t>(world: &World<'t>, question: Question<'_, 't>) -> Vec<Part> {
    let ports = port_parts(world, question);
    let (from, to) = (spans(world, question.from), spans(world, question.to));
    let pairs: Vec<_> =
        from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))).collect();
    let parts = pairs.into_par_iter().map(|(from, to)| {
        let [one, other] = [question.from.endpoint(from), question.to.endpoint(to)];
        let mut of_pair: Vec<(Ports, Outcome)> = Vec::new();
        for (first, last) in &ports {
            let reach = reach(world.snapshot(), one, other, question.protocol, *first);
            let outcome = Outcome::of(&reach);
            match of_pair.last_mut() {
                Some((before, same)) if *same == outcome => before.1 = *last,
                _ => of_pair.push(((*first, *last), outcome)),
            }
        }
        Part { from, to, ports: of_pair }
    });
    let mut joined = Vec::new();
    for part in parts.collect::<Vec<_>>() {
        join(&mut joined, part);
    }
    joined
}

/// Adds a part, to the one before where only the addresses go on.
fn join(parts: &mut Vec<Part>, part: Part) {
    let follows = |one: Option<Span>, other: Option<Span>| {
        one.zip(other).is_some_and(|(one, other)| one.last.checked_add(1) == Some(other.first))
    };
    let grown = |one: Option<Span>, other: Option<Span>| {
        one.zip(other).map(|(one, other)| Span { last: other.last, ..one })
    };
    if let Some(before) = parts.last_mut().filter(|before| before.ports == part.ports) {
        if before.from == part.from && follows(before.to, part.to) {
            before.to = grown(before.to, part.to);
            return;
        }
        if before.to == part.to && follows(before.from, part.from) {
            before.from = grown(before.from, part.from);
            return;
        }
    }
    parts.push(part);
}

/// The parts of the numbers from `first` to `last` that no number of `cuts` begins inside of.
fn split(first: u128, last: u128, cuts: &BTreeSet<u128>) -> Vec<(u128, u128)> {
    let mut parts = Vec::new();
    let mut begin = first;
    if first < last {
        for cut in cuts.range(first + 1..=last) {
            parts.push((begin, cut - 1));
            begin = *cut;
        }
    }
    parts.push((begin, last));
    parts
}

/// Cuts before the first of some numbers and behind the last.
fn cut(cuts: &mut BTreeSet<u128>, first: u128, last: u128) {
    cuts.insert(first);
    cuts.extend(last.checked_add(1));
}

fn spans(world: &World<'_>, found: Found<'_, '_>) -> Vec<Option<Span>> {
    let Found::Addresses(whole) = found else {
        return vec![None];
    };
    if whole.first == whole.last {
        return vec![Some(whole)];
    }
    let mut cuts = BTreeSet::new();
    let blocks = world.snapshot().policies.iter().flat_map(blocks);
    let texts = blocks.flat_map(|block| block.except.iter().chain([&block.cidr]));
    for span in texts.filter_map(|text| Span::of_cidr(text)) {
        if span.is_v4 == whole.is_v4 {
            cut(&mut cuts, span.first, span.last);
        }
    }
    for address in world.snapshot().pods.iter().flat_map(addresses) {
        match address {
            IpAddr::V4(address) if whole.is_v4 => {
                cut(&mut cuts, address.to_bits().into(), address.to_bits().into());
            }
            IpAddr::V6(address) if !whole.is_v4 => {
                cut(&mut cuts, address.to_bits(), address.to_bits());
            }
            _ => {}
        }
    }
    let parts = split(whole.first, whole.last, &cuts).into_iter();
    parts.map(|(first, last)| Some(Span { first, last, ..whole })).collect()
}

fn blocks<'p, 't>(policy: &'p NetworkPolicy<'t>) -> impl Iterator<Item = &'p IpBlock<'t>> {
    let rules = Direction::BOTH.into_iter().flat_map(|direction| policy.rules(direction));
    rules.flat_map(|rule| rule.peers).filter_map(|peer| peer.ip_block.as_ref())
}

/// The addresses of a pod and of its node.
fn addresses(pod: &Pod<'_>) -> impl Iterator<Item = IpAddr> {
    let status = &pod.status;
    let all = status.pod_ips.iter().chain(&status.host_ips).map(|entry| &*entry.ip);
    let all = all.chain([&*status.pod_ip, &*status.host_ip]);
    all.filter_map(|text| text.parse().ok()).map(|address: IpAddr| address.to_canonical())
}

fn port_parts(world: &World<'_>, question: Question<'_, '_>) -> Vec<Ports> {
    let (first, last) = question.ports;
    if first == last {
        return vec![question.ports];
    }
    let mut cuts = BTreeSet::new();
    for policy in world.snapshot().policies {
        let rules = Direction::BOTH.into_iter().flat_map(|direction| policy.rules(direction));
        for port in rules.flat_map(|rule| rule.ports) {
            if let Some((first, last)) = numbers(port) {
                cut(&mut cuts, first, last);
            }
        }
    }
    let pods = match question.to {
        Found::Pod(pod) => std::slice::from_ref(pod),
        Found::Addresses(_) => world.snapshot().pods,
    };
    for container in
        pods.iter().flat_map(|pod| pod.spec.containers.iter().chain(&pod.spec.init_containers))
    {
        for port in &container.ports {
            if let Ok(port) = u128::try_from(port.container_port) {
                cut(&mut cuts, port, port);
            }
        }
    }
    let parts = split(first.into(), last.into(), &cuts).into_iter();
    parts
        .filter_map(|(first, last)| Some((first.try_into().ok()?, last.try_into().ok()?)))
        .collect()
}

fn numbers(port: &NetworkPolicyPort<'_>) -> Option<(u128, u128)> {
    let Some(IntOrString::Int(first)) = port.port else { return None };
    let last = port.end_port.unwrap_or(first);
    Some((u128::try_from(first).ok()?, u128::try_from(last).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cut_where_something_begins_or_ends() {
        let mut cuts = BTreeSet::new();
        cut(&mut cuts, 5, 9);
        cut(&mut cuts, 9, u128::MAX);
        for ((first, last), parts) in [
            ((1, 20), &[(1, 4), (5, 8), (9, 9), (10, 20)][..]),
            ((5, 8), &[(5, 8)]),
            ((9, 9), &[(9, 9)]),
            ((6, 9), &[(6, 8), (9, 9)]),
            ((12, u128::MAX), &[(12, u128::MAX)]),
        ] {
            assert_eq!(split(first, last, &cuts), parts, "{first}-{last}");
        }
    }
}

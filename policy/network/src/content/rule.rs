//! What is found in one rule.

use super::place::{self, Place};
use super::{Fact, Findings, allows_all};
use crate::cidr::{Block, MetadataAddress};
use crate::defect::Defect;
use crate::model::{Direction, NetworkPolicyPort, Rule, Who};
use crate::port::{Port, Which};
use crate::selector::{LabelSelector, Width};

impl Findings {
    pub(super) fn rule(&mut self, place: Place, rule: Rule<'_, '_>) {
        let whole = if allows_all(rule) {
            Some(Fact::AllowsAll)
        } else if rule.peers.is_empty() {
            Some(Fact::AnyPeer)
        } else if rule.ports.is_empty() {
            Some(Fact::AnyPort)
        } else {
            None
        };
        if let Some(fact) = whole {
            self.add(Some(place.direction), place.path(), fact);
        }
        for (index, port) in rule.ports.iter().enumerate() {
            self.port(place, index, port);
        }
        for (index, peer) in rule.peers.iter().enumerate() {
            match peer.who() {
                Who::Addresses(block) => self.block(place, index, &block),
                Who::Pods { namespaces, pods } => self.pods(place, index, namespaces, pods),
                Who::Defect(defect, except) => {
                    let path = defect_path(place, index, defect, except);
                    self.add(Some(place.direction), path, Fact::Defect(defect));
                }
            }
        }
    }

    fn port(&mut self, place: Place, index: usize, port: &NetworkPolicyPort<'_>) {
        let direction = Some(place.direction);
        match port.parse() {
            Ok(Port { protocol, which: Which::Every }) => {
                self.add(direction, place.port(index, ""), Fact::WholeProtocol(protocol));
            }
            Ok(_) => {}
            Err(defect) => {
                let field = match defect {
                    Defect::Protocol => ".protocol",
                    Defect::EndPort => ".endPort",
                    _ => ".port",
                };
                self.add(direction, place.port(index, field), Fact::Defect(defect));
            }
        }
    }

    fn block(&mut self, place: Place, index: usize, block: &Block) {
        let path = || place.peer(index, ".ipBlock");
        if block.is_everything() {
            self.add(Some(place.direction), path(), Fact::EveryAddress(block.family()));
        }
        // Nobody is a metadata service's client by letting it in.
        if place.direction == Direction::Egress {
            for metadata in MetadataAddress::ALL {
                if block.contains(metadata.address()) {
                    self.add(Some(place.direction), path(), Fact::Metadata(metadata));
                }
            }
        }
    }

    fn pods(
        &mut self,
        place: Place,
        index: usize,
        namespaces: Option<&LabelSelector<'_>>,
        pods: Option<&LabelSelector<'_>>,
    ) {
        let direction = Some(place.direction);
        if let Some(pods) = pods {
            self.selector(direction, &|| place.peer(index, ".podSelector"), pods);
        }
        let Some(namespaces) = namespaces else {
            return;
        };
        let path = || place.peer(index, ".namespaceSelector");
        match namespaces.width_of_namespaces() {
            Width::Everything => {
                let every_pod = pods.is_none_or(LabelSelector::is_empty);
                self.add(direction, path(), Fact::EveryNamespace { every_pod });
            }
            Width::AllBut if namespaces.defects().next().is_none() => {
                self.add(direction, path(), Fact::EveryNamespaceBut);
            }
            _ => {}
        }
        self.selector(direction, &path, namespaces);
    }
}

fn defect_path(place: Place, index: usize, defect: Defect, except: Option<usize>) -> String {
    match (defect, except) {
        (_, Some(except)) => place::item(&place.peer(index, ".ipBlock.except"), except),
        (Defect::Cidr, None) => place.peer(index, ".ipBlock.cidr"),
        (_, None) => place.peer(index, ""),
    }
}

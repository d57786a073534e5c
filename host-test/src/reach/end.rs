//! Who is meant: the ends of traffic as the user names them.

use super::world::{Named, World, kind_of};
use anyhow::{Result, bail};
use ringfence_network::{Cidr, Endpoint, Family, Pod};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many names an error lists.
const NAMED: usize = 8;

/// One end of traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A pod or a workload.
    Named(Named),
    /// An address.
    Address(IpAddr),
    /// Every address of a CIDR, as it was written.
    Block(String, Span),
}

/// The addresses from one to another, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Which of the two families.
    pub is_v4: bool,
    /// The first.
    pub first: u128,
    /// The last.
    pub last: u128,
}

impl Span {
    /// The addresses of a CIDR; none where the text is none.
    pub fn of_cidr(text: &str) -> Option<Self> {
        let family = Cidr::parse(text)?.family();
        let (address, length) = text.split_once('/')?;
        let length: u32 = length.parse().ok()?;
        let (number, bits) = match (address.parse().ok()?, family) {
            (IpAddr::V4(address), _) => (u128::from(address.to_bits()), Ipv4Addr::BITS),
            (IpAddr::V6(address), _) => (address.to_bits(), Ipv6Addr::BITS),
        };
        let hosts = match bits.checked_sub(length)? {
            u128::BITS => u128::MAX,
            bits => (1 << bits) - 1,
        };
        Some(Self { is_v4: family == Family::V4, first: number & !hosts, last: number | hosts })
    }

    /// The first of the addresses.
    pub fn address(self) -> IpAddr {
        address(self.is_v4, self.first)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.address())?;
        if self.last > self.first {
            write!(f, "-{}", address(self.is_v4, self.last))?;
        }
        Ok(())
    }
}

fn address(is_v4: bool, number: u128) -> IpAddr {
    match u32::try_from(number) {
        Ok(number) if is_v4 => Ipv4Addr::from_bits(number).into(),
        _ => Ipv6Addr::from_bits(number).into(),
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(named) => named.fmt(f),
            Self::Address(address) => address.fmt(f),
            Self::Block(text, _) => f.write_str(text),
        }
    }
}

/// Reads an end: for `clap`, whose message begins with what was given.
///
/// # Errors
/// What may stand there instead.
pub fn parse(text: &str) -> Result<End, String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(End::Address(address.to_canonical()));
    }
    let parts: Vec<&str> = text.split('/').collect();
    if parts.first().is_some_and(|first| first.parse::<IpAddr>().is_ok()) {
        let Some(span) = Span::of_cidr(text) else {
            return Err("not a CIDR; write one as in 10.0.0.0/8 or fd00::/8".into());
        };
        return Ok(End::Block(text.to_owned(), span));
    }
    if parts.iter().any(|part| part.is_empty()) {
        return Err(FORMS.into());
    }
    let named = |namespace: &str, kind: &str, name: &str| {
        let [namespace, kind, name] = [namespace, kind, name].map(str::to_owned);
        Ok(End::Named(Named { namespace, kind, name }))
    };
    match parts.as_slice() {
        [namespace, name] => named(namespace, "Pod", name),
        [namespace, kind, name] => match kind_of(kind) {
            Some(kind) => named(namespace, kind, name),
            None => Err(format!("a {kind} carries no pod; {FORMS}")),
        },
        _ => Err(FORMS.into()),
    }
}

const FORMS: &str =
    "expected a pod (shop/web-0), a workload (shop/deployment/web), an address or a CIDR";

/// An end that is there.
#[derive(Clone, Copy, Debug)]
pub enum Found<'s, 't> {
    /// A pod, or the template of a workload.
    Pod(&'s Pod<'t>),
    /// Addresses.
    Addresses(Span),
}

impl<'s, 't> Found<'s, 't> {
    /// What `ringfence-network` is asked of it: of addresses, the first of a part.
    pub fn endpoint(self, part: Option<Span>) -> Endpoint<'s, 't> {
        match self {
            Self::Pod(pod) => Endpoint::Pod(pod),
            Self::Addresses(span) => Endpoint::Address(part.unwrap_or(span).address()),
        }
    }
}

impl End {
    /// Finds it.
    ///
    /// # Errors
    /// When there is no such pod or workload, with those that there are.
    pub fn find<'s, 't>(&self, world: &'s World<'t>) -> Result<Found<'s, 't>> {
        match self {
            Self::Address(address) => Ok(Found::Addresses(single(*address))),
            Self::Block(_, span) => Ok(Found::Addresses(*span)),
            Self::Named(named) => match world.find(named) {
                Some((_, pod)) => Ok(Found::Pod(pod)),
                None => bail!("{}", not_there(named, world)),
            },
        }
    }
}

fn single(address: IpAddr) -> Span {
    let (is_v4, number) = match address {
        IpAddr::V4(address) => (true, address.to_bits().into()),
        IpAddr::V6(address) => (false, address.to_bits()),
    };
    Span { is_v4, first: number, last: number }
}

fn not_there(wanted: &Named, world: &World<'_>) -> String {
    let kind = &wanted.kind;
    let what = format!("there is no {kind} {} in namespace {}", wanted.name, wanted.namespace);
    let listed = |names: Vec<String>| match names.split_at_checked(NAMED) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{} and {} more", first.join(", "), rest.len())
        }
        _ => names.join(", "),
    };
    let all = |fits: &dyn Fn(&Named) -> bool| -> Vec<String> {
        let named = world.subjects().map(|(named, _)| named);
        named.filter(|named| fits(named)).map(Named::to_string).collect()
    };
    let here = all(&|named| named.namespace == wanted.namespace);
    if !here.is_empty() {
        return format!("{what}; there are {}", listed(here));
    }
    let anywhere = all(&|_| true);
    if anywhere.is_empty() {
        return format!(
            "{what}, nor any pod or workload anywhere; name the manifests with --cluster"
        );
    }
    format!("{what}, nor anything else that carries a pod; there are {}", listed(anywhere))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let named = |kind: &str, name: &str| {
            End::Named(Named { namespace: "shop".into(), kind: kind.into(), name: name.into() })
        };
        assert_eq!(parse("shop/web-0"), Ok(named("Pod", "web-0")));
        assert_eq!(parse("shop/po/web-0"), Ok(named("Pod", "web-0")));
        for kind in ["deployment", "Deployments", "deploy"] {
            assert_eq!(parse(&format!("shop/{kind}/web")), Ok(named("Deployment", "web")));
        }
        assert_eq!(parse("::ffff:192.0.2.1"), Ok(End::Address([192, 0, 2, 1].into())));
        for wrong in ["web", "shop/", "a/b/c/d", "shop/service/web", "10.0.0.0/33", "10.0.0.0/"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn spans() {
        for (text, span) in [
            ("192.0.2.77/24", "192.0.2.0-192.0.2.255"),
            ("192.0.2.1/32", "192.0.2.1"),
            ("0.0.0.0/0", "0.0.0.0-255.255.255.255"),
            ("::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fd00::/127", "fd00::-fd00::1"),
        ] {
            assert_eq!(Span::of_cidr(text).expect("a CIDR").to_string(), span);
        }
        assert_eq!(Span::of_cidr("::ffff:192.0.2.0/120"), None);
    }
}

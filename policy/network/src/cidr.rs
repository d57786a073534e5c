//! Blocks of addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::answer::{Answer, Cause};
use crate::defect::Defect;
use crate::model::IpBlock;
use crate::ranges::{Range, cover, gaps};

/// IPv4 or IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the two there are")]
pub enum Family {
    V4,
    V6,
}

impl Family {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::V4, Self::V6];

    /// That of an address.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    fn bits(self) -> u32 {
        match self {
            Self::V4 => Ipv4Addr::BITS,
            Self::V6 => Ipv6Addr::BITS,
        }
    }

    /// Every address.
    pub(crate) fn whole(self) -> Range {
        Range { first: 0, last: u128::MAX >> (u128::BITS - self.bits()) }
    }
}

/// A CIDR: the addresses that start with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    family: Family,
    range: Range,
}

impl Cidr {
    /// Reads `192.0.2.0/24` or `2001:db8::/32`. Bits behind the prefix are ignored, as the API
    /// server and plugins ignore them.
    ///
    /// `None` for what is no CIDR, and for what readers understand differently: leading zeros in an
    /// IPv4 address (octal or not), and IPv4 addresses in IPv6 notation (`::ffff:192.0.2.0/120` is
    /// IPv4 to Go's `net` and IPv6 to others).
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let address = address.parse::<IpAddr>().ok()?;
        if matches!(address, IpAddr::V6(address) if address.to_ipv4_mapped().is_some()) {
            return None;
        }
        let family = Family::of(address);
        let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        let length = length.parse::<u32>().ok().filter(|_| is_number)?;
        let host_bits = family.bits().checked_sub(length)?;
        let hosts = family.whole().last.checked_shr(family.bits() - host_bits).unwrap_or(0);
        let first = number(address) & !hosts;
        Some(Self { family, range: Range { first, last: first | hosts } })
    }

    /// The family of its addresses.
    pub fn family(self) -> Family {
        self.family
    }

    /// Whether the address is in it.
    pub fn contains(self, address: IpAddr) -> bool {
        Family::of(address) == self.family && self.range.contains(number(address))
    }

    /// Whether each address of `other` is in it.
    fn has(self, other: Self) -> bool {
        self.family == other.family
            && self.range.first <= other.range.first
            && other.range.last <= self.range.last
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// An `ipBlock`: a CIDR less its exceptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    family: Family,
    /// What is left, ascending.
    parts: Vec<Range>,
}

impl Block {
    /// Reads an `ipBlock`.
    ///
    /// # Errors
    /// What the API server refuses in it, and in which item of `except`, if in one. An exception
    /// outside of the CIDR takes nothing away, but nobody knows what was meant.
    pub fn parse(block: &IpBlock<'_>) -> Result<Self, (Defect, Option<usize>)> {
        let cidr = Cidr::parse(&block.cidr).ok_or((Defect::Cidr, None))?;
        let mut taken = Vec::with_capacity(block.except.len());
        for (index, except) in block.except.iter().enumerate() {
            let except = Cidr::parse(except).ok_or((Defect::Except, Some(index)))?;
            if !cidr.has(except) || except == cidr {
                return Err((Defect::ExceptOutside, Some(index)));
            }
            taken.push(except.range);
        }
        Ok(Self { family: cidr.family, parts: gaps(cidr.range, taken) })
    }

    /// The family of its addresses.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Whether it has every address of its family.
    pub fn is_everything(&self) -> bool {
        matches!(&*self.parts, [part] if *part == self.family.whole())
    }

    /// Whether the address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = (Family::of(address), number(address));
        self.family == address.0 && self.parts.iter().any(|part| part.contains(address.1))
    }
}

/// Whether the blocks together have every address of the family.
pub(crate) fn blocks_cover<'b>(
    family: Family,
    blocks: impl IntoIterator<Item = &'b Block>,
) -> bool {
    let of_family = blocks.into_iter().filter(|block| block.family == family);
    cover(family.whole(), of_family.flat_map(|block| block.parts.iter().copied()).collect())
}

/// What is known of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// All.
    Address(IpAddr),
    /// Its family.
    Family(Family),
}

/// Whether the address is in one of the blocks.
pub(crate) fn are_in(blocks: &[Block], seen: Seen) -> Answer {
    match seen {
        Seen::Address(address) => blocks.iter().any(|block| block.contains(address)).into(),
        Seen::Family(family) if blocks_cover(family, blocks) => Answer::Yes,
        Seen::Family(family) if blocks.iter().any(|block| block.family == family) => {
            Answer::Unknown(Cause::PodAddress)
        }
        Seen::Family(_) => Answer::No,
    }
}

/// An address at which a cloud hands out what an instance may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataAddress {
    /// `169.254.169.254`: AWS "Access instance metadata", Google Cloud "View and query VM
    /// metadata", Azure "Instance Metadata Service", and most others.
    LinkLocal,
    /// `fd00:ec2::254`: AWS "Access instance metadata", over IPv6.
    AwsV6,
    /// `fd20:ce::254`: Google Cloud "View and query VM metadata", over IPv6.
    GoogleV6,
    /// `168.63.129.16`: Azure "What is IP address 168.63.129.16?", the host's agent channel.
    Azure,
    /// `100.100.100.200`: Alibaba Cloud ECS "Obtain instance metadata".
    Alibaba,
}

impl MetadataAddress {
    /// All that are looked for.
    pub const ALL: [Self; 5] =
        [Self::LinkLocal, Self::AwsV6, Self::GoogleV6, Self::Azure, Self::Alibaba];

    /// The address.
    pub fn address(self) -> IpAddr {
        match self {
            Self::LinkLocal => IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
            Self::AwsV6 => IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
            Self::GoogleV6 => IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
            Self::Azure => IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
            Self::Alibaba => IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(cidr: &str, address: &str) -> bool {
        let cidr = Cidr::parse(cidr).expect("a CIDR");
        cidr.contains(address.parse().expect("an address"))
    }

    #[test]
    fn prefixes() {
        for (holds_it, cidr, address) in [
            (true, "10.0.0.0/8", "10.255.255.255"),
            (false, "10.0.0.0/8", "11.0.0.0"),
            (true, "10.9.9.9/8", "10.0.0.0"),
            (true, "10.0.0.1/32", "10.0.0.1"),
            (false, "10.0.0.1/32", "10.0.0.2"),
            (true, "0.0.0.0/0", "255.255.255.255"),
            (false, "0.0.0.0/0", "::"),
            (false, "::/0", "1.2.3.4"),
            (true, "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            (true, "2001:db8::/33", "2001:db8:7fff::1"),
            (false, "2001:db8::/33", "2001:db8:8000::"),
            (true, "::1/128", "::1"),
        ] {
            assert_eq!(holds(cidr, address), holds_it, "{address} in {cidr}");
        }
    }

    #[test]
    fn what_is_read_in_two_ways_is_not_read() {
        for text in [
            "",
            "/",
            "10.0.0.0",
            "10.0.0.0/",
            "/8",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "10.0.0.0/ 8",
            " 10.0.0.0/8",
            "10.0.0/8",
            "010.0.0.0/8",
            "10.0.0.0/8/8",
            "::ffff:10.0.0.0/104",
            "fe80::1%eth0/64",
            "[::]/0",
            "10.0.0.0/99999999999",
        ] {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_of_metadata_services() {
        let texts = MetadataAddress::ALL.map(|metadata| metadata.address().to_string());
        assert_eq!(
            texts,
            [
                "169.254.169.254",
                "fd00:ec2::254",
                "fd20:ce::254",
                "168.63.129.16",
                "100.100.100.200"
            ]
        );
    }
}

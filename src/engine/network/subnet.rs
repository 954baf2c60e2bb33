//! Addresses for networks. The engines' own pools have some 31 networks; ours has thousands of small ones. Which are free only the
//! engine knows: this proposes, remembers what was taken, and asks nobody.

use std::collections::HashSet;
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// A range of addresses and the size of the networks that are cut from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubnetRange {
    base: u32,
    prefix: u8,
    size: u8,
}

impl Default for SubnetRange {
    /// 10.213.0.0/16 in networks of 16 addresses, 13 of them for containers: 4096 networks.
    fn default() -> Self {
        Self { base: u32::from(Ipv4Addr::new(10, 213, 0, 0)), prefix: 16, size: 28 }
    }
}

impl FromStr for SubnetRange {
    type Err = String;

    /// Reads `10.213.0.0/16`, or as dockerd has it `base=10.213.0.0/16,size=28`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut base = None;
        let mut size = Self::default().size;
        for part in text.split(',').map(str::trim) {
            match part.split_once('=') {
                Some(("size", number)) => size = number.parse().map_err(|_| format!("`{number}` is no size"))?,
                Some(("base", range)) => base = Some(range),
                None => base = Some(part),
                Some((key, _)) => return Err(format!("`{key}` is not known: write `base=10.213.0.0/16,size=28`")),
            }
        }
        let range = base.ok_or("no range is given")?;
        let (address, prefix) = range.split_once('/').ok_or_else(|| format!("`{range}` has no `/PREFIX`"))?;
        let address: Ipv4Addr = address.parse().map_err(|_| format!("`{address}` is no IPv4 address"))?;
        let prefix: u8 = prefix.parse().map_err(|_| format!("`{prefix}` is no length of a prefix"))?;
        // A network has at least its own address, a gateway, a container and a broadcast address.
        if !(8..=30).contains(&prefix) || !(prefix..=30).contains(&size) {
            return Err("the prefix must be from 8 to 30, the size from the prefix to 30".to_owned());
        }
        Ok(Self { base: u32::from(address) & mask(prefix), prefix, size })
    }
}

impl fmt::Display for SubnetRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "base={}/{},size={}", Ipv4Addr::from(self.base), self.prefix, self.size)
    }
}

impl SubnetRange {
    fn count(self) -> u32 {
        1 << (self.size - self.prefix)
    }

    fn get(self, index: u32) -> Subnet {
        Subnet { address: self.base + (index << (32 - self.size)), prefix: self.size }
    }
}

/// A network's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::engine) struct Subnet {
    address: u32,
    prefix: u8,
}

impl Subnet {
    /// Reads `10.1.0.0/16`; `None` for anything else, such as IPv6.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
        let address = u32::from(address.parse::<Ipv4Addr>().ok()?) & mask(prefix);
        Some(Self { address, prefix })
    }

    /// The first address for a host: the gateway's.
    pub fn gateway(self) -> Ipv4Addr {
        Ipv4Addr::from(self.address + 1)
    }

    fn overlaps(self, other: Self) -> bool {
        let mask = mask(self.prefix.min(other.prefix));
        self.address & mask == other.address & mask
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", Ipv4Addr::from(self.address), self.prefix)
    }
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

/// What is known to be taken of a range.
#[derive(Debug)]
pub(in crate::engine) struct Subnets {
    range: SubnetRange,
    next: u32,
    ours: HashSet<Subnet>,
    others: Vec<Subnet>,
}

impl Subnets {
    /// All free, as far as is known. `seed` spreads processes over the range, so that they don't meet at its start. With an engine of
    /// this machine what is routed here (a private network of the company) is taken.
    pub fn new(range: SubnetRange, seed: u32, local: bool) -> Self {
        let routes = if local { std::fs::read_to_string("/proc/net/route").unwrap_or_default() } else { String::new() };
        let next = seed.wrapping_mul(0x9E37_79B1) % range.count();
        Self { range, next, ours: HashSet::new(), others: routed(&routes) }
    }

    /// One that may be free; it is taken from now on. `None` when all are taken.
    pub fn take(&mut self) -> Option<Subnet> {
        for _ in 0..self.range.count() {
            let subnet = self.range.get(self.next);
            self.next = (self.next + 1) % self.range.count();
            if !self.ours.contains(&subnet) && !self.others.iter().any(|other| other.overlaps(subnet)) {
                self.ours.insert(subnet);
                return Some(subnet);
            }
        }
        None
    }

    /// The network is gone.
    pub fn give_back(&mut self, subnet: Subnet) {
        self.ours.remove(&subnet);
    }

    /// What other networks of the engine have.
    pub fn learn(&mut self, others: impl IntoIterator<Item = Subnet>) {
        let whole = Subnet { address: self.range.base, prefix: self.range.prefix };
        self.others.retain(|known| known.prefix < 9 || !whole.overlaps(*known));
        self.others.extend(others.into_iter().filter(|other| other.overlaps(whole)));
    }

    /// Somebody else has this one.
    pub fn conflict(&mut self, subnet: Subnet) {
        self.ours.remove(&subnet);
        self.others.push(subnet);
    }

    pub fn range(&self) -> SubnetRange {
        self.range
    }
}

/// The routes in `/proc/net/route`. The default route and those to very wide ranges don't count: a bridge is more specific than they,
/// and hides a few addresses only.
fn routed(text: &str) -> Vec<Subnet> {
    let number = |field: &str| u32::from_str_radix(field, 16).ok().map(u32::swap_bytes);
    text.lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (address, mask) = (number(fields.get(1)?)?, number(fields.get(7)?)?);
            let prefix = u8::try_from(mask.count_ones()).ok()?;
            (prefix >= 9).then_some(Subnet { address, prefix })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_in_both_forms() {
        let range: SubnetRange = "10.1.0.0/16".parse().unwrap();
        assert_eq!(range.to_string(), "base=10.1.0.0/16,size=28");
        assert_eq!("base=10.1.2.3/24,size=30".parse::<SubnetRange>().unwrap().to_string(), "base=10.1.2.0/24,size=30");
        for wrong in ["", "10.1.0.0", "x/16", "10.1.0.0/99", "10.1.0.0/16,size=8", "10.1.0.0/16,size=31", "foo=1"] {
            assert!(wrong.parse::<SubnetRange>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_subnet_is_given_once() {
        let mut subnets = Subnets::new("10.9.0.0/24".parse().unwrap(), 7, false);
        let all: HashSet<Subnet> = std::iter::from_fn(|| subnets.take()).collect();
        assert_eq!(all.len(), 16);
        assert!(all.iter().all(|subnet| subnet.to_string().ends_with("/28")));
        let one = *all.iter().next().unwrap();
        subnets.give_back(one);
        assert_eq!(subnets.take(), Some(one));
        assert_eq!(subnets.take(), None);
    }

    #[test]
    fn what_others_have_is_left_to_them() {
        let mut subnets = Subnets::new("10.9.0.0/24".parse().unwrap(), 0, false);
        subnets.learn(["10.9.0.0/25", "172.17.0.0/16"].iter().filter_map(|text| Subnet::parse(text)));
        assert_eq!(std::iter::from_fn(|| subnets.take()).count(), 8);
        let mut subnets = Subnets::new("10.9.0.0/24".parse().unwrap(), 0, false);
        let first = subnets.take().unwrap();
        subnets.conflict(first);
        assert!(std::iter::from_fn(|| subnets.take()).all(|subnet| subnet != first));
        assert_eq!(Subnet::parse("10.9.0.16/28").unwrap().gateway(), Ipv4Addr::new(10, 9, 0, 17));
    }

    #[test]
    fn routes_of_the_machine_are_read() {
        let text = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n\
                    eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\n\
                    tun0\t0000D50A\t00000000\t0001\t0\t0\t0\t0000FFFF\n\
                    tun1\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\n";
        assert_eq!(routed(text), [Subnet::parse("10.213.0.0/16").unwrap()]);
    }
}

//! How many connections there may be: in all, and from one address. Pure but for its counter.

use crate::base::config::Network;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts who is in.
#[derive(Debug)]
pub struct Gate {
    in_all: usize,
    per_address: usize,
    /// Proxies speak for many.
    exempt: Vec<Network>,
    inside: Mutex<Inside>,
    /// What was counted since the start, for the metrics.
    pub refused: AtomicU64,
    pub failed: AtomicU64,
    pub timed_out: AtomicU64,
}

#[derive(Debug, Default)]
struct Inside {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Which bound was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    InAll,
    Address,
}

impl Gate {
    pub fn new(in_all: usize, per_address: usize, exempt: Vec<Network>) -> Arc<Self> {
        Arc::new(Self {
            in_all,
            per_address,
            exempt,
            inside: Mutex::default(),
            refused: AtomicU64::default(),
            failed: AtomicU64::default(),
            timed_out: AtomicU64::default(),
        })
    }

    /// Lets a connection in for as long as its pass is kept.
    pub fn enter(self: &Arc<Self>, from: IpAddr) -> Result<Pass, Full> {
        let address = group(from);
        let mut inside = self.inside();
        let refusal = if inside.all >= self.in_all {
            Some(Full::InAll)
        } else {
            let here = inside.by_address.get(&address).copied().unwrap_or_default();
            (here >= self.per_address && !self.is_exempt(from)).then_some(Full::Address)
        };
        if let Some(full) = refusal {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(full);
        }
        inside.all += 1;
        *inside.by_address.entry(address).or_default() += 1;
        drop(inside);
        Ok(Pass { gate: Arc::clone(self), address })
    }

    /// How many are inside.
    pub fn count(&self) -> usize {
        self.inside().all
    }

    /// This machine may be a proxy too.
    fn is_exempt(&self, ip: IpAddr) -> bool {
        ip.to_canonical().is_loopback() || self.exempt.iter().any(|network| network.contains(ip))
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to be inside; leaves when dropped.
#[derive(Debug)]
pub struct Pass {
    gate: Arc<Gate>,
    address: IpAddr,
}

impl Pass {
    /// The connection is closed because nothing came or went for too long.
    pub fn timed_out(&self) {
        self.gate.timed_out.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut inside = self.gate.inside();
        inside.all = inside.all.saturating_sub(1);
        if let Some(here) = inside.by_address.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                inside.by_address.remove(&self.address);
            }
        }
    }
}

/// One household has a whole /64 of IPv6.
fn group(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.into(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_cannot_take_everybodys_place() {
        let gate = Gate::new(5, 2, vec!["10.0.0.0/8".parse().unwrap()]);
        let first = gate.enter(ip("192.0.2.1")).unwrap();
        let _second = gate.enter(ip("::ffff:192.0.2.1")).unwrap();
        assert_eq!(gate.enter(ip("192.0.2.1")).unwrap_err(), Full::Address);
        let _other = gate.enter(ip("192.0.2.2")).unwrap();
        drop(first);
        let _again = gate.enter(ip("192.0.2.1")).unwrap();
        assert_eq!((gate.count(), gate.refused.load(Ordering::Relaxed)), (3, 1));
    }

    #[test]
    fn a_proxy_speaks_for_many_but_not_for_more_than_there_is_room() {
        let gate = Gate::new(5, 2, vec!["10.0.0.0/8".parse().unwrap()]);
        let mut passes: Vec<Pass> = (0..5).map(|_| gate.enter(ip("10.1.2.3")).unwrap()).collect();
        assert_eq!(gate.enter(ip("127.0.0.1")).unwrap_err(), Full::InAll);
        passes.clear();
        assert_eq!(gate.count(), 0);
        assert!(gate.inside().by_address.is_empty(), "nothing is remembered of who left");
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let gate = Gate::new(9, 1, vec![]);
        let _first = gate.enter(ip("2001:db8::1")).unwrap();
        assert_eq!(gate.enter(ip("2001:db8::ffff:2")).unwrap_err(), Full::Address);
        let _other = gate.enter(ip("2001:db8:0:1::1")).unwrap();
    }
}

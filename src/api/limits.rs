//! How much one address or one principal may ask for.

use std::{
    collections::hash_map::RandomState,
    fmt,
    hash::Hash,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::http::HeaderMap;
use dashmap::{DashMap, Entry};
use dropcast_domain::{
    ids::{BrandId, ShowId},
    show::Principal,
};
use governor::{
    NotUntil, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DashMapStateStore,
};

use super::auth::Access;
use crate::config::LimitsSection;

/// After how many checks at least the keys that are idle are forgotten; after as many as keys were kept the last time, if
/// that is more. It is a constant cost per check, and there are never more keys than twice those in use, or this many.
const SWEEP_CHECKS_MIN: usize = 4_096;

/// The limits of one node. Cheap to check, from any thread.
pub struct Limits {
    addresses: Rate<IpAddr>,
    principals: Rate<PrincipalKey>,
    connections: Arc<DashMap<IpAddr, u32>>,
    connections_per_address: u32,
}

/// Too much was asked for: how long to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("too many requests; try again in {after_ms} ms")]
pub struct RetryAfter {
    /// In milliseconds; at least 1.
    pub after_ms: u64,
}

/// The address has as many connections as it may.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("too many connections from one address, at most {max}")]
pub struct TooManyConnections {
    /// The bound.
    pub max: u32,
}

/// Counts one connection of an address until it is dropped.
#[derive(Debug)]
pub struct ConnectionPermit {
    connections: Arc<DashMap<IpAddr, u32>>,
    address: IpAddr,
}

/// A principal within what its token is bound to: two brands may call their viewers by the same names.
type PrincipalKey = (Principal, Option<BrandId>, Option<ShowId>);

impl Limits {
    /// Limits as they are set.
    pub fn new(limits: &LimitsSection) -> Arc<Self> {
        Arc::new(Self {
            addresses: Rate::new(limits.per_address_per_second, limits.per_address_burst),
            principals: Rate::new(limits.per_token_per_second, limits.per_token_burst),
            connections: Arc::default(),
            connections_per_address: limits.connections_per_address,
        })
    }

    /// Counts a request of this address.
    pub fn check_address(&self, address: IpAddr) -> Result<(), RetryAfter> {
        self.addresses.check(&network(address))
    }

    /// Counts a request under this access.
    pub fn check_principal(&self, access: &Access) -> Result<(), RetryAfter> {
        self.principals.check(&(access.principal.clone(), access.brand.clone(), access.show.clone()))
    }

    /// Counts a connection of this address, for as long as the permit lives.
    pub fn open_connection(&self, address: IpAddr) -> Result<ConnectionPermit, TooManyConnections> {
        let address = network(address);
        let mut count = self.connections.entry(address).or_default();
        if self.connections_per_address != 0 && *count >= self.connections_per_address {
            return Err(TooManyConnections { max: self.connections_per_address });
        }
        *count += 1;
        Ok(ConnectionPermit { connections: Arc::clone(&self.connections), address })
    }

    /// The connections that this address has.
    pub fn connections_of(&self, address: IpAddr) -> u32 {
        self.connections.get(&network(address)).map_or(0, |count| *count)
    }
}

/// The address that a request came from: the peer's, or, where a proxy is trusted, the last one that it wrote into
/// `X-Forwarded-For` (earlier ones are the client's own claims).
pub fn client_address(peer: Option<SocketAddr>, headers: &HeaderMap, trust_forwarded_for: bool) -> IpAddr {
    let forwarded = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        let last = last.rsplit(',').next()?.trim();
        // Some proxies add the port.
        last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|address| address.ip()))
    };
    // A server that doesn't say who connected shares one limit among everybody rather than have none.
    let peer = || peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    trust_forwarded_for.then(forwarded).flatten().unwrap_or_else(peer)
}

/// What counts as one address: an IPv6 customer has at least a /64 to choose from (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

type Limiter<K> = RateLimiter<K, DashMapStateStore<K, RandomState>, DefaultClock>;

/// A rate per key; none where it is unlimited.
struct Rate<K: Hash + Eq + Clone> {
    limiter: Option<Limiter<K>>,
    /// Checks until idle keys are forgotten.
    checks_left: AtomicUsize,
}

impl<K: Hash + Eq + Clone> Rate<K> {
    fn new(per_second: u32, burst: u32) -> Self {
        let quota = NonZeroU32::new(per_second).map(|per_second| {
            let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
            Quota::per_second(per_second).allow_burst(burst)
        });
        let limiter = quota.map(|quota| RateLimiter::dashmap_with_hasher(quota, RandomState::new()));
        Self { limiter, checks_left: AtomicUsize::new(SWEEP_CHECKS_MIN) }
    }

    fn check(&self, key: &K) -> Result<(), RetryAfter> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        self.sweep(limiter);
        limiter.check_key(key).map_err(|until: NotUntil<_>| {
            let wait = until.wait_time_from(limiter.clock().now());
            RetryAfter { after_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1) }
        })
    }

    fn sweep(&self, limiter: &Limiter<K>) {
        // Whoever takes the last one sweeps; those who come meanwhile wrap round to a number that is out of reach.
        if self.checks_left.fetch_sub(1, Ordering::Relaxed) != 1 {
            return;
        }
        limiter.retain_recent();
        limiter.shrink_to_fit();
        self.checks_left.store(limiter.len().max(SWEEP_CHECKS_MIN), Ordering::Relaxed);
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.connections.entry(self.address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").field("connected_addresses", &self.connections.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(change: impl FnOnce(&mut LimitsSection)) -> Arc<Limits> {
        let mut section = LimitsSection::default();
        change(&mut section);
        Limits::new(&section)
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_has_its_burst_and_no_more() {
        let limits = limits(|limits| (limits.per_address_per_second, limits.per_address_burst) = (1, 3));
        let ann = address("192.0.2.1");
        let refused = (0..100).find_map(|_| limits.check_address(ann).err()).expect("a burst of 3 is over");
        assert!((1..=1_000).contains(&refused.after_ms), "{refused:?}");
        assert_eq!(limits.check_address(address("192.0.2.2")), Ok(()), "another address is another matter");
    }

    #[test]
    fn an_ipv6_customer_counts_as_one_address() {
        assert_eq!(network(address("2001:db8::1")), network(address("2001:db8::ffff:1")));
        assert_ne!(network(address("2001:db8::1")), network(address("2001:db8:0:1::1")));
        assert_eq!(network(address("::ffff:192.0.2.1")), address("192.0.2.1"));
    }

    #[test]
    fn zero_is_unlimited() {
        let limits = limits(|limits| (limits.per_address_per_second, limits.connections_per_address) = (0, 0));
        let ann = address("192.0.2.1");
        assert!((0..10_000).all(|_| limits.check_address(ann).is_ok()));
        let permits: Vec<_> = (0..2_000).map(|_| limits.open_connection(ann)).collect();
        assert!(permits.iter().all(Result::is_ok));
    }

    #[test]
    fn idle_addresses_are_forgotten() {
        let limits = limits(|limits| (limits.per_address_per_second, limits.per_address_burst) = (1_000_000, 1));
        for number in 0..100_000_u32 {
            limits.check_address(IpAddr::V4(Ipv4Addr::from(number))).expect("a first request");
        }
        let known = limits.addresses.limiter.as_ref().expect("a limit").len();
        assert!(known < 50_000, "{known} of 100,000 addresses are kept, though each is idle after a microsecond");
    }

    #[test]
    fn a_permit_counts_until_it_is_dropped() {
        let limits = limits(|limits| limits.connections_per_address = 2);
        let ann = address("192.0.2.1");
        let first = limits.open_connection(ann).expect("the first");
        let second = limits.open_connection(ann).expect("the second");
        assert_eq!(limits.open_connection(ann).expect_err("one too many"), TooManyConnections { max: 2 });
        drop(first);
        assert_eq!(limits.connections_of(ann), 1);
        drop(limits.open_connection(ann).expect("there is room again"));
        drop(second);
        assert_eq!(limits.connections.len(), 0, "nothing is kept of an address that is gone");
    }

    #[test]
    fn only_a_trusted_proxy_says_where_a_request_came_from() {
        let peer = Some(SocketAddr::from(([192, 0, 2, 9], 1)));
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "198.51.100.1, 198.51.100.2".parse().expect("a header"));
        assert_eq!(client_address(peer, &headers, false), address("192.0.2.9"));
        assert_eq!(client_address(peer, &headers, true), address("198.51.100.2"));
        headers.append("x-forwarded-for", "198.51.100.3".parse().expect("a header"));
        assert_eq!(client_address(peer, &headers, true), address("198.51.100.3"));
        headers.append("x-forwarded-for", "[2001:db8::1]:4711".parse().expect("a header"));
        assert_eq!(client_address(peer, &headers, true), address("2001:db8::1"));
        headers.append("x-forwarded-for", "rubbish".parse().expect("a header"));
        assert_eq!(client_address(peer, &headers, true), address("192.0.2.9"));
    }
}

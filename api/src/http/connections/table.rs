//! The open connections by address group.
//!
//! At its limit an address does not lose its newest connection but the one that has made no progress for longest, so
//! that a caller who behaves still gets through beside thousands of stalled connections from the same address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use prometheus::IntGauge;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::config::TrustedProxies;
use crate::http::client_address::address_group;

const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
/// The server itself answers a slow first head with 408; the sweep closes what it does not see.
const HEAD_MARGIN: Duration = Duration::from_secs(2);
/// An answer that nobody reads is given up after this.
const WRITE_STALL: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    /// Connections of one address group on which nobody has shown an account.
    pub per_address: usize,
    /// All connections together.
    pub total: usize,
    /// Time for a request head.
    pub head: Duration,
    /// Peers that speak for many: no limit per address applies to them.
    pub proxies: TrustedProxies,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Waiting for a request head.
    Idle = 0,
    /// Waiting for more of a request body.
    Receiving = 1,
    /// The product is working on what it has received.
    Working = 2,
}

/// One open connection.
#[derive(Debug)]
pub struct Connection {
    epoch: Instant,
    phase: AtomicU8,
    identified: AtomicBool,
    closed: AtomicBool,
    /// Milliseconds since `epoch`; 0 means not running.
    last_progress: AtomicU64,
    head_since: AtomicU64,
    write_blocked_since: AtomicU64,
    pub(super) waker: AtomicWaker,
    gone: CancellationToken,
}

impl Connection {
    fn new(epoch: Instant) -> Self {
        let connection = Self {
            epoch,
            phase: AtomicU8::new(Phase::Idle as u8),
            identified: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            last_progress: AtomicU64::new(0),
            head_since: AtomicU64::new(0),
            write_blocked_since: AtomicU64::new(0),
            waker: AtomicWaker::new(),
            gone: CancellationToken::new(),
        };
        connection
            .last_progress
            .store(connection.now(), Ordering::Relaxed);
        connection
    }

    fn now(&self) -> u64 {
        1 + u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX - 1)
    }

    pub fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
        self.head_since.store(0, Ordering::Relaxed);
        self.last_progress.store(self.now(), Ordering::Relaxed);
    }

    /// The product can go on only when more of the body comes.
    pub fn wait_for_body(&self) {
        self.phase.store(Phase::Receiving as u8, Ordering::Relaxed);
    }

    pub(super) fn record_read(&self) {
        let now = self.now();
        self.last_progress.store(now, Ordering::Relaxed);
        if self.phase.load(Ordering::Relaxed) == Phase::Idle as u8 {
            let _ = self
                .head_since
                .compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// The peer has closed its side.
    pub(super) fn record_end(&self) {
        self.gone.cancel();
    }

    /// Completes when the peer has closed its side; for streams, which otherwise learn of it at their next write.
    pub fn gone(&self) -> WaitForCancellationFutureOwned {
        self.gone.clone().cancelled_owned()
    }

    pub(super) fn record_write(&self, blocked: bool) {
        if !blocked {
            self.write_blocked_since.store(0, Ordering::Relaxed);
        } else if self.write_blocked_since.load(Ordering::Relaxed) == 0 {
            self.write_blocked_since.store(self.now(), Ordering::Relaxed);
        }
    }

    pub fn identify(&self) {
        self.identified.store(true, Ordering::Relaxed);
    }

    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.waker.wake();
    }

    fn counts(&self) -> bool {
        !self.is_closed() && !self.identified.load(Ordering::Relaxed)
    }

    fn can_make_way(&self) -> bool {
        self.counts() && self.phase.load(Ordering::Relaxed) != Phase::Working as u8
    }

    fn is_overdue(&self, head: Duration) -> bool {
        let now = self.now();
        let longer = |since: &AtomicU64, limit: Duration| {
            let since = since.load(Ordering::Relaxed);
            since > 0 && Duration::from_millis(now.saturating_sub(since)) > limit
        };
        longer(&self.head_since, head + HEAD_MARGIN) || longer(&self.write_blocked_since, WRITE_STALL)
    }
}

/// The table; clones are the same table.
#[derive(Clone, Debug)]
pub struct Connections(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: ConnectionLimits,
    epoch: Instant,
    table: Mutex<Table>,
    open: IntGauge,
}

#[derive(Debug, Default)]
struct Table {
    by_address: HashMap<String, Vec<Arc<Connection>>>,
    total: usize,
}

/// Holds a connection's place; dropped, it gives the place back.
#[derive(Debug)]
pub struct Place {
    shared: Arc<Shared>,
    group: String,
    connection: Arc<Connection>,
}

impl Connections {
    #[must_use]
    pub fn new(limits: ConnectionLimits, open: IntGauge) -> Self {
        Self(Arc::new(Shared {
            limits,
            epoch: Instant::now(),
            table: Mutex::default(),
            open,
        }))
    }

    /// Returns a place for a new connection, closing a stalled one if the limits want it; `None` if all others are at
    /// work, and the new one has to be refused.
    #[must_use]
    pub fn admit(&self, peer: Option<IpAddr>) -> Option<Place> {
        let shared = &self.0;
        let group = peer.map(address_group).unwrap_or_default();
        let shared_address = peer.is_some_and(|peer| shared.limits.proxies.contains(peer));
        let mut table = shared.lock();
        let held = table
            .by_address
            .get(&group)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let counted = held.iter().filter(|connection| connection.counts()).count();
        if !shared_address && counted >= shared.limits.per_address {
            make_way(held)?;
        }
        if table.total >= shared.limits.total {
            make_way(table.largest_group()?)?;
        }
        let connection = Arc::new(Connection::new(shared.epoch));
        let held = table.by_address.entry(group.clone()).or_default();
        held.push(Arc::clone(&connection));
        table.total += 1;
        shared.open.inc();
        drop(table);
        Some(Place {
            shared: Arc::clone(shared),
            group,
            connection,
        })
    }

    /// Open connections.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.lock().total
    }

    /// Closes overdue connections once a second, until the table is dropped.
    pub fn spawn_sweep(&self) {
        let weak: Weak<Shared> = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP_INTERVAL).await;
                let Some(shared) = weak.upgrade() else { return };
                let table = shared.lock();
                let all = table.by_address.values().flatten();
                all.filter(|connection| connection.is_overdue(shared.limits.head))
                    .for_each(|connection| connection.close());
            }
        });
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// The address with the most connections that can make way.
    fn largest_group(&self) -> Option<&[Arc<Connection>]> {
        let size = |held: &&Vec<Arc<Connection>>| held.iter().filter(|c| c.can_make_way()).count();
        self.by_address.values().max_by_key(size).map(Vec::as_slice)
    }
}

/// Closes the connection that has made no progress for longest; `None` if none can make way.
fn make_way(held: &[Arc<Connection>]) -> Option<()> {
    let waiting = held.iter().filter(|connection| connection.can_make_way());
    let oldest = waiting.min_by_key(|connection| connection.last_progress.load(Ordering::Relaxed))?;
    oldest.close();
    Some(())
}

impl Place {
    #[must_use]
    pub fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.shared.lock();
        let Some(held) = table.by_address.get_mut(&self.group) else {
            return;
        };
        held.retain(|connection| !Arc::ptr_eq(connection, &self.connection));
        if held.is_empty() {
            table.by_address.remove(&self.group);
        }
        table.total = table.total.saturating_sub(1);
        self.shared.open.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn table(per_address: usize, total: usize, proxies: &str) -> Connections {
        let limits = ConnectionLimits {
            per_address,
            total,
            head: Duration::from_secs(15),
            proxies: TrustedProxies::parse(proxies).unwrap(),
        };
        Connections::new(limits, IntGauge::new("open", "open").unwrap())
    }

    #[test]
    fn the_longest_stalled_connection_makes_way_and_the_newest_stays() {
        let table = table(2, 100, "");
        let first = table.admit(Some(HERE)).unwrap();
        let second = table.admit(Some(HERE)).unwrap();
        first.connection.last_progress.store(1, Ordering::Relaxed);
        second.connection.last_progress.store(2, Ordering::Relaxed);
        let third = table.admit(Some(HERE)).unwrap();
        assert!(first.connection.is_closed());
        assert!(!second.connection.is_closed() && !third.connection.is_closed());
        drop((first, second, third));
        assert_eq!(table.total(), 0);
    }

    #[test]
    fn what_is_at_work_or_has_an_account_is_not_closed() {
        let table = table(2, 100, "");
        let working = table.admit(Some(HERE)).unwrap();
        working.connection.enter(Phase::Working);
        let identified = table.admit(Some(HERE)).unwrap();
        identified.connection.identify();
        let _third = table.admit(Some(HERE)).unwrap();
        assert!(!working.connection.is_closed() && !identified.connection.is_closed());
    }

    #[test]
    fn when_all_are_at_work_the_new_one_is_refused() {
        let table = table(1, 100, "");
        let working = table.admit(Some(HERE)).unwrap();
        working.connection.enter(Phase::Working);
        assert!(table.admit(Some(HERE)).is_none());
        assert!(table.admit(Some("192.0.2.1".parse().unwrap())).is_some());
    }

    #[test]
    fn a_proxy_has_no_limit_of_its_own_but_counts_in_the_whole() {
        let table = table(1, 3, "127.0.0.1");
        let places: Vec<_> = (0..3).map(|_| table.admit(Some(HERE)).unwrap()).collect();
        assert!(places.iter().all(|place| !place.connection.is_closed()));
        let _fourth = table.admit(Some(HERE)).unwrap();
        assert!(places.iter().any(|place| place.connection.is_closed()));
    }
}

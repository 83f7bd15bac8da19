//! Pure: how long a sender may take for a body. Only the time spent waiting for the sender counts.

use std::time::Duration;

use crate::config::PaceLimits;

/// A slow phone network still moves this much; a stalled or trickling sender does not.
const MIN_BYTES_PER_SEC: u64 = 8 * 1024;

/// The progress of one body.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    limits: PaceLimits,
    waited: Duration,
    received: u64,
}

impl Pace {
    #[must_use]
    pub fn new(limits: PaceLimits) -> Self {
        Self {
            limits,
            waited: Duration::ZERO,
            received: 0,
        }
    }

    /// Records bytes that came after a wait.
    pub fn record(&mut self, bytes: usize, waited: Duration) {
        self.received += bytes as u64;
        self.waited += waited;
    }

    /// Returns how long the next wait may be; zero if the sender is too slow already.
    #[must_use]
    pub fn next_wait(&self) -> Duration {
        let earned = Duration::from_millis(self.received.saturating_mul(1000) / MIN_BYTES_PER_SEC);
        let allowed = earned.max(self.limits.idle).min(self.limits.total);
        allowed.saturating_sub(self.waited).min(self.limits.idle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PaceLimits = PaceLimits {
        idle: Duration::from_secs(10),
        total: Duration::from_secs(300),
    };
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_sender_who_trickles_is_cut_off_when_the_first_wait_is_used_up() {
        let mut pace = Pace::new(LIMITS);
        for _ in 0..10 {
            assert!(!pace.next_wait().is_zero());
            pace.record(1, SECOND);
        }
        assert!(pace.next_wait().is_zero());
    }

    #[test]
    fn a_sender_who_keeps_the_rate_has_until_the_deadline() {
        let mut pace = Pace::new(LIMITS);
        for _ in 0..299 {
            pace.record(9 * 1024, SECOND);
            assert!(!pace.next_wait().is_zero());
        }
        pace.record(9 * 1024, SECOND);
        assert!(pace.next_wait().is_zero());
    }

    #[test]
    fn no_single_wait_is_longer_than_the_idle_limit() {
        let mut pace = Pace::new(LIMITS);
        pace.record(10 << 20, SECOND);
        assert_eq!(pace.next_wait(), LIMITS.idle);
    }
}

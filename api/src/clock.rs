//! The only reader of the system clock. All other code receives the time as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// The product's clock: the real time, or (sandbox only) the real time shifted forward.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    shift_us: Arc<AtomicI64>,
}

impl Clock {
    /// The real time, unshifted.
    #[must_use]
    pub fn real() -> Self {
        Self::default()
    }

    /// Returns a clock that shows `start` now and advances from there.
    #[must_use]
    pub fn starting_at(start: DateTime<Utc>) -> Self {
        let clock = Self::default();
        clock.shift_us.store(
            (start - real_now()).num_microseconds().unwrap_or(0),
            Ordering::SeqCst,
        );
        clock
    }

    /// Now, in whole microseconds: the finest step that both databases keep.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let shifted = real_now() + TimeDelta::microseconds(self.shift_us.load(Ordering::SeqCst));
        shifted
            .duration_trunc(TimeDelta::microseconds(1))
            .unwrap_or(shifted)
    }

    /// Moves forward to `target`; a target in the past leaves the clock as it is.
    pub fn advance_to(&self, target: DateTime<Utc>) {
        let gap = (target - self.now()).num_microseconds().unwrap_or(0);
        if gap > 0 {
            self.shift_us.fetch_add(gap, Ordering::SeqCst);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the time"
)]
fn real_now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_forward_and_never_back() {
        let start = "2025-01-17T01:00:00Z".parse().unwrap();
        let clock = Clock::starting_at(start);
        assert!(clock.now() - start < TimeDelta::seconds(5));
        clock.advance_to(start + TimeDelta::days(3));
        let later = clock.now();
        assert!(later >= start + TimeDelta::days(3));
        clock.advance_to(start);
        assert!(clock.now() >= later);
    }
}

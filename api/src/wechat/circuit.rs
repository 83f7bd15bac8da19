//! Circuit breaker, one per WeChat endpoint. After several consecutive failures it opens for a while and calls fail at
//! once. Then one trial call decides: success closes it, failure opens it again.

use chrono::{DateTime, TimeDelta, Utc};

/// Failures in a row that open the circuit.
pub const FAILURES_TO_OPEN: u32 = 5;
/// How long it stays open; afterwards one call is let through to try.
pub const OPEN_FOR: TimeDelta = TimeDelta::seconds(10);

#[derive(Clone, Copy, Debug, Default)]
pub struct Circuit {
    failures: u32,
    open_until: Option<DateTime<Utc>>,
}

/// The state of the circuit for the next call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircuitState {
    Closed,
    /// One is let through to try.
    HalfOpen,
    OpenUntil(DateTime<Utc>),
}

impl Circuit {
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> CircuitState {
        match self.open_until {
            None => CircuitState::Closed,
            Some(until) if now < until => CircuitState::OpenUntil(until),
            Some(_) => CircuitState::HalfOpen,
        }
    }

    /// Whether a call may go out now.
    pub fn allow_call(&mut self, now: DateTime<Utc>) -> bool {
        match self.state(now) {
            CircuitState::Closed => true,
            CircuitState::OpenUntil(_) => false,
            CircuitState::HalfOpen => {
                // This call is the trial; the others keep waiting for what it finds.
                self.open_until = Some(now + OPEN_FOR);
                true
            }
        }
    }

    pub fn on_success(&mut self) {
        *self = Self::default();
    }

    pub fn on_failure(&mut self, now: DateTime<Utc>) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES_TO_OPEN {
            self.open_until = Some(now + OPEN_FOR);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn broken() -> Circuit {
        let mut circuit = Circuit::default();
        for _ in 0..FAILURES_TO_OPEN {
            assert!(circuit.allow_call(at(0)));
            circuit.on_failure(at(0));
        }
        circuit
    }

    #[test]
    fn it_opens_after_failures_in_a_row_only() {
        let mut circuit = Circuit::default();
        for _ in 0..20 {
            circuit.on_failure(at(0));
            circuit.on_failure(at(0));
            circuit.on_success();
        }
        assert!(circuit.allow_call(at(0)));
        assert!(!broken().allow_call(at(1)));
    }

    #[test]
    fn after_a_while_one_call_tries_for_all() {
        let mut circuit = broken();
        assert!(!circuit.allow_call(at(9)));
        assert_eq!(circuit.state(at(9)), CircuitState::OpenUntil(at(10)));
        assert_eq!(
            circuit.state(at(10)),
            CircuitState::HalfOpen,
            "asking is no trial"
        );
        assert!(circuit.allow_call(at(10)));
        assert!(!circuit.allow_call(at(10)), "one trial at a time");
        circuit.on_failure(at(12));
        assert!(!circuit.allow_call(at(21)));
        assert!(circuit.allow_call(at(22)));
        circuit.on_success();
        assert!(circuit.allow_call(at(22)));
        assert!(circuit.allow_call(at(22)));
    }
}

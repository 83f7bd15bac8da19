//! Calls counted by second, minute or day.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

pub const SECOND: i64 = 1;
pub const MINUTE: i64 = 60;
pub const DAY: i64 = 24 * 60 * 60;

/// The window and count of each counter.
#[derive(Default)]
pub struct Rates(HashMap<String, (i64, u32)>);

impl Rates {
    /// Counts one call under `key`; whether it is past the limit of its window.
    pub fn is_over(&mut self, key: &str, window_secs: i64, limit: u32, now: DateTime<Utc>) -> bool {
        let window = now.timestamp().div_euclid(window_secs);
        let counter = self.0.entry(key.to_owned()).or_default();
        if counter.0 != window {
            *counter = (window, 0);
        }
        counter.1 = counter.1.saturating_add(1);
        counter.1 > limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_holds_within_its_window() {
        let mut rates = Rates::default();
        let at = |seconds: i64| DateTime::from_timestamp(1_699_999_980 + seconds, 0).unwrap();
        let over: Vec<_> = [0, 10, 59, 60]
            .map(|s| rates.is_over("x", MINUTE, 2, at(s)))
            .to_vec();
        assert_eq!(over, [false, false, true, false]);
    }
}

//! Pure: how often and how soon a failed job runs again.

use chrono::TimeDelta;

/// The attempts of a job. The pause doubles after every failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    pub max_attempts: i32,
    pub first_pause: TimeDelta,
}

impl RetryPolicy {
    /// 1 + 2 + 4 … minutes: the last attempt is about a day after the first.
    pub const ONE_DAY: Self = Self {
        max_attempts: 11,
        first_pause: TimeDelta::minutes(1),
    };

    /// Returns the pause after a failed attempt; the first is number 1. Returns `None` if there is no further attempt.
    #[must_use]
    pub fn pause_after(self, attempt: i32) -> Option<TimeDelta> {
        let doublings = u32::try_from(attempt.max(1) - 1).unwrap_or_default();
        let factor = 2_i32.checked_pow(doublings)?;
        (attempt < self.max_attempts)
            .then(|| self.first_pause.checked_mul(factor))
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end_within_a_day() {
        let pauses: Vec<i64> = (1..)
            .map_while(|attempt| RetryPolicy::ONE_DAY.pause_after(attempt))
            .map(|pause| pause.num_minutes())
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
        assert!(pauses.iter().sum::<i64>() <= 24 * 60);
    }
}

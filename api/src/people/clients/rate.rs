//! Pure: requests per minute of each client: a token bucket that refills evenly.
//!
//! Time is an argument.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::ClientId;

/// The buckets of this replica; one per client that has called.
#[derive(Debug, Default)]
pub struct ClientRates(Mutex<HashMap<ClientId, Bucket>>);

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled_at: DateTime<Utc>,
}

impl ClientRates {
    /// Takes one request out of the client's bucket, which holds `per_minute`.
    ///
    /// # Errors
    /// How long to wait if the bucket is empty.
    pub fn take(&self, client: ClientId, per_minute: u32, now: DateTime<Utc>) -> Result<(), TimeDelta> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = f64::from(per_minute);
        let bucket = buckets.entry(client).or_insert(Bucket {
            tokens: full,
            filled_at: now,
        });
        let per_second = full / 60.0;
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since the last request")]
        let since = (now - bucket.filled_at).num_milliseconds().max(0) as f64 / 1_000.0;
        bucket.tokens = (bucket.tokens + since * per_second).min(full);
        bucket.filled_at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most a minute")]
        let wait = ((1.0 - bucket.tokens) / per_second).ceil() as i64;
        Err(TimeDelta::seconds(wait.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_refills() {
        let (rates, client, start) = (ClientRates::default(), ClientId::generate(), DateTime::UNIX_EPOCH);
        for _ in 0..60 {
            assert_eq!(rates.take(client, 60, start), Ok(()));
        }
        assert_eq!(rates.take(client, 60, start), Err(TimeDelta::seconds(1)));
        assert_eq!(rates.take(client, 60, start + TimeDelta::seconds(1)), Ok(()));
        assert_eq!(rates.take(ClientId::generate(), 60, start), Ok(()));
    }
}

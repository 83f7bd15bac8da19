//! The access token, from `stable_token`: every replica that asks gets the same one, so replicas share it
//! without a lock. Within a replica one call fetches it for all.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::wechat::error::CallError;

/// A token is given up this long before its end, but never more than a quarter of its life: WeChat hands out
/// tokens with as little as 300 s left, and a fixed margin of that size would refetch on every call.
const MARGIN: TimeDelta = TimeDelta::seconds(120);

pub struct Token {
    value: SecretString,
    good_until: DateTime<Utc>,
}

impl Token {
    #[must_use]
    pub fn new(value: String, expires_in: i64, now: DateTime<Utc>) -> Self {
        let life = TimeDelta::seconds(expires_in.max(0));
        Self {
            value: value.into(),
            good_until: now + life - MARGIN.min(life / 4),
        }
    }
}

#[derive(Default)]
pub struct TokenCache {
    slot: Mutex<Slot>,
    /// Fetches that have ended, well or badly.
    fetched: AtomicU64,
}

#[derive(Default)]
struct Slot {
    token: Option<Token>,
    last_error: Option<CallError>,
}

impl TokenCache {
    /// The token in use, or a new one by `fetch`. Who waited for another's fetch takes its outcome, be it an
    /// error: otherwise a queue of waiters would each wait for WeChat in turn.
    pub async fn get<F: Future<Output = Result<Token, CallError>>>(
        &self,
        now: DateTime<Utc>,
        fetch: impl FnOnce() -> F,
    ) -> Result<SecretString, CallError> {
        let seen = self.fetched.load(Ordering::SeqCst);
        let mut slot = self.slot.lock().await;
        if let Some(token) = slot.token.as_ref().filter(|token| now < token.good_until) {
            return Ok(token.value.clone());
        }
        if self.fetched.load(Ordering::SeqCst) != seen
            && let Some(error) = &slot.last_error
        {
            return Err(error.clone());
        }
        let fetched = fetch().await;
        self.fetched.fetch_add(1, Ordering::SeqCst);
        match fetched {
            Ok(token) => {
                let value = token.value.clone();
                *slot = Slot {
                    token: Some(token),
                    last_error: None,
                };
                Ok(value)
            }
            Err(error) => {
                slot.last_error = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Drops the token, but only if it is still the one that failed: another call may have replaced it.
    pub async fn forget(&self, failed: &SecretString) {
        let mut slot = self.slot.lock().await;
        let is_failed = |token: &Token| same(&token.value, failed);
        if slot.token.as_ref().is_some_and(is_failed) {
            slot.token = None;
        }
    }
}

#[must_use]
pub fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    async fn get(cache: &TokenCache, now: DateTime<Utc>, token: &str, expires_in: i64) -> String {
        let fresh = || async { Ok(Token::new(token.to_owned(), expires_in, now)) };
        let value = cache.get(now, fresh).await.unwrap();
        value.expose_secret().to_owned()
    }

    #[tokio::test]
    async fn the_margin_is_two_minutes_or_a_quarter_of_a_short_life() {
        let cache = TokenCache::default();
        assert_eq!(get(&cache, at(0), "long", 7200).await, "long");
        assert_eq!(get(&cache, at(7079), "x", 7200).await, "long");
        assert_eq!(get(&cache, at(7080), "short", 300).await, "short");
        // 300 s are left: a quarter is 75 s.
        assert_eq!(get(&cache, at(7080 + 224), "x", 300).await, "short");
        assert_eq!(get(&cache, at(7080 + 225), "next", 300).await, "next");
    }

    #[tokio::test]
    async fn only_the_token_that_failed_is_dropped() {
        let cache = TokenCache::default();
        get(&cache, at(0), "one", 7200).await;
        cache.forget(&"other".to_owned().into()).await;
        assert_eq!(get(&cache, at(1), "two", 7200).await, "one");
        cache.forget(&"one".to_owned().into()).await;
        assert_eq!(get(&cache, at(1), "two", 7200).await, "two");
    }

    #[tokio::test]
    async fn one_call_fetches_for_all_who_wait_even_an_error() {
        let cache = Arc::new(TokenCache::default());
        let fetches = Arc::new(AtomicUsize::new(0));
        let waiters = (0..20).map(|_| {
            let (cache, fetches) = (Arc::clone(&cache), Arc::clone(&fetches));
            tokio::spawn(async move {
                let fail = || async {
                    fetches.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    Err(CallError::TimedOut)
                };
                cache.get(at(0), fail).await
            })
        });
        for waiter in waiters.collect::<Vec<_>>() {
            assert_eq!(waiter.await.unwrap().unwrap_err(), CallError::TimedOut);
        }
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }
}

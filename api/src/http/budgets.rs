//! Budgets of callers without an account: token buckets per address group and for all together. A caller beyond its
//! budget is answered 429 before anything is stored or sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::error::{Error, ErrorKind, Result};

/// Addresses remembered at a time; the fullest buckets are forgotten first, and a forgotten one is full again.
const MAX_ADDRESSES: usize = 20_000;

/// A kind of request that has a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purchase {
    /// A new sign-in code of the console: a row.
    SignInPage,
    /// A login code that WeChat does not know: a call to WeChat.
    FalseLoginCode,
    /// A refresh token that is none: a write transaction.
    FalseRefreshToken,
    /// A visit of a site: a call to WeChat and a row.
    SiteVisit,
    /// An error report of a phone: a log line.
    ErrorReport,
    /// The fictional view of WeChat's reviewers: a guess at its code.
    ReviewView,
}

/// How many at once, and how many a second after that.
#[derive(Clone, Copy, Debug)]
struct Rate {
    burst: f64,
    per_sec: f64,
}

const fn rate(burst: f64, per_sec: f64) -> Rate {
    Rate { burst, per_sec }
}

impl Purchase {
    /// For one address group, and for all. An office or a phone network shares one address.
    fn rates(self) -> (Rate, Rate) {
        match self {
            Self::SignInPage => (rate(120.0, 1.0), rate(1200.0, 20.0)),
            Self::FalseLoginCode | Self::FalseRefreshToken => (rate(60.0, 0.5), rate(600.0, 10.0)),
            Self::SiteVisit => (rate(120.0, 2.0), rate(2000.0, 50.0)),
            Self::ErrorReport => (rate(20.0, 0.1), rate(300.0, 2.0)),
            Self::ReviewView => (rate(20.0, 0.02), rate(60.0, 0.1)),
        }
    }
}

const PURCHASES: usize = 6;

/// The buckets; clones share them.
#[derive(Clone, Debug)]
pub struct Budgets(Arc<[Mutex<Buckets>; PURCHASES]>);

#[derive(Debug)]
struct Buckets {
    all: Bucket,
    by_address: HashMap<String, Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

/// A token that was taken; what turns out to be genuine gives it back.
#[derive(Debug)]
#[must_use]
pub struct Token {
    budgets: Budgets,
    purchase: Purchase,
    address: String,
}

impl Default for Budgets {
    fn default() -> Self {
        let now = Instant::now();
        let full = |purchase: Purchase| {
            Mutex::new(Buckets {
                all: Bucket {
                    tokens: purchase.rates().1.burst,
                    filled_at: now,
                },
                by_address: HashMap::new(),
            })
        };
        Self(Arc::new([
            full(Purchase::SignInPage),
            full(Purchase::FalseLoginCode),
            full(Purchase::FalseRefreshToken),
            full(Purchase::SiteVisit),
            full(Purchase::ErrorReport),
            full(Purchase::ReviewView),
        ]))
    }
}

impl Budgets {
    /// Takes a token.
    /// # Errors
    /// `too_many_requests` (429) with the time after which there is one again.
    pub fn take(&self, purchase: Purchase, address: String) -> Result<Token> {
        self.take_at(purchase, &address, Instant::now())
            .map_err(too_many)?;
        Ok(Token {
            budgets: self.clone(),
            purchase,
            address,
        })
    }

    fn with<T>(&self, purchase: Purchase, work: impl FnOnce(&mut Buckets) -> T) -> Option<T> {
        let buckets = self.0.get(purchase as usize)?;
        Some(work(&mut buckets.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// The error is the number of seconds to wait.
    fn take_at(&self, purchase: Purchase, address: &str, now: Instant) -> std::result::Result<(), u64> {
        let (each, all) = purchase.rates();
        let take = |buckets: &mut Buckets| {
            buckets.all.fill(all, now);
            if buckets.by_address.len() >= MAX_ADDRESSES && !buckets.by_address.contains_key(address) {
                buckets.forget(each, now);
            }
            let own = buckets.by_address.entry(address.to_owned()).or_insert(Bucket {
                tokens: each.burst,
                filled_at: now,
            });
            own.fill(each, now);
            own.wait(each).and(buckets.all.wait(all))?;
            own.tokens -= 1.0;
            buckets.all.tokens -= 1.0;
            Ok(())
        };
        self.with(purchase, take).unwrap_or(Ok(()))
    }
}

impl Buckets {
    /// Forgets the half with the most tokens; those at their limit stay.
    fn forget(&mut self, rate: Rate, now: Instant) {
        self.by_address
            .values_mut()
            .for_each(|bucket| bucket.fill(rate, now));
        let mut levels: Vec<f64> = self.by_address.values().map(|bucket| bucket.tokens).collect();
        levels.sort_by(f64::total_cmp);
        let middle = levels.get(levels.len() / 2).copied().unwrap_or_default();
        self.by_address.retain(|_, bucket| bucket.tokens < middle);
    }
}

impl Bucket {
    fn fill(&mut self, rate: Rate, now: Instant) {
        let passed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + passed * rate.per_sec).min(rate.burst);
        self.filled_at = now;
    }

    fn wait(&self, rate: Rate) -> std::result::Result<(), u64> {
        if self.tokens >= 1.0 {
            return Ok(());
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few seconds, never negative"
        )]
        let secs = ((1.0 - self.tokens) / rate.per_sec).ceil() as u64;
        Err(secs.max(1))
    }
}

impl Token {
    /// Gives the token back: the request was genuine.
    pub fn refund(self) {
        let (each, all) = self.purchase.rates();
        let _ = self.budgets.with(self.purchase, |buckets| {
            buckets.all.tokens = (buckets.all.tokens + 1.0).min(all.burst);
            if let Some(own) = buckets.by_address.get_mut(&self.address) {
                own.tokens = (own.tokens + 1.0).min(each.burst);
            }
        });
    }
}

fn too_many(retry_after_secs: u64) -> Error {
    let detail = "来自同一网络的请求太多，请稍后再试。";
    Error::refused(
        ErrorKind::TooMany { retry_after_secs },
        "too_many_requests",
        detail,
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const WHAT: Purchase = Purchase::FalseLoginCode;

    #[test]
    fn an_address_has_its_burst_and_then_its_rate_and_another_its_own() {
        let budgets = Budgets::default();
        let now = Instant::now();
        for _ in 0..60 {
            assert_eq!(budgets.take_at(WHAT, "a", now), Ok(()));
        }
        assert_eq!(budgets.take_at(WHAT, "a", now), Err(2));
        assert_eq!(budgets.take_at(WHAT, "b", now), Ok(()));
        let later = now + Duration::from_secs(2);
        assert_eq!(budgets.take_at(WHAT, "a", later), Ok(()));
        assert!(budgets.take_at(WHAT, "a", later).is_err());
    }

    #[test]
    fn many_addresses_share_one_budget() {
        let budgets = Budgets::default();
        let now = Instant::now();
        let taken = (0..2000).filter(|n| budgets.take_at(WHAT, &format!("a{n}"), now).is_ok());
        assert_eq!(taken.count(), 600);
    }

    #[test]
    fn what_is_genuine_costs_nothing() {
        let budgets = Budgets::default();
        for _ in 0..1000 {
            budgets.take(WHAT, "a".to_owned()).unwrap().refund();
        }
    }

    #[test]
    fn the_memory_of_addresses_is_bounded_and_keeps_those_at_their_limit() {
        let budgets = Budgets::default();
        let now = Instant::now();
        let refill = |number: u32| now + Duration::from_secs(u64::from(number) / 10);
        for _ in 0..60 {
            let _ = budgets.take_at(WHAT, "greedy", now);
        }
        for number in 0..30_000 {
            let _ = budgets.take_at(WHAT, &format!("a{number}"), refill(number));
        }
        let kept = budgets.with(WHAT, |buckets| buckets.by_address.len()).unwrap();
        assert!(kept <= MAX_ADDRESSES, "{kept}");
    }
}

//! Access tokens of the two endpoints, which never invalidate one another.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::wechat::sandbox::call::Errcode;

const LIFE: TimeDelta = TimeDelta::hours(2);
/// In its last minutes a stable token has a successor, and a superseded plain token still works this long.
const OVERLAP: TimeDelta = TimeDelta::minutes(5);
const BETWEEN_FORCED: TimeDelta = TimeDelta::seconds(30);
const FORCED_A_DAY: usize = 20;

struct Issued {
    ends: DateTime<Utc>,
    /// A later token has taken its place.
    superseded: bool,
}

/// A mini-program or official account as it is registered.
#[derive(Clone)]
pub struct Account {
    pub app_id: String,
    pub app_secret: secrecy::SecretString,
}

#[derive(Default)]
pub struct Tokens {
    issued: HashMap<String, Issued>,
    stable: Option<String>,
    plain: Option<String>,
    forced: Vec<DateTime<Utc>>,
}

impl Tokens {
    /// `stable_token`: the token and the seconds it has left.
    pub fn stable(&mut self, force: bool, now: DateTime<Utc>) -> (String, i64) {
        let current = self
            .stable
            .clone()
            .filter(|token| self.left(token, now) > OVERLAP);
        let current = match current {
            Some(token) if force && self.may_force(now) => {
                self.forced.push(now);
                self.supersede(&token, now);
                None
            }
            other => other,
        };
        let token = current.unwrap_or_else(|| {
            let token = self.issue(now);
            self.stable = Some(token.clone());
            token
        });
        let left = self.left(&token, now).num_seconds();
        (token, left)
    }

    /// `token`: a new one each time.
    pub fn plain(&mut self, now: DateTime<Utc>) -> (String, i64) {
        if let Some(before) = self.plain.take() {
            let end = now + OVERLAP.min(self.left(&before, now));
            self.supersede(&before, end);
        }
        let token = self.issue(now);
        self.plain = Some(token.clone());
        (token, LIFE.num_seconds())
    }

    /// The order of the faults of a call that needs a token.
    pub fn check(&self, token: &str, now: DateTime<Utc>) -> Result<(), Errcode> {
        if token.is_empty() {
            return Err(Errcode(41001, "access_token missing".to_owned()));
        }
        match self.issued.get(token) {
            None => Err(Errcode(40014, "invalid access_token".to_owned())),
            Some(issued) if now < issued.ends => Ok(()),
            Some(issued) if issued.superseded => Err(Errcode(
                40001,
                "invalid credential, access_token is invalid or not latest".to_owned(),
            )),
            Some(_) => Err(Errcode(42001, "access_token expired".to_owned())),
        }
    }

    fn may_force(&self, now: DateTime<Utc>) -> bool {
        let today = self.forced.iter().filter(|at| now - **at < TimeDelta::days(1));
        let soon = self.forced.last().is_some_and(|at| now - *at < BETWEEN_FORCED);
        today.count() < FORCED_A_DAY && !soon
    }

    fn left(&self, token: &str, now: DateTime<Utc>) -> TimeDelta {
        self.issued
            .get(token)
            .map_or_else(TimeDelta::zero, |issued| issued.ends - now)
    }

    fn supersede(&mut self, token: &str, ends: DateTime<Utc>) {
        if let Some(issued) = self.issued.get_mut(token) {
            issued.ends = ends;
            issued.superseded = true;
        }
    }

    fn issue(&mut self, now: DateTime<Utc>) -> String {
        let random: [u8; 32] = rand::random();
        // Real ones are longer than most people expect.
        let token = format!("92_{}{}", hex::encode(random), "x".repeat(80));
        let issued = Issued {
            ends: now + LIFE,
            superseded: false,
        };
        self.issued.insert(token.clone(), issued);
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn errcode(tokens: &Tokens, token: &str, now: DateTime<Utc>) -> i64 {
        tokens.check(token, now).err().map_or(0, |error| error.0)
    }

    #[test]
    fn the_stable_token_stays_until_its_last_five_minutes() {
        let mut tokens = Tokens::default();
        let (first, left) = tokens.stable(false, at(0));
        assert_eq!(left, 7200);
        assert_eq!(tokens.stable(false, at(6899)), (first.clone(), 301));
        let (second, left) = tokens.stable(false, at(6900));
        assert_ne!(first, second);
        assert_eq!(left, 7200);
        assert_eq!(
            errcode(&tokens, &first, at(7199)),
            0,
            "both work for five minutes"
        );
        assert_eq!(errcode(&tokens, &first, at(7200)), 42001);
        assert_eq!(errcode(&tokens, &second, at(7200)), 0);
    }

    #[test]
    fn force_kills_the_old_one_but_not_twice_within_30_s() {
        let mut tokens = Tokens::default();
        let (first, _) = tokens.stable(false, at(0));
        let (second, _) = tokens.stable(true, at(1));
        assert_ne!(first, second);
        assert_eq!(errcode(&tokens, &first, at(1)), 40001);
        assert_eq!(tokens.stable(true, at(30)).0, second);
        assert_ne!(tokens.stable(true, at(31)).0, second);
    }

    #[test]
    fn force_works_twenty_times_a_day() {
        let mut tokens = Tokens::default();
        let all: std::collections::BTreeSet<_> = (0..25).map(|i| tokens.stable(true, at(i * 60)).0).collect();
        // The first call had nothing to kill.
        assert_eq!(all.len(), 21);
    }

    #[test]
    fn the_plain_token_is_new_each_time_and_apart_from_the_stable_one() {
        let mut tokens = Tokens::default();
        let (stable, _) = tokens.stable(false, at(0));
        let (first, _) = tokens.plain(at(0));
        let (second, _) = tokens.plain(at(10));
        assert_eq!(errcode(&tokens, &first, at(309)), 0);
        assert_eq!(errcode(&tokens, &first, at(310)), 40001);
        assert_eq!(errcode(&tokens, &second, at(310)), 0);
        assert_eq!(errcode(&tokens, &stable, at(310)), 0);
        assert_eq!(errcode(&tokens, "", at(0)), 41001);
        assert_eq!(errcode(&tokens, "garbage", at(0)), 40014);
    }
}

//! Pure: links to objects of the embedded store under the product's own public address.
//!
//! A link names an object, the moment it runs out, and a signature of both; its bearer needs no session, like a
//! presigned link of S3.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// A link lives this long at least: an hour of looking at an order.
const TTL: TimeDelta = TimeDelta::hours(1);
/// Links made within a quarter of an hour are equal, so that a browser's cache finds them again.
const STEP_SECS: i64 = 900;
/// Where the links lead, below the public address.
pub const PATH: &str = "/media/";

#[derive(Clone, Debug)]
pub struct MediaLinks {
    public_url: String,
    secret: SecretString,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadLink {
    Expired,
    Forged,
}

impl MediaLinks {
    #[must_use]
    pub fn new(public_url: &str, secret: SecretString) -> Self {
        Self {
            public_url: public_url.trim_end_matches('/').to_owned(),
            secret,
        }
    }

    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    #[must_use]
    pub fn link(&self, key: &str, now: DateTime<Utc>) -> String {
        let until = (now + TTL).timestamp().div_euclid(STEP_SECS) * STEP_SECS + STEP_SECS;
        let signature = URL_SAFE_NO_PAD.encode(self.mac(key, until).finalize().into_bytes());
        format!("{}{PATH}{key}?until={until}&sig={signature}", self.public_url)
    }

    /// Returns for how many seconds the link is still good.
    /// # Errors
    /// See [`BadLink`].
    pub fn verify(&self, key: &str, until: i64, signature: &str, now: DateTime<Utc>) -> Result<i64, BadLink> {
        let given = URL_SAFE_NO_PAD.decode(signature).map_err(|_| BadLink::Forged)?;
        let genuine = self.mac(key, until).verify_slice(&given);
        genuine.map_err(|_| BadLink::Forged)?;
        let left = until - now.timestamp();
        if left > 0 { Ok(left) } else { Err(BadLink::Expired) }
    }

    fn mac(&self, key: &str, until: i64) -> Hmac<Sha256> {
        // Any length of key is taken; the fallback is never reached.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.expose_secret().as_bytes())
            .unwrap_or_else(|_| Hmac::<Sha256>::new(&[0; 64].into()));
        mac.update(key.as_bytes());
        mac.update(&[0]);
        mac.update(&until.to_be_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "thumb/ab/abcdef";

    fn links(secret: &str) -> MediaLinks {
        MediaLinks::new("https://zhitong.example.cn/", secret.to_owned().into())
    }

    fn parts(link: &str) -> (i64, String) {
        let (_, query) = link.split_once("?until=").unwrap();
        let (until, signature) = query.split_once("&sig=").unwrap();
        (until.parse().unwrap(), signature.to_owned())
    }

    #[test]
    fn a_link_is_good_for_an_hour_and_then_not() {
        let now: DateTime<Utc> = "2025-09-08T01:03:00Z".parse().unwrap();
        let links = links("secret");
        let link = links.link(KEY, now);
        assert!(
            link.starts_with("https://zhitong.example.cn/media/thumb/ab/abcdef?until="),
            "{link}"
        );
        let (until, signature) = parts(&link);
        let at = |minutes| links.verify(KEY, until, &signature, now + TimeDelta::minutes(minutes));
        assert!(at(0).is_ok() && at(60).is_ok());
        assert_eq!(at(76), Err(BadLink::Expired));
        assert_eq!(link, links.link(KEY, now + TimeDelta::minutes(10)));
    }

    #[test]
    fn nothing_of_a_link_can_be_changed() {
        let now = DateTime::UNIX_EPOCH;
        let ours = links("secret");
        let (until, signature) = parts(&ours.link(KEY, now));
        assert_eq!(
            ours.verify("original/ab/abcdef", until, &signature, now),
            Err(BadLink::Forged)
        );
        assert_eq!(ours.verify(KEY, until + 1, &signature, now), Err(BadLink::Forged));
        assert_eq!(
            ours.verify(KEY, until, &signature[1..], now),
            Err(BadLink::Forged)
        );
        assert_eq!(ours.verify(KEY, until, "", now), Err(BadLink::Forged));
        assert_eq!(
            links("other").verify(KEY, until, &signature, now),
            Err(BadLink::Forged)
        );
    }
}

//! Seals of history entries. A seal is a keyed hash over an entry's place and hash, written in the entry's transaction.
//!
//! Its key is outside the database, so an entry that is inserted with SQL has no valid seal.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The keys of seals: the first one seals, all of them open.
#[derive(Clone)]
pub struct EventSeals(Vec<Hmac<Sha256>>);

impl std::fmt::Debug for EventSeals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventSeals(…)")
    }
}

impl EventSeals {
    /// Derives the keys from secrets of 32 bytes, the newest first.
    #[must_use]
    pub fn new(secrets: &[[u8; 32]]) -> Self {
        let key = |secret: &[u8; 32]| Hmac::<Sha256>::new_from_slice(secret).ok();
        let derived = secrets.iter().filter_map(|secret| {
            let bytes: [u8; 32] = key(secret)?
                .chain_update(b"zhitong event seal v1")
                .finalize()
                .into_bytes()
                .into();
            key(&bytes)
        });
        Self(derived.collect())
    }

    /// The seal of an entry, hexadecimal. `place` names the chain and the entry's position in it.
    #[must_use]
    pub fn seal(&self, place: &str, hash: &str) -> Option<String> {
        let mac = self.0.first()?.clone();
        Some(hex::encode(
            mac.chain_update(message(place, hash)).finalize().into_bytes(),
        ))
    }

    /// Returns `true` if one of the keys made the seal for this entry.
    #[must_use]
    pub fn holds(&self, place: &str, hash: &str, seal: &str) -> bool {
        let Ok(seal) = hex::decode(seal) else {
            return false;
        };
        let message = message(place, hash);
        self.0
            .iter()
            .any(|key| key.clone().chain_update(&message).verify_slice(&seal).is_ok())
    }
}

fn message(place: &str, hash: &str) -> String {
    format!("{place}\n{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_for_its_entry_alone() {
        let seals = EventSeals::new(&[[1; 32]]);
        let seal = seals.seal("event a 1", "ab").unwrap();
        assert!(seals.holds("event a 1", "ab", &seal));
        for (place, hash, seal) in [
            ("event a 2", "ab", seal.as_str()),
            ("event a 1", "ac", seal.as_str()),
            ("event a 1", "ab", ""),
            ("event a 1", "ab", "zz"),
        ] {
            assert!(!seals.holds(place, hash, seal), "{place} {hash}");
        }
        assert!(!EventSeals::new(&[[2; 32]]).holds("event a 1", "ab", &seal));
    }

    #[test]
    fn an_older_key_still_opens() {
        let seal = EventSeals::new(&[[1; 32]]).seal("act 1", "ab").unwrap();
        assert!(EventSeals::new(&[[2; 32], [1; 32]]).holds("act 1", "ab", &seal));
        assert_eq!(EventSeals::new(&[]).seal("act 1", "ab"), None);
    }
}

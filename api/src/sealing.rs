//! Phone numbers and openids at rest: sealed with an AEAD under a named key, looked up by a keyed hash.
//!
//! Sealed form: one byte length of the key id, the key id, 24 bytes nonce, ciphertext with tag
//! (XChaCha20-Poly1305; the key id is authenticated). The newest key seals; older ones still open.
//! The lookup hash must survive a rotation, so its key is derived from the oldest key that is configured:
//! keep the oldest key in `DATA_KEY` until `zhitong` has re-hashed (see `docs/operations.md`).

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::RngCore as _;
use sha2::Sha256;

use crate::config::DataKey;
use crate::phone;

const NONCE_BYTES: usize = 24;

/// A mobile number of the mainland, eleven digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(String);

impl Phone {
    /// Reads a mobile number in any form that [`phone::parse`] knows.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match phone::parse(text, None)? {
            phone::Number::Mobile(digits) => Some(Self(digits)),
            phone::Number::Other(_) => None,
        }
    }

    /// The digits. Only for sealing, hashing and talking to WeChat's sandbox.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `138****5678`
    #[must_use]
    pub fn masked(&self) -> String {
        let (head, tail) = (
            self.0.get(..3).unwrap_or_default(),
            self.0.get(7..).unwrap_or_default(),
        );
        format!("{head}****{tail}")
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// WeChat's id of a person in our mini-program.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OpenId(String);

impl OpenId {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OpenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("openid(…)")
    }
}

/// Seals, opens and hashes under the configured keys.
pub struct Sealer {
    keys: Vec<(String, XChaCha20Poly1305)>,
    lookup: Hmac<Sha256>,
}

/// A sealed value that none of the keys opens.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("there is no data key")]
    NoKey,
    #[error("sealed under the unknown key {0:?}; add it to DATA_KEY")]
    UnknownKey(String),
    #[error("sealed data is damaged")]
    Damaged,
}

impl Sealer {
    /// `keys`: the newest first.
    pub fn new(keys: &[DataKey]) -> Result<Self, SealError> {
        let oldest = keys.last().ok_or(SealError::NoKey)?.bytes();
        let lookup_key = mac(&oldest, b"zhitong lookup key v1")?.finalize().into_bytes();
        let cipher = |key: &DataKey| {
            (
                key.id.clone(),
                XChaCha20Poly1305::new(Key::from_slice(&key.bytes())),
            )
        };
        Ok(Self {
            keys: keys.iter().map(cipher).collect(),
            lookup: mac(&lookup_key, b"")?,
        })
    }

    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let (id, cipher) = self.keys.first().ok_or(SealError::NoKey)?;
        let mut nonce = [0_u8; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload {
            msg: plain,
            aad: id.as_bytes(),
        };
        let sealed = cipher
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| SealError::Damaged)?;
        let length = u8::try_from(id.len()).map_err(|_| SealError::Damaged)?;
        Ok([&[length], id.as_bytes(), &nonce, &sealed].concat())
    }

    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (length, rest) = sealed.split_first().ok_or(SealError::Damaged)?;
        let (id, rest) = rest
            .split_at_checked(usize::from(*length))
            .ok_or(SealError::Damaged)?;
        let (nonce, ciphertext) = rest.split_at_checked(NONCE_BYTES).ok_or(SealError::Damaged)?;
        let id = std::str::from_utf8(id).map_err(|_| SealError::Damaged)?;
        let (_, cipher) = self
            .keys
            .iter()
            .find(|(key, _)| key == id)
            .ok_or_else(|| SealError::UnknownKey(id.to_owned()))?;
        let payload = Payload {
            msg: ciphertext,
            aad: id.as_bytes(),
        };
        cipher
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| SealError::Damaged)
    }

    pub fn open_text(&self, sealed: &[u8]) -> Result<String, SealError> {
        String::from_utf8(self.open(sealed)?).map_err(|_| SealError::Damaged)
    }

    #[must_use]
    pub fn phone_hash(&self, phone: &Phone) -> String {
        self.hash("phone", phone.expose())
    }

    #[must_use]
    pub fn openid_hash(&self, openid: &OpenId) -> String {
        self.hash("openid", openid.expose())
    }

    /// A keyed hash for lookup; `kind` keeps equal texts of different kinds apart.
    #[must_use]
    pub fn hash(&self, kind: &str, text: &str) -> String {
        let mut mac = self.lookup.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }
}

fn mac(key: &[u8], message: &[u8]) -> Result<Hmac<Sha256>, SealError> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).map_err(|_| SealError::NoKey)?;
    mac.update(message);
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn key(id: &str, byte: u8) -> DataKey {
        DataKey {
            id: id.to_owned(),
            key: STANDARD.encode([byte; 32]).into(),
        }
    }

    #[test]
    fn a_new_key_seals_and_the_old_one_still_opens() {
        let old = Sealer::new(&[key("k1", 1)]).unwrap();
        let both = Sealer::new(&[key("k2", 2), key("k1", 1)]).unwrap();
        let sealed = old.seal(b"13800000000").unwrap();
        assert_eq!(both.open(&sealed).unwrap(), b"13800000000");
        assert_eq!(
            old.open(&both.seal(b"x").unwrap()),
            Err(SealError::UnknownKey("k2".to_owned()))
        );
        let phone = Phone::parse("13800000000").unwrap();
        assert_eq!(
            old.phone_hash(&phone),
            both.phone_hash(&phone),
            "lookup survives the rotation"
        );
    }

    #[test]
    fn damage_shows() {
        let sealer = Sealer::new(&[key("k1", 1)]).unwrap();
        let mut sealed = sealer.seal(b"13800000000").unwrap();
        assert!(!sealed.windows(4).any(|w| w == b"1380"));
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!(sealer.open(&sealed), Err(SealError::Damaged));
        assert_eq!(sealer.open(&[]), Err(SealError::Damaged));
    }

    #[test]
    fn phone_numbers_are_read_as_people_write_them() {
        for text in [
            "13812345678",
            "+86 138 1234 5678",
            "86-138-1234-5678",
            "13812345678.0",
            "１３８１２３４５６７８",
            "008613812345678",
        ] {
            assert_eq!(
                Phone::parse(text).map(|p| p.masked()).as_deref(),
                Some("138****5678"),
                "{text}"
            );
        }
        for text in ["", "1381234567", "23812345678", "1381234567a", "138123456789"] {
            assert!(Phone::parse(text).is_none(), "{text}");
        }
        assert_eq!(
            format!("{:?}", Phone::parse("13812345678").unwrap()),
            "138****5678"
        );
    }
}

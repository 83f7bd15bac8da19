//! The keys of the tree. They come from the configuration, never from the database.

use anyhow::Context as _;
use hmac::{Hmac, Mac};
use merkle::{Checkpoint, SigningKey, VerifyingKey};
use sha2::Sha256;

use crate::config::AuditConfig;
use crate::event_seal::EventSeals;

/// The signing key, its predecessors' public keys, and the seals.
pub struct TreeKeys {
    signing: SigningKey,
    known: Vec<VerifyingKey>,
    pub seals: EventSeals,
    pub origin: String,
}

impl TreeKeys {
    pub fn new(config: &AuditConfig) -> anyhow::Result<Self> {
        let secrets = config.secrets();
        let mut keys = Vec::new();
        for secret in &secrets {
            keys.push(SigningKey::from_seed(&config.origin, &seed(secret)?)?);
        }
        let known = keys.iter().map(SigningKey::verifying_key).collect();
        let signing = keys.into_iter().next().context("there is no audit key")?;
        Ok(Self {
            signing,
            known,
            seals: EventSeals::new(&secrets),
            origin: config.origin.clone(),
        })
    }

    /// Returns the public key that verifies checkpoints.
    #[must_use]
    pub fn public(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }

    #[must_use]
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        self.signing.sign(&checkpoint.text())
    }

    /// Reads a checkpoint that one of the keys has signed. Returns `None` if none has.
    #[must_use]
    pub fn open(&self, note: &str) -> Option<Checkpoint> {
        let text = self.known.iter().find_map(|key| key.open(note).ok())?;
        Checkpoint::parse(text).filter(|checkpoint| checkpoint.origin == self.origin)
    }
}

fn seed(secret: &[u8; 32]) -> anyhow::Result<[u8; 32]> {
    let mac = Hmac::<Sha256>::new_from_slice(secret)?;
    Ok(mac
        .chain_update(b"zhitong checkpoint key v1")
        .finalize()
        .into_bytes()
        .into())
}

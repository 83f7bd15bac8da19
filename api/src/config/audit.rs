//! The keys of the record's Merkle tree, and where its checkpoints go.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

use super::{CheckpointMailConfig, DataKey, Vars};

const KEY_BYTES: usize = 32;

/// Settings of the Merkle tree.
#[derive(Clone, Debug)]
pub struct AuditConfig {
    /// First the key that signs and seals, then older keys whose seals still hold.
    keys: Vec<SecretString>,
    /// The name of the log in its checkpoints.
    pub origin: String,
    /// The folder that gets every checkpoint.
    pub checkpoint_dir: PathBuf,
    /// A timestamp authority (RFC 3161) that countersigns checkpoints.
    pub timestamp_url: Option<String>,
    /// Mails every checkpoint; `None` mails none.
    pub mail: Option<CheckpointMailConfig>,
}

impl AuditConfig {
    /// The secrets, the newest first: those stated, else one that follows from the oldest data key.
    #[must_use]
    pub fn secrets(&self) -> Vec<[u8; KEY_BYTES]> {
        self.keys
            .iter()
            .filter_map(|key| decode(key.expose_secret()))
            .collect()
    }
}

fn decode(key: &str) -> Option<[u8; KEY_BYTES]> {
    STANDARD.decode(key.trim()).ok()?.try_into().ok()
}

impl Vars<'_> {
    pub(super) fn audit(&mut self, data_dir: &std::path::Path, data_keys: &[DataKey]) -> AuditConfig {
        let name = "ZHITONG_AUDIT_KEY";
        let stated = self.optional(name).or_else(|| self.key_file());
        let mut keys: Vec<SecretString> = Vec::new();
        for key in stated.iter().flat_map(|text| text.split(',')).map(str::trim) {
            if decode(key).is_none() {
                self.fault(
                    name,
                    "must be base64 of exactly 32 bytes, several separated by commas, the newest first; \
                     make one with: openssl rand -base64 32",
                );
            }
            keys.push(key.to_owned().into());
        }
        if keys.is_empty() {
            // A later data key changes nothing: seals and signatures follow from the first.
            keys.extend(data_keys.last().map(|key| key.key.clone()));
        }
        let origin = self.text("ZHITONG_AUDIT_ORIGIN", "zhitong/audit");
        if origin.contains(|c: char| c.is_whitespace() || c == '+') {
            self.fault(
                "ZHITONG_AUDIT_ORIGIN",
                "must have no blanks and no `+`, e.g. zhitong.example.cn/audit",
            );
        }
        let timestamp_url = self.optional("ZHITONG_TIMESTAMP_URL");
        if let Some(url) = &timestamp_url {
            self.check_url("ZHITONG_TIMESTAMP_URL", url);
        }
        AuditConfig {
            keys,
            origin,
            checkpoint_dir: self
                .optional("ZHITONG_CHECKPOINT_DIR")
                .map_or_else(|| data_dir.join("checkpoints"), PathBuf::from),
            timestamp_url,
            mail: self.checkpoint_mail(),
        }
    }

    fn key_file(&mut self) -> Option<String> {
        let name = "ZHITONG_AUDIT_KEY_FILE";
        let path = self.optional(name)?;
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(error) => {
                self.fault(name, &format!("{path} cannot be read ({error})"));
                None
            }
        }
    }
}

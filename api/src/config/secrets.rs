//! The variables that are secrets: each is checked for its strength, and none has a default.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;

use super::vars::Vars;
use super::{
    DATA_KEY_BYTES, DataKey, MIN_PASSPHRASE_CHARS, MIN_SECRET_CHARS, SAMPLE_DATA_KEY, SAMPLE_JWT_SECRET,
};

impl Vars<'_> {
    pub(super) fn jwt_secret(&mut self) -> SecretString {
        let secret = self.required("JWT_SECRET", "make one with: openssl rand -base64 48");
        if secret == SAMPLE_JWT_SECRET {
            self.fault(
                "JWT_SECRET",
                "is the sample's; make your own with: openssl rand -base64 48",
            );
        } else if !secret.is_empty() && secret.chars().count() < MIN_SECRET_CHARS {
            self.fault(
                "JWT_SECRET",
                "is weak: at least 32 characters; make one with: openssl rand -base64 48",
            );
        }
        secret.into()
    }

    pub(super) fn backup_passphrase(&mut self) -> Option<SecretString> {
        let passphrase = self.optional("ZHITONG_BACKUP_PASSPHRASE")?;
        if passphrase.chars().count() < MIN_PASSPHRASE_CHARS {
            let wanted = format!("is weak: at least {MIN_PASSPHRASE_CHARS} characters");
            self.fault("ZHITONG_BACKUP_PASSPHRASE", &wanted);
        }
        Some(passphrase.into())
    }

    pub(super) fn hotline_secret(&mut self) -> Option<SecretString> {
        let secret = self.optional("HOTLINE_SECRET")?;
        if secret.chars().count() < MIN_SECRET_CHARS {
            self.fault(
                "HOTLINE_SECRET",
                "is weak: at least 32 characters; make one with: openssl rand -base64 48",
            );
        }
        Some(secret.into())
    }

    /// A number that people dial: digits, with hyphens between them.
    pub(super) fn relay_number(&mut self) -> Option<String> {
        let number = self.optional("ZHITONG_RELAY_NUMBER")?;
        if !number.chars().all(|c| c.is_ascii_digit() || c == '-') {
            self.fault("ZHITONG_RELAY_NUMBER", "must be digits, such as 0371-12345");
        }
        Some(number)
    }

    pub(super) fn data_keys(&mut self) -> Vec<DataKey> {
        let text = self.required("DATA_KEY", "make one with: echo k1:$(openssl rand -base64 32)");
        if text == SAMPLE_DATA_KEY {
            self.fault(
                "DATA_KEY",
                "is the sample's; make your own with: echo k1:$(openssl rand -base64 32)",
            );
        }
        let mut keys = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((id, key)) = part.split_once(':') else {
                self.fault(
                    "DATA_KEY",
                    "must be id:base64, several separated by commas, the newest first",
                );
                continue;
            };
            let fits = STANDARD
                .decode(key)
                .is_ok_and(|bytes| bytes.len() == DATA_KEY_BYTES);
            if !fits || id.is_empty() || id.len() > 16 {
                self.fault("DATA_KEY", "each key must be id:base64 of exactly 32 bytes");
                continue;
            }
            keys.push(DataKey {
                id: id.to_owned(),
                key: key.to_owned().into(),
            });
        }
        keys
    }
}

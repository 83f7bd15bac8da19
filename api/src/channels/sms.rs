//! The part of a provider of text messages that all of them have: account, address, classes of its codes.

use secrecy::SecretString;

use crate::channels::channel::{ChannelError, host_of, http_client};
use crate::clock::Clock;
use crate::config::SmsConfig;

/// A provider of text messages.
pub(super) struct Provider {
    /// Path of its stand-in.
    pub name: &'static str,
    pub live_base: &'static str,
    /// Beginnings of the codes of frequency limits and of its own faults: a later attempt may succeed.
    pub passing: &'static [&'static str],
}

impl Provider {
    /// Frequency limits and faults of the provider pass; everything else does not.
    pub fn classified(&self, code: String) -> ChannelError {
        if self.passing.iter().any(|prefix| code.starts_with(prefix)) {
            ChannelError::Later(code)
        } else {
            ChannelError::Refused(code)
        }
    }
}

/// The configured account with a provider.
pub(super) struct SmsAccount {
    pub http: reqwest::Client,
    pub base: String,
    pub host: String,
    pub key_id: String,
    pub key_secret: SecretString,
    pub sign: String,
    pub clock: Clock,
}

impl SmsAccount {
    /// `own` is the address of this process's sandbox.
    pub fn of(provider: &Provider, config: &SmsConfig, own: &str, clock: Clock) -> anyhow::Result<Self> {
        let base = config.base.clone().unwrap_or_else(|| match config.sandbox {
            true => format!("{own}/sms/{}", provider.name),
            false => provider.live_base.to_owned(),
        });
        Ok(Self {
            http: http_client(&base)?,
            host: host_of(&base)?,
            base,
            key_id: config.key_id.clone(),
            key_secret: config.key_secret.clone(),
            sign: config.sign.clone(),
            clock,
        })
    }
}

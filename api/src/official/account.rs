//! The account's client. It is a WeChat client of its own: tokens of two accounts never mix.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::channels::Channels;
use crate::clock::Clock;
use crate::config::WeChatConfig;
use crate::error::{Error, Result};
use crate::official::channel::TemplateChannel;
use crate::wechat::WeChat;

/// The official account; empty if none is configured.
#[derive(Clone)]
pub struct OfficialAccount(Option<WeChat>);

impl OfficialAccount {
    pub fn new(config: &WeChatConfig, own_address: SocketAddr, clock: Clock) -> anyhow::Result<Self> {
        let Some(official) = &config.official else {
            return Ok(Self(None));
        };
        let config = WeChatConfig {
            app_id: official.app_id.clone(),
            app_secret: official.app_secret.clone(),
            ..config.clone()
        };
        Ok(Self(Some(WeChat::new(&config, own_address, clock)?)))
    }

    /// Returns the client.
    ///
    /// # Errors
    /// 404 if no account is configured.
    pub fn client(&self) -> Result<&WeChat> {
        self.0.as_ref().ok_or_else(Error::not_found)
    }

    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.0.is_some()
    }

    /// Adds template messages to the channels. `mini_program` is the app id that they open.
    #[must_use]
    pub fn add_channel(&self, channels: Channels, mini_program: &str) -> Channels {
        match &self.0 {
            None => channels,
            Some(account) => {
                let channel = TemplateChannel::new(account.clone(), mini_program.to_owned());
                channels.with_official(Arc::new(channel))
            }
        }
    }
}

//! The configured channels.

use std::net::SocketAddr;
use std::sync::Arc;

use entity::kinds::SecondChannel;

use crate::channels::aliyun::AliyunSms;
use crate::channels::channel::Channel;
use crate::channels::tencent::TencentSms;
use crate::channels::wecom::WeCom;
use crate::clock::Clock;
use crate::config::{ChannelsConfig, SmsProvider};

/// The configured channels.
#[derive(Clone, Default)]
pub struct Channels {
    sms: Option<Arc<dyn Channel>>,
    wecom: Option<Arc<dyn Channel>>,
    official: Option<Arc<dyn Channel>>,
}

impl Channels {
    /// Creates the clients. `own_address` is this process's address, where the stand-in is.
    pub fn new(config: &ChannelsConfig, own_address: SocketAddr, clock: &Clock) -> anyhow::Result<Self> {
        let own = format!("http://{own_address}/sandbox");
        let mut channels = Self::default();
        if let Some(sms) = &config.sms {
            channels.sms = Some(match sms.provider {
                SmsProvider::Tencent => {
                    Arc::new(TencentSms::new(sms, &own, clock.clone())?) as Arc<dyn Channel>
                }
                SmsProvider::Aliyun => Arc::new(AliyunSms::new(sms, &own, clock.clone())?),
            });
        }
        if let Some(wecom) = &config.wecom {
            channels.wecom = Some(Arc::new(WeCom::new(wecom, &own, clock.clone())?));
        }
        Ok(channels)
    }

    /// Adds the channel of the official account.
    #[must_use]
    pub fn with_official(mut self, channel: Arc<dyn Channel>) -> Self {
        self.official = Some(channel);
        self
    }

    /// Returns the channel if it is configured.
    #[must_use]
    pub fn get(&self, kind: SecondChannel) -> Option<&dyn Channel> {
        match kind {
            SecondChannel::Sms => self.sms.as_deref(),
            SecondChannel::Wecom => self.wecom.as_deref(),
            SecondChannel::Official => self.official.as_deref(),
        }
    }
}

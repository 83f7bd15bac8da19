//! One interface to all channels.

use anyhow::Context as _;
use async_trait::async_trait;

use crate::sealing::OpenId;

/// A message to one person. A channel reads the fields that it needs.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Mainland mobile number, eleven digits.
    pub phone: String,
    /// The provider's id of the approved text, for text messages.
    pub template: String,
    /// Names and values of the template's variables, in its order.
    pub parameters: Vec<(String, String)>,
    pub title: String,
    pub text: String,
    /// Opens the mini-program; may be empty.
    pub link: String,
    /// The page in the mini-program with its query; may be empty.
    pub page: String,
    /// The person's openid at the official account, if they follow it.
    pub follower: Option<OpenId>,
    /// Our id of the send, echoed by providers.
    pub reference: String,
}

/// The provider took the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub message_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// The provider did not take it; a repetition does not help.
    #[error("refused: {0}")]
    Refused(String),
    /// The person is not on this channel: they do not follow the account. An ordinary end.
    #[error("not following: {0}")]
    NotFollowing(String),
    /// The provider did not take it now: a limit, or it is out of order.
    #[error("not now: {0}")]
    Later(String),
    /// No response arrived: the message may be out.
    #[error("no response")]
    Unknown,
}

impl ChannelError {
    /// Classifies a failed HTTP exchange. Without a connection nothing was sent.
    #[must_use]
    pub fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() {
            Self::Later("unreachable".to_owned())
        } else {
            Self::Unknown
        }
    }
}

/// A way to reach a person.
#[async_trait]
pub trait Channel: Send + Sync {
    /// Sends once; never repeats.
    async fn send(&self, message: &OutgoingMessage) -> Result<Receipt, ChannelError>;
}

/// An HTTP client with the time limits of a text.
pub(super) fn http_client(base: &str) -> anyhow::Result<reqwest::Client> {
    let mut http = reqwest::Client::builder()
        .connect_timeout(std::time::Duration::from_secs(3))
        .timeout(std::time::Duration::from_secs(8))
        .redirect(reqwest::redirect::Policy::none());
    if base.starts_with("http://") {
        http = http.no_proxy();
    }
    http.build().context("the HTTP client")
}

/// The host of a base address, as its requests name it.
pub(super) fn host_of(base: &str) -> anyhow::Result<String> {
    let url = url::Url::parse(base).context("the base address")?;
    let host = url.host_str().context("the base address has no host")?;
    Ok(url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

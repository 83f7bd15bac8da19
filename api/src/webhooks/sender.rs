//! One call to a receiver: no redirects, a short time-out, and no private address unless the configuration allows it. The
//! resolved address is checked when it is connected to, so a name that changes in between helps nobody.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::retry::CallResult;
use super::signature::{Secret, header};
use super::target::{self, TargetFault};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// From the first byte sent to the head of the answer; its body is not read.
const TIMEOUT: Duration = Duration::from_secs(15);
const USER_AGENT: &str = concat!("zhitong-webhooks/", env!("CARGO_PKG_VERSION"));

/// Makes calls. Clones share one connection pool.
#[derive(Clone)]
pub struct Sender {
    http: reqwest::Client,
    allow_private: bool,
}

/// A message to be sent.
pub struct Message<'a> {
    pub url: &'a str,
    pub id: &'a str,
    /// Seconds since 1970.
    pub timestamp: i64,
    pub body: &'a str,
    /// The newest first.
    pub secrets: &'a [Secret],
}

impl Sender {
    /// # Errors
    /// When the HTTP client cannot be built.
    pub fn new(allow_private: bool) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(USER_AGENT)
            .dns_resolver(Arc::new(Resolver { allow_private }))
            .build()
            .context("the webhooks' HTTP client")?;
        Ok(Self { http, allow_private })
    }

    /// Checks the URL of a new endpoint.
    ///
    /// # Errors
    /// The first [`TargetFault`] found.
    pub fn validate(&self, url: &str) -> Result<(), TargetFault> {
        target::validate(url, self.allow_private).map(|_| ())
    }

    /// Sends once. Never repeats, never follows.
    pub async fn send(&self, message: &Message<'_>) -> CallResult {
        // Checked again: the configuration may be stricter than when the endpoint was created.
        let Ok(url) = target::validate(message.url, self.allow_private) else {
            return CallResult::Unreachable {
                reason: "address not allowed".to_owned(),
            };
        };
        let signature = header(message.secrets, message.id, message.timestamp, message.body);
        let answer = self
            .http
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", message.id)
            .header("webhook-timestamp", message.timestamp.to_string())
            .header("webhook-signature", signature)
            .body(message.body.to_owned())
            .send()
            .await;
        match answer {
            Ok(answer) => match answer.status() {
                status if status.is_success() => CallResult::Delivered {
                    status: status.as_u16(),
                },
                reqwest::StatusCode::GONE => CallResult::Gone,
                status => CallResult::Refused {
                    status: status.as_u16(),
                },
            },
            Err(error) => CallResult::Unreachable {
                reason: reason(&error).to_owned(),
            },
        }
    }
}

/// The reason in one word; the error itself may hold the address.
fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connection failed"
    } else {
        "request failed"
    }
}

/// Resolves names and leaves out addresses that may not be called.
struct Resolver {
    allow_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found
                .filter(|address| allow_private || target::is_public(address.ip()))
                .collect();
            if allowed.is_empty() {
                return Err("the name has no address that may be called".into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

//! One call to a receiver: no redirects, a short time-out, and no private address unless the configuration allows it.
//!
//! The resolved address is checked at the moment of the connection, so a name that changes in between (DNS rebinding)
//! is refused.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use entity::kinds::CallFault;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::retry::CallResult;
use super::signature::{Secret, header};
use super::target::{self, TargetFault};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time limit from the first byte sent to the head of the response; its body is not read.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Time limit for a whole list of another system.
const LIST_TIMEOUT: Duration = Duration::from_secs(120);
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
    /// Newest first.
    pub secrets: &'a [Secret],
}

/// Why a file was not fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchFault {
    /// The address is malformed, private, or not https.
    NotAllowed,
    TooLarge,
    /// No connection, a private address behind the name, or a response other than the file.
    Unreachable,
}

impl Sender {
    /// # Errors
    /// The HTTP client cannot be built.
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

    /// Fetches a file, under the same rules as a call: https, no redirect, no private address.
    /// # Errors
    /// See [`FetchFault`].
    pub async fn fetch(&self, url: &str, max_bytes: usize) -> Result<Bytes, FetchFault> {
        let url = target::validate(url, self.allow_private).map_err(|_| FetchFault::NotAllowed)?;
        read(self.http.get(url), max_bytes).await
    }

    /// Fetches another system's list like [`Sender::fetch`], with its token as `Authorization: Bearer` and within 120 s.
    ///
    /// # Errors
    /// See [`FetchFault`].
    pub async fn fetch_list(
        &self,
        url: &str,
        token: Option<&str>,
        max_bytes: usize,
    ) -> Result<Bytes, FetchFault> {
        let url = target::validate(url, self.allow_private).map_err(|_| FetchFault::NotAllowed)?;
        let mut request = self.http.get(url).timeout(LIST_TIMEOUT);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        read(request, max_bytes).await
    }

    /// Checks the URL of a new endpoint.
    ///
    /// # Errors
    /// The first [`TargetFault`] found.
    pub fn validate(&self, url: &str) -> Result<(), TargetFault> {
        target::validate(url, self.allow_private).map(|_| ())
    }

    /// Sends once, without repetition and without following redirects.
    pub async fn send(&self, message: &Message<'_>) -> CallResult {
        // Checked again: the configuration may be stricter than when the endpoint was created.
        let Ok(url) = target::validate(message.url, self.allow_private) else {
            return CallResult::Unreachable(CallFault::AddressNotAllowed);
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
            Err(error) => CallResult::Unreachable(fault(&error)),
        }
    }
}

async fn read(request: reqwest::RequestBuilder, max_bytes: usize) -> Result<Bytes, FetchFault> {
    let answer = request.send().await;
    let mut answer = answer
        .ok()
        .filter(|answer| answer.status().is_success())
        .ok_or(FetchFault::Unreachable)?;
    let mut bytes = BytesMut::new();
    while let Some(part) = answer.chunk().await.map_err(|_| FetchFault::Unreachable)? {
        if bytes.len() + part.len() > max_bytes {
            return Err(FetchFault::TooLarge);
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.freeze())
}

/// The error itself is not kept, because it may contain the address.
fn fault(error: &reqwest::Error) -> CallFault {
    if error.is_timeout() {
        CallFault::Timeout
    } else if error.is_connect() {
        CallFault::ConnectionFailed
    } else {
        CallFault::RequestFailed
    }
}

/// Resolves names and leaves out forbidden addresses.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A name is checked by its addresses at the moment of the connection, not by the form of the URL.
    #[tokio::test]
    async fn a_name_with_a_private_address_is_not_connected_to() {
        let resolve = async |allow_private| {
            let name: Name = "localhost".parse().unwrap();
            Resolver { allow_private }
                .resolve(name)
                .await
                .map(Iterator::count)
        };
        assert!(resolve(true).await.unwrap() > 0);
        assert!(resolve(false).await.is_err());
    }
}

//! Requests as a client from outside makes them: by the public address, with short time limits, following no redirect.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use reqwest::header::DATE;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);
/// More of an answer is not read.
const MAX_BYTES: usize = 64 * 1024;

/// An answer, as much of it as the check needs.
pub(super) struct Reply {
    pub(super) status: u16,
    /// The server's clock, in whole seconds.
    pub(super) date: Option<DateTime<Utc>>,
    pub(super) body: Bytes,
}

/// Gets a page; `None` if there is no answer.
pub(super) async fn get(url: &str) -> Option<Reply> {
    let mut client = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none());
    if url.starts_with("http://") {
        // A server without a certificate is on this machine or near it.
        client = client.no_proxy();
    }
    let mut answer = client.build().ok()?.get(url).send().await.ok()?;
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let mut body = Vec::new();
    while let Ok(Some(part)) = answer.chunk().await {
        body.extend_from_slice(&part);
        if body.len() > MAX_BYTES {
            break;
        }
    }
    Some(Reply {
        status: answer.status().as_u16(),
        date: date.map(|date| date.with_timezone(&Utc)),
        body: body.into(),
    })
}

//! One HTTP client for all calls: time-outs, a bound on calls in flight, a circuit for each endpoint, and
//! the reading of answers by their content (the content type of WeChat's errors means nothing).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use reqwest::{Method, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::clock::Clock;
use crate::wechat::circuit::{Circuit, CircuitState};
use crate::wechat::error::{CallError, RefusedCall};
use crate::wechat::lenient;

/// Maximum number of concurrent calls; further ones wait briefly and then fail as busy.
const IN_FLIGHT: usize = 64;
const PERMIT_TIMEOUT: Duration = Duration::from_millis(500);
/// A mini-program code of 1280 px is below 1 MiB; lists of templates are far smaller.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// Shorter than any server keeps an idle connection: sending on one that is just being closed would leave
/// us without an answer.
const POOL_IDLE: Duration = Duration::from_secs(4);

#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    pub connect: Duration,
    /// From the first byte sent to the last byte of the answer.
    pub total: Duration,
}

pub struct Transport {
    http: reqwest::Client,
    base: String,
    clock: Clock,
    circuits: Mutex<HashMap<&'static str, Circuit>>,
    permits: Semaphore,
}

/// An outgoing request. The query holds secrets and tokens, so this type has no `Debug`.
pub struct WeChatRequest<'a> {
    pub path: &'static str,
    pub query: &'a [(&'a str, &'a str)],
    /// None is a GET.
    pub body: Option<&'a Value>,
}

impl Transport {
    pub fn new(base: String, timeouts: Timeouts, clock: Clock) -> anyhow::Result<Self> {
        let mut http = reqwest::Client::builder()
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.total)
            .pool_idle_timeout(POOL_IDLE)
            .redirect(reqwest::redirect::Policy::none());
        if base.starts_with("http://") {
            // A stand-in is on this machine or near it; WeChat itself may be behind the office's proxy.
            http = http.no_proxy();
        }
        let http = http.build().context("WeChat's HTTP client")?;
        Ok(Self {
            http,
            base,
            clock,
            circuits: Mutex::default(),
            permits: Semaphore::new(IN_FLIGHT),
        })
    }

    /// Sends once and reads the answer with `read`. Never repeats.
    pub async fn send<T>(
        &self,
        outgoing: &WeChatRequest<'_>,
        read: impl FnOnce(Bytes) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let _place = self.place().await?;
        if !self.circuit(outgoing.path, |circuit| circuit.allow_call(self.clock.now())) {
            return Err(CallError::Unavailable);
        }
        let outcome = match self.fetch(outgoing).await {
            Ok(body) => read(body),
            Err(error) => Err(error),
        };
        let now = self.clock.now();
        match &outcome {
            Err(CallError::Unavailable | CallError::TimedOut | CallError::Unreadable { .. }) => {
                self.circuit(outgoing.path, |circuit| circuit.on_failure(now));
            }
            _ => self.circuit(outgoing.path, Circuit::on_success),
        }
        if let Err(error) = &outcome {
            tracing::debug!(endpoint = outgoing.path, error = %error, "wechat call failed");
        }
        outcome
    }

    /// Returns the state of the circuit of this endpoint.
    pub fn room(&self, path: &'static str) -> CircuitState {
        let now = self.clock.now();
        self.circuit(path, |circuit| circuit.state(now))
    }

    async fn place(&self) -> Result<SemaphorePermit<'_>, CallError> {
        tokio::time::timeout(PERMIT_TIMEOUT, self.permits.acquire())
            .await
            .map_err(|_| CallError::Busy)?
            .map_err(|_| CallError::Unavailable)
    }

    fn circuit<T>(&self, path: &'static str, with: impl FnOnce(&mut Circuit) -> T) -> T {
        let mut circuits = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        with(circuits.entry(path).or_default())
    }

    async fn fetch(&self, outgoing: &WeChatRequest<'_>) -> Result<Bytes, CallError> {
        let method = if outgoing.body.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let mut request = self
            .http
            .request(method, format!("{}{}", self.base, outgoing.path))
            .query(outgoing.query);
        if let Some(body) = outgoing.body {
            request = request.json(body);
        }
        let answer = request.send().await.map_err(|error| classify_error(&error))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(CallError::Unreadable {
                status: status.as_u16(),
            });
        }
        read_all(answer).await
    }
}

async fn read_all(mut answer: Response) -> Result<Bytes, CallError> {
    let status = answer.status().as_u16();
    let mut body = BytesMut::new();
    while let Some(part) = answer.chunk().await.map_err(|_| CallError::TimedOut)? {
        body.extend_from_slice(&part);
        if body.len() > MAX_ANSWER_BYTES {
            return Err(CallError::Unreadable { status });
        }
    }
    Ok(body.freeze())
}

/// Forgets everything but the kind: a `reqwest::Error` prints the whole address, secret included.
fn classify_error(error: &reqwest::Error) -> CallError {
    if error.is_connect() || error.is_builder() {
        CallError::Unavailable
    } else {
        CallError::TimedOut
    }
}

#[derive(Deserialize)]
struct Envelope {
    /// Absent when all is well on some endpoints.
    #[serde(default, deserialize_with = "lenient::integer")]
    errcode: i64,
    #[serde(default, deserialize_with = "lenient::text")]
    errmsg: String,
}

/// Reads JSON, whatever its content type said.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, CallError> {
    let unreadable = |_| CallError::Unreadable { status: 200 };
    let envelope: Envelope = serde_json::from_slice(body).map_err(unreadable)?;
    match envelope.errcode {
        0 => serde_json::from_slice(body).map_err(unreadable),
        -1 => Err(CallError::Busy),
        errcode => Err(CallError::Refused(RefusedCall::new(errcode, &envelope.errmsg))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Token {
        access_token: String,
    }

    #[test]
    fn success_needs_no_errcode() {
        let token: Token = json(br#"{"access_token":"t","expires_in":7200}"#).unwrap();
        assert_eq!(token.access_token, "t");
    }

    #[test]
    fn refusals_are_told_from_busy_and_from_rubbish() {
        let read = |body: &str| json::<Token>(body.as_bytes()).unwrap_err();
        assert_eq!(read(r#"{"errcode":-1,"errmsg":"system error"}"#), CallError::Busy);
        assert_eq!(
            read(r#"{"errcode":"40029","errmsg":"invalid code, rid: a-b"}"#),
            CallError::Refused(RefusedCall::new(40029, "rid: a-b"))
        );
        for rubbish in ["<html>502</html>", "", "[]", r#"{"errcode":0}"#] {
            assert_eq!(read(rubbish), CallError::Unreadable { status: 200 }, "{rubbish}");
        }
    }

    #[tokio::test]
    async fn no_error_shows_the_address_or_what_is_in_it() {
        let timeouts = Timeouts {
            connect: Duration::from_millis(300),
            total: Duration::from_millis(300),
        };
        // Port 9 of the loopback interface: nobody listens there.
        let transport = Transport::new("http://127.0.0.1:9".to_owned(), timeouts, Clock::real()).unwrap();
        let outgoing = WeChatRequest {
            path: "/sns/jscode2session",
            query: &[("secret", "TOPSECRET")],
            body: None,
        };
        let error = transport.send(&outgoing, |_| Ok(())).await.unwrap_err();
        assert_eq!(error, CallError::Unavailable);
        let shown = format!("{error} {error:?} {:?}", crate::error::Error::from(error.clone()));
        assert!(
            !shown.contains("TOPSECRET") && !shown.contains("127.0.0.1"),
            "{shown}"
        );
    }

    #[tokio::test]
    async fn after_failures_in_a_row_the_answer_comes_at_once() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let timeouts = Timeouts {
            connect: Duration::from_millis(100),
            total: Duration::from_millis(100),
        };
        let transport = Transport::new(base, timeouts, Clock::real()).unwrap();
        let outgoing = WeChatRequest {
            path: "/x",
            query: &[],
            body: None,
        };
        // Connections are taken by the kernel and never answered: WeChat hangs.
        for _ in 0..crate::wechat::circuit::FAILURES_TO_OPEN {
            let error = transport.send(&outgoing, |_| Ok(())).await.unwrap_err();
            assert_eq!(error, CallError::TimedOut);
        }
        let started = std::time::Instant::now();
        let error = transport.send(&outgoing, |_| Ok(())).await.unwrap_err();
        assert_eq!(error, CallError::Unavailable);
        assert!(started.elapsed() < Duration::from_millis(50));
    }
}

//! The product's side of WeChat's server API. The same code runs against WeChat and against the sandbox;
//! only the base address differs. What can be asked is in `calls/`.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::config::{MiniProgramState, WeChatConfig, WeChatMode};
use crate::wechat::circuit::CircuitState;
use crate::wechat::error::CallError;
use crate::wechat::lenient;
use crate::wechat::token::{self, Token, TokenCache};
use crate::wechat::transport::{self, Timeouts, Transport, WeChatRequest};

/// Where WeChat's server API is.
pub const LIVE_BASE: &str = "https://api.weixin.qq.com";
const STABLE_TOKEN: &str = "/cgi-bin/stable_token";

/// A handle; all clones share connections, token and circuits.
#[derive(Clone)]
pub struct WeChat(Arc<Inner>);

struct Inner {
    transport: Transport,
    tokens: TokenCache,
    app_id: String,
    app_secret: SecretString,
    state: MiniProgramState,
    clock: Clock,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    /// The remaining lifetime in seconds.
    #[serde(deserialize_with = "lenient::integer")]
    expires_in: i64,
}

impl WeChat {
    /// Creates the client. `own_address` is this process's address: in sandbox mode the stand-in is there.
    pub fn new(config: &WeChatConfig, own_address: SocketAddr, clock: Clock) -> anyhow::Result<Self> {
        let base = match (&config.api_base, config.mode) {
            (Some(base), _) => base.clone(),
            (None, WeChatMode::Live) => LIVE_BASE.to_owned(),
            (None, WeChatMode::Sandbox) => {
                format!("http://{}/sandbox/wechat", reachable(own_address))
            }
        };
        let timeouts = Timeouts {
            connect: config.connect_timeout,
            total: config.timeout,
        };
        Ok(Self(Arc::new(Inner {
            transport: Transport::new(base, timeouts, clock.clone())?,
            tokens: TokenCache::default(),
            app_id: config.app_id.clone(),
            app_secret: config.app_secret.clone(),
            state: config.miniprogram_state,
            clock,
        })))
    }

    /// Proves that WeChat gives this account an access token.
    /// # Errors
    /// If it does not, or cannot be reached.
    pub async fn check_account(&self) -> Result<(), CallError> {
        self.token().await.map(|_| ())
    }

    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.0.app_id
    }

    /// The version of the mini-program that messages, codes and links open.
    pub(in crate::wechat) fn state(&self) -> MiniProgramState {
        self.0.state
    }

    pub(in crate::wechat) fn app_secret(&self) -> &str {
        self.0.app_secret.expose_secret()
    }

    /// Sends without a token, once.
    pub(in crate::wechat) async fn call_without_token<T: DeserializeOwned>(
        &self,
        outgoing: &WeChatRequest<'_>,
    ) -> Result<T, CallError> {
        self.0
            .transport
            .send(outgoing, |body| transport::json(&body))
            .await
    }

    /// Sends with the access token and reads JSON; no body is a GET.
    pub(in crate::wechat) async fn call<T: DeserializeOwned>(
        &self,
        path: &'static str,
        body: Option<&Value>,
    ) -> Result<T, CallError> {
        self.call_with(path, body, |body| transport::json(&body)).await
    }

    /// Sends with the access token. A token that WeChat no longer takes is replaced and the call repeated,
    /// once; WeChat has not carried out what it refuses for its token.
    pub(in crate::wechat) async fn call_with<T>(
        &self,
        path: &'static str,
        body: Option<&Value>,
        read: impl Fn(Bytes) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let token = self.token().await?;
        let refused = match self.send(path, &token, body, &read).await {
            Err(CallError::Refused(refused)) if refused.is_stale_token() => refused,
            done => return done,
        };
        self.0.tokens.forget(&token).await;
        let fresh = self.token().await?;
        if token::same(&fresh, &token) {
            // Somebody else uses `/cgi-bin/token` with force, or the secret is not ours alone.
            tracing::error!(errcode = refused.errcode, "fresh access token rejected");
            return Err(CallError::Refused(refused));
        }
        self.send(path, &fresh, body, &read).await
    }

    /// Returns the state of the circuit of `path`. Without a token no call is possible.
    pub(in crate::wechat) fn circuit_of(&self, path: &'static str) -> CircuitState {
        match self.0.transport.room(STABLE_TOKEN) {
            closed @ CircuitState::OpenUntil(_) => closed,
            CircuitState::Closed | CircuitState::HalfOpen => self.0.transport.room(path),
        }
    }

    async fn send<T>(
        &self,
        path: &'static str,
        token: &SecretString,
        body: Option<&Value>,
        read: impl FnOnce(Bytes) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let outgoing = WeChatRequest {
            path,
            query: &[("access_token", token.expose_secret())],
            body,
        };
        self.0.transport.send(&outgoing, read).await
    }

    async fn token(&self) -> Result<SecretString, CallError> {
        self.0.tokens.get(self.0.clock.now(), || self.fetch_token()).await
    }

    async fn fetch_token(&self) -> Result<Token, CallError> {
        let body = json!({
            "grant_type": "client_credential",
            "appid": self.app_id(),
            "secret": self.app_secret(),
            "force_refresh": false,
        });
        let outgoing = WeChatRequest {
            path: STABLE_TOKEN,
            query: &[],
            body: Some(&body),
        };
        let answer: TokenAnswer = self.call_without_token(&outgoing).await.inspect_err(|error| {
            tracing::warn!(error = %error, "access token request failed");
        })?;
        Ok(Token::new(
            answer.access_token,
            answer.expires_in,
            self.0.clock.now(),
        ))
    }
}

/// Returns an address to call for one that is listened on: a wildcard address cannot be called.
#[must_use]
pub fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        return SocketAddr::from(([127, 0, 0, 1], address.port()));
    }
    address
}

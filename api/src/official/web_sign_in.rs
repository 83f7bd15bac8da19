//! Who opens a web page inside WeChat (`snsapi_base`).
//!
//! WeChat asks nobody for consent and tells only the openid at the account, so it finds people who follow the account.
//! Off unless `WECHAT_OA_WEB_SIGN_IN` is set.
//!
//! The page sends the browser to WeChat with a random state; a cookie holds the state, sealed, for five minutes. WeChat
//! sends the browser back with a code, which works once, and the state.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::app::App;
use crate::config::WeChatMode;
use crate::error::{Error, ErrorKind, Refusal, Result};
use crate::official::OfficialAccount;
use crate::official::followers::{self, Match, Named};
use crate::sealing::{OpenId, Sealer};

/// The time for WeChat's redirects.
pub const LIFE: TimeDelta = TimeDelta::minutes(5);
const LIVE_BASE: &str = "https://open.weixin.qq.com";
/// Keeps it apart from everything else that is sealed under the same keys.
const PURPOSE: &str = "web sign-in state v1";
/// Far above the longest cookie and WeChat's codes.
const MAX_CHARS: usize = 1024;

/// A round trip that has begun.
pub struct Begun {
    /// Where the browser is sent.
    pub address: String,
    /// The value of the cookie.
    pub held: String,
}

/// The return from WeChat, with the cookie of the browser.
#[derive(Clone, Copy)]
pub struct Return<'a> {
    /// The path of the page.
    pub page: &'a str,
    pub code: &'a str,
    pub state: &'a str,
    pub held: Option<&'a str>,
}

#[derive(Deserialize, Serialize)]
struct Held {
    purpose: String,
    page: String,
    state: String,
    until: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    State,
    Code,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::State => "web_sign_in_state_invalid",
            Self::Code => "web_sign_in_code_invalid",
        }
    }

    fn detail(&self) -> String {
        "页面已过期，请重新扫码。".to_owned()
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Forbidden
    }
}

/// Returns `true` if pages ask who opens them.
#[must_use]
pub fn is_on(app: &App) -> bool {
    let official = app.config.wechat.official.as_ref();
    official.is_some_and(|official| official.web_sign_in)
}

/// Begins a round trip for the page at this path of the product.
pub fn begin(app: &App, page: &str, now: DateTime<Utc>) -> Result<Begun> {
    let account = app.state::<OfficialAccount>().client()?;
    let state = hex::encode(rand::random::<[u8; 16]>());
    let base = match app.config.wechat.mode {
        WeChatMode::Live => LIVE_BASE.to_owned(),
        WeChatMode::Sandbox => format!("{}/sandbox/official", app.config.public_url),
    };
    let redirect = format!("{}{page}", app.config.public_url);
    // WeChat compares the link with a pattern: the order of the parameters and the fragment are part of it.
    let parameters = [
        ("appid", account.app_id()),
        ("redirect_uri", redirect.as_str()),
        ("response_type", "code"),
        ("scope", "snsapi_base"),
        ("state", state.as_str()),
    ];
    let mut address = Url::parse_with_params(&format!("{base}/connect/oauth2/authorize"), parameters)
        .map_err(anyhow::Error::from)?;
    address.set_fragment(Some("wechat_redirect"));
    let held = Held {
        purpose: PURPOSE.to_owned(),
        page: page.to_owned(),
        state,
        until: (now + LIFE).timestamp(),
    };
    let plain = serde_json::to_vec(&held).map_err(anyhow::Error::from)?;
    let sealed = app.state::<Sealer>().seal(&plain).map_err(anyhow::Error::from)?;
    Ok(Begun {
        address: address.into(),
        held: URL_SAFE_NO_PAD.encode(sealed),
    })
}

/// Ends a round trip. Returns `None` if WeChat names nobody who is known here.
///
/// # Errors
/// 403 for another state, page or browser than the one that began, after five minutes, and for a code that was used.
pub async fn finish(app: &App, back: Return<'_>, now: DateTime<Utc>) -> Result<Option<Match>> {
    let held = back.held.and_then(|held| open(app.state::<Sealer>(), held));
    let held = held
        .filter(|held| held.state == back.state && held.page == back.page && now.timestamp() < held.until);
    if held.is_none() {
        return Err(Refused::State.into());
    }
    if back.code.is_empty() || back.code.len() > MAX_CHARS {
        return Err(Refused::Code.into());
    }
    let account = app.state::<OfficialAccount>().client()?;
    let identity = account.web_identity(back.code).await;
    let identity = identity.map_err(|error| match error.errcode() {
        Some(40_029 | 40_163) => Error::from(Refused::Code),
        _ => error.into(),
    })?;
    if identity.is_snapshotuser == 1 {
        return Ok(None);
    }
    let named = Named {
        openid: OpenId::new(identity.openid),
        unionid: identity.unionid,
    };
    followers::person_of(app, &named).await
}

fn open(sealer: &Sealer, text: &str) -> Option<Held> {
    if text.len() > MAX_CHARS {
        return None;
    }
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let plain = sealer.open(&sealed).ok()?;
    let held: Held = serde_json::from_slice(&plain).ok()?;
    (held.purpose == PURPOSE).then_some(held)
}

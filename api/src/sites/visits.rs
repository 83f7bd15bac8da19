//! A resident's identity: a device, known only by a keyed hash.
//!
//! The mini-program proves it with a login code; a browser is identified by its network address. A visit is not stored:
//! it is issued encrypted and returned with each request.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::sealing::{OpenId, Sealer};
use crate::wechat::WeChat;

/// WeChat checks content of people who used the mini-program within two hours.
pub const LIFE: TimeDelta = TimeDelta::hours(2);

#[derive(Clone, Debug)]
pub enum Device {
    /// WeChat says who it is.
    Known(OpenId),
    /// Only where it calls from.
    Address(String),
}

impl Device {
    #[must_use]
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// Returns the openid for WeChat's content check, if known.
    #[must_use]
    pub fn openid(&self) -> Option<&OpenId> {
        match self {
            Self::Known(openid) => Some(openid),
            Self::Address(_) => None,
        }
    }

    /// Returns the keyed hash of the device, the only stored trace.
    #[must_use]
    pub fn hash(&self, sealer: &Sealer) -> String {
        match self {
            Self::Known(openid) => sealer.hash("device openid", openid.expose()),
            Self::Address(address) => sealer.hash("device address", address),
        }
    }
}

#[derive(Deserialize, Serialize)]
struct Sealed {
    openid: String,
    until: i64,
}

/// Begins a visit with a code of `wx.login`. If WeChat does not respond, the client continues without a visit.
pub async fn begin(app: &App, login_code: &str, now: DateTime<Utc>) -> Result<String> {
    let session = app.state::<WeChat>().session_of_code(login_code).await;
    let session = session.map_err(|error| match error.errcode() {
        Some(40029 | 40163 | 40226) => Error::refused(
            ErrorKind::Rule,
            "login_code_invalid",
            "登录凭证已失效，请重新进入页面。",
        ),
        _ => error.into(),
    })?;
    let sealed = Sealed {
        openid: session.openid,
        until: (now + LIFE).timestamp(),
    };
    let text = serde_json::to_vec(&sealed).map_err(anyhow::Error::from)?;
    let sealed = app.state::<Sealer>().seal(&text).map_err(anyhow::Error::from)?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// Returns the device of a request. An expired visit is refused, so that the client begins another.
pub fn device(app: &App, visit: Option<&str>, address: String, now: DateTime<Utc>) -> Result<Device> {
    let Some(visit) = visit else {
        return Ok(Device::Address(address));
    };
    let over = || Error::refused(ErrorKind::Rule, "visit_over", "页面停留太久，请重新扫码。");
    let sealed = URL_SAFE_NO_PAD.decode(visit).map_err(|_| over())?;
    let text = app.state::<Sealer>().open(&sealed).map_err(|_| over())?;
    let sealed: Sealed = serde_json::from_slice(&text).map_err(|_| over())?;
    if sealed.until <= now.timestamp() {
        return Err(over());
    }
    Ok(Device::Known(OpenId::new(sealed.openid)))
}

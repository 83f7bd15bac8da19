//! WeChat's events about the account, in plain or secure mode: who follows and who leaves. The answer is `success` at once.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::app::App;
use crate::error::Result;
use crate::official::followers;
use crate::sealing::OpenId;
use crate::wechat::push::service::{AddressCheckQuery, PushAccount, PushQuery, PushRefused};

fn account(app: &App) -> Result<PushAccount<'_>> {
    let official = app.config.wechat.official.as_ref();
    let official = official.ok_or(PushRefused::NotConfigured)?;
    PushAccount::new(
        &official.app_id,
        &official.push_token,
        official.push_aes_key.as_ref(),
    )
}

/// Answers WeChat's check of our address.
pub fn echo(app: &App, check: AddressCheckQuery) -> Result<String> {
    account(app)?.echo(check)
}

/// Takes an event. Events of other kinds are ignored.
pub async fn receive(app: &App, stamp: &PushQuery, bytes: &[u8]) -> Result<()> {
    let now = app.clock.now();
    let fields = account(app)?.read(stamp, bytes, now)?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let openid = OpenId::new(text("FromUserName"));
    if openid.expose().is_empty() {
        return Err(PushRefused::Malformed.into());
    }
    let at = created_at(&fields).unwrap_or(now).min(now);
    match text("Event") {
        "subscribe" => followers::follow(app, &openid, at).await,
        "unsubscribe" => followers::leave(app, &openid, at).await,
        _ => Ok(()),
    }
}

/// WeChat's time of the event, which orders events: a text in XML, a number in JSON.
fn created_at(fields: &Map<String, Value>) -> Option<DateTime<Utc>> {
    let seconds = match fields.get("CreateTime")? {
        Value::String(text) => text.parse().ok()?,
        other => other.as_i64()?,
    };
    DateTime::from_timestamp(seconds, 0)
}

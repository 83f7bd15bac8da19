//! Takes a push in: is it from WeChat, what does it say, keep it, answer at once. The work is a job's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::db;
use crate::error::{Error, ErrorKind, Refusal, Result};
use crate::jobs::queue::{self, NewJob};
use crate::sealing::Sealer;
use crate::wechat::push::envelope::AesKey;
use crate::wechat::push::event::{self, PushEvent};
use crate::wechat::push::{body, signature, store};

/// The job that works on a stored push, given its number.
pub struct HandlePush;

/// Older ones are replays: WeChat's own three tries are over within seconds.
const MAX_AGE: TimeDelta = TimeDelta::minutes(10);
/// The event of the console's debugging page; the one push that gets an answer in words.
const DEBUG_EVENT: &str = "debug_demo";

/// The query parameters of WeChat's check of an address.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AddressCheckQuery {
    #[serde(default)]
    pub signature: String,
    #[serde(default)]
    pub timestamp: String,
    #[serde(default)]
    pub nonce: String,
    #[serde(default)]
    pub echostr: String,
}

/// The query parameters of a push.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PushQuery {
    #[serde(default)]
    pub signature: String,
    #[serde(default)]
    pub timestamp: String,
    #[serde(default)]
    pub nonce: String,
    #[serde(default)]
    pub msg_signature: String,
}

#[derive(Debug, PartialEq, Eq)]
pub enum PushRefused {
    /// No token is configured: there is nothing here.
    NotConfigured,
    /// Not from WeChat, or not for us; nothing more is said.
    Signature,
    Malformed,
}

impl Refusal for PushRefused {
    fn code(&self) -> &'static str {
        match self {
            Self::NotConfigured => "not_found",
            Self::Signature => "bad_signature",
            Self::Malformed => "malformed_push",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotConfigured => "没有启用消息推送。",
            Self::Signature => "签名不正确。",
            Self::Malformed => "内容无法读取。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotConfigured => ErrorKind::NotFound,
            Self::Signature => ErrorKind::Forbidden,
            Self::Malformed => ErrorKind::Malformed,
        }
    }
}

/// An account whose pushes are received: the mini-program or the official account.
pub struct PushAccount<'a> {
    app_id: &'a str,
    token: &'a SecretString,
    key: Option<AesKey>,
}

impl<'a> PushAccount<'a> {
    /// `key` is the account's `EncodingAESKey`; without it pushes are plain.
    pub fn new(app_id: &'a str, token: &'a SecretString, key: Option<&SecretString>) -> Result<Self> {
        let key = key.map(|key| AesKey::parse(key.expose_secret())).transpose();
        Ok(Self {
            app_id,
            token,
            key: key.map_err(anyhow::Error::from)?,
        })
    }

    /// Answers WeChat's check of our address: the echo, if the check is signed.
    pub fn echo(&self, check: AddressCheckQuery) -> Result<String> {
        let parts = [self.token.expose_secret(), &check.timestamp, &check.nonce];
        if !signature::is_signed(&parts, &check.signature) {
            return Err(PushRefused::Signature.into());
        }
        Ok(check.echostr)
    }

    /// Reads a push: signed, for this account, and not older than ten minutes.
    pub fn read(&self, stamp: &PushQuery, bytes: &[u8], now: DateTime<Utc>) -> Result<Map<String, Value>> {
        let fields = match &self.key {
            Some(key) => self.open_sealed(key, stamp, bytes)?,
            None => self.open_plain(stamp, bytes)?,
        };
        if is_recent(&stamp.timestamp, now) {
            Ok(fields)
        } else {
            Err(PushRefused::Signature.into())
        }
    }

    /// Plain mode: the signature covers the query only, which is why secure mode is the one to use.
    fn open_plain(&self, stamp: &PushQuery, bytes: &[u8]) -> Result<Map<String, Value>> {
        let parts = [self.token.expose_secret(), &stamp.timestamp, &stamp.nonce];
        if !signature::is_signed(&parts, &stamp.signature) {
            return Err(PushRefused::Signature.into());
        }
        body::read(bytes).map_err(|_| PushRefused::Malformed.into())
    }

    /// Opens a push in secure mode. Fields beside the envelope (compatible mode) are not signed and are ignored.
    fn open_sealed(&self, key: &AesKey, stamp: &PushQuery, bytes: &[u8]) -> Result<Map<String, Value>> {
        let outer = body::read(bytes).map_err(|_| PushRefused::Malformed)?;
        let encrypt = outer.get("Encrypt").and_then(Value::as_str).unwrap_or_default();
        let parts = [
            self.token.expose_secret(),
            &stamp.timestamp,
            &stamp.nonce,
            encrypt,
        ];
        if !signature::is_signed(&parts, &stamp.msg_signature) {
            return Err(PushRefused::Signature.into());
        }
        let inner = key.open(encrypt, self.app_id).map_err(|broken| {
            tracing::warn!(error = %broken, "signed push unreadable");
            Error::from(PushRefused::Signature)
        })?;
        body::read(&inner).map_err(|_| PushRefused::Malformed.into())
    }
}

/// The mini-program's account.
fn account(app: &App) -> Result<PushAccount<'_>> {
    let config = &app.config.wechat;
    let token = config.push_token.as_ref().ok_or(PushRefused::NotConfigured)?;
    PushAccount::new(&config.app_id, token, config.push_aes_key.as_ref())
}

/// Answers WeChat's check of our address: the echo, if the check is signed.
pub fn echo(app: &App, check: AddressCheckQuery) -> Result<String> {
    account(app)?.echo(check)
}

/// Stores a push and gives what to answer. A repeat is answered the same and stored once.
pub async fn receive(app: &App, stamp: &PushQuery, bytes: &[u8]) -> Result<String> {
    let account = account(app)?;
    let now = app.clock.now();
    let fields = account.read(stamp, bytes, now)?;
    store(app, &fields, now).await?;
    match &account.key {
        Some(key) if fields.get("Event").is_some_and(|name| name == DEBUG_EVENT) => {
            debug_reply(app, account.token, key, stamp, body::Format::of(bytes))
        }
        _ => Ok("success".to_owned()),
    }
}

/// Returns the event of a stored push. Returns `None` if it has been handled already.
pub async fn open(app: &App, id: i64) -> Result<Option<PushEvent>> {
    let Some(payload) = store::unhandled(&app.db, id).await? else {
        return Ok(None);
    };
    let sealed = payload.get("sealed").and_then(Value::as_str).unwrap_or_default();
    let sealed = STANDARD.decode(sealed).map_err(anyhow::Error::from)?;
    let text = app
        .state::<Sealer>()
        .open_text(&sealed)
        .map_err(anyhow::Error::from)?;
    let fields = serde_json::from_str(&text).map_err(anyhow::Error::from)?;
    Ok(Some(PushEvent::read(&fields)))
}

/// Marks the push as handled.
pub async fn mark_handled(app: &App, id: i64) -> Result<()> {
    store::mark_handled(&app.db, id, app.clock.now()).await
}

fn is_recent(timestamp: &str, now: DateTime<Utc>) -> bool {
    let sent = timestamp
        .parse()
        .ok()
        .and_then(|at| DateTime::from_timestamp(at, 0));
    sent.is_some_and(|sent| (now - sent).abs() <= MAX_AGE)
}

/// The push and the job that handles it, in one transaction. It names a person, so it is sealed.
async fn store(app: &App, fields: &Map<String, Value>, now: DateTime<Utc>) -> Result<()> {
    let text = Value::Object(fields.clone()).to_string();
    let sealed = app
        .state::<Sealer>()
        .seal(text.as_bytes())
        .map_err(anyhow::Error::from)?;
    let payload = json!({ "sealed": STANDARD.encode(sealed) });
    let txn = db::write(&app.db).await?;
    if let Some(id) = store::insert(&txn, &event::dedupe_key(fields), payload, now).await? {
        let job = NewJob::of::<HandlePush>(&id, now)?;
        queue::enqueue(&txn, job, now).await?;
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

fn debug_reply(
    app: &App,
    token: &SecretString,
    key: &AesKey,
    stamp: &PushQuery,
    format: body::Format,
) -> Result<String> {
    let message = match format {
        body::Format::Json => r#"{"demo_resp":"good luck"}"#,
        body::Format::Xml => "<xml><demo_resp><![CDATA[good luck]]></demo_resp></xml>",
    };
    let sealed = key
        .seal(rand::random(), message.as_bytes(), &app.config.wechat.app_id)
        .map_err(anyhow::Error::from)?;
    let (timestamp, nonce) = (app.clock.now().timestamp(), &stamp.nonce);
    let signed = signature::sign(&[token.expose_secret(), &timestamp.to_string(), nonce, &sealed]);
    Ok(match format {
        body::Format::Json => json!({
            "Encrypt": sealed, "MsgSignature": signed, "TimeStamp": timestamp, "Nonce": nonce,
        })
        .to_string(),
        body::Format::Xml => format!(
            "<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{signed}]]></MsgSignature>\
             <TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{}]]></Nonce></xml>",
            nonce.replace("]]>", "")
        ),
    })
}

//! Sends events to the product's own `/wechat/push`, over HTTP and signed, as WeChat does.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::config::WeChatConfig;
use crate::wechat::push::body::Format;
use crate::wechat::push::envelope::AesKey;
use crate::wechat::push::signature;

/// WeChat gives up on an answer after this, and tries again.
const PATIENCE: Duration = Duration::from_secs(5);
const TRIES: u32 = 3;
const BETWEEN_TRIES: Duration = Duration::from_secs(1);

/// A defect of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushDefect {
    WrongSignature,
    WrongAppId,
    /// Sent twice.
    Duplicate,
    /// Signed an hour ago.
    Old,
}

/// How a push looks.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub is_sealed: bool,
    pub format: Format,
    pub flaw: Option<PushDefect>,
}

pub struct Pusher {
    http: reqwest::Client,
    url: String,
    token: Option<SecretString>,
    key: Option<AesKey>,
    app_id: String,
}

/// The product's response.
#[derive(Debug, Serialize)]
pub struct Pushed {
    pub status: u16,
    pub body: String,
}

impl Pusher {
    pub fn new(config: &WeChatConfig, own_address: SocketAddr) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let key = config.push_aes_key.as_ref();
        let key = key.map(|key| AesKey::parse(key.expose_secret())).transpose();
        Ok(Self {
            http,
            url: format!("http://127.0.0.1:{}/wechat/push", own_address.port()),
            token: config.push_token.clone(),
            key: key.context("WECHAT_PUSH_AES_KEY")?,
            app_id: config.app_id.clone(),
        })
    }

    /// Whether pushes are sealed when nothing else is said.
    pub fn seals(&self) -> bool {
        self.key.is_some()
    }

    /// Pushes as configured, up to three times, the first before this returns. Without a push token nothing
    /// is pushed.
    pub async fn push(&self, event: &Value, timestamp: i64) {
        if self.token.is_none() {
            return;
        }
        let shape = Shape {
            is_sealed: self.key.is_some(),
            format: Format::Json,
            flaw: None,
        };
        for attempt in 1..=TRIES {
            match self.push_once(event, timestamp, shape).await {
                Ok(pushed) if pushed.status == 200 => return,
                Ok(pushed) => tracing::warn!(attempt, status = pushed.status, "sandbox push rejected"),
                Err(error) => tracing::warn!(attempt, error = %error, "sandbox push failed"),
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
    }

    /// Pushes once in a given shape.
    pub async fn push_once(&self, event: &Value, timestamp: i64, shape: Shape) -> anyhow::Result<Pushed> {
        let token = self.token.as_ref().context("WECHAT_PUSH_TOKEN is not set")?;
        let timestamp = match shape.flaw {
            Some(PushDefect::Old) => timestamp - 3600,
            _ => timestamp,
        }
        .to_string();
        let nonce = rand::random::<u32>().to_string();
        let mut body = written(event, shape.format);
        let mut signed = String::new();
        if shape.is_sealed {
            let key = self.key.as_ref().context("WECHAT_PUSH_AES_KEY is not set")?;
            let owner = match shape.flaw {
                Some(PushDefect::WrongAppId) => "wxsomebodyelse0000",
                _ => &self.app_id,
            };
            let sealed = key.seal(rand::random(), body.as_bytes(), owner)?;
            signed = signature::sign(&[token.expose_secret(), &timestamp, &nonce, &sealed]);
            body = written(
                &json!({ "ToUserName": "gh_sandbox", "Encrypt": sealed }),
                shape.format,
            );
        }
        let mut plainly_signed = signature::sign(&[token.expose_secret(), &timestamp, &nonce]);
        if shape.flaw == Some(PushDefect::WrongSignature) {
            signed = signature::sign(&[&signed]);
            plainly_signed = signature::sign(&[&plainly_signed]);
        }
        let query = [
            ("signature", plainly_signed.as_str()),
            ("timestamp", &timestamp),
            ("nonce", &nonce),
            ("msg_signature", &signed),
        ];
        let sends = if shape.flaw == Some(PushDefect::Duplicate) {
            2
        } else {
            1
        };
        let mut answer = self.send(&query, &body).await?;
        for _ in 1..sends {
            answer = self.send(&query, &body).await?;
        }
        Ok(answer)
    }

    async fn send(&self, query: &[(&str, &str)], body: &str) -> anyhow::Result<Pushed> {
        let request = self.http.post(&self.url).query(query).body(body.to_owned());
        let answer = request.send().await.map_err(reqwest::Error::without_url)?;
        Ok(Pushed {
            status: answer.status().as_u16(),
            body: answer.text().await.map_err(reqwest::Error::without_url)?,
        })
    }

    /// Whether something is to be had at this address.
    pub async fn can_fetch(&self, url: &str) -> bool {
        let answer = self.http.get(url).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }
}

fn written(value: &Value, format: Format) -> String {
    match format {
        Format::Json => value.to_string(),
        Format::Xml => {
            let mut text = String::new();
            element(&mut text, "xml", &in_wrapper(value));
            text
        }
    }
}

/// In XML the list of a subscribe event is in an element of the event's name.
fn in_wrapper(value: &Value) -> Value {
    let wrapper = match value.get("Event").and_then(Value::as_str) {
        Some("subscribe_msg_popup_event") => "SubscribeMsgPopupEvent",
        Some("subscribe_msg_change_event") => "SubscribeMsgChangeEvent",
        Some("subscribe_msg_sent_event") => "SubscribeMsgSentEvent",
        _ => return value.clone(),
    };
    let mut fields = value.as_object().cloned().unwrap_or_default();
    if let Some(list) = fields.remove("List") {
        fields.insert(wrapper.to_owned(), json!({ "List": list }));
    }
    fields.into()
}

fn element(text: &mut String, name: &str, value: &Value) {
    match value {
        Value::Array(list) => list.iter().for_each(|one| element(text, name, one)),
        Value::Object(fields) => {
            text.push_str(&format!("<{name}>"));
            for (field, value) in fields {
                element(text, field, value);
            }
            text.push_str(&format!("</{name}>"));
        }
        Value::String(words) => text.push_str(&format!("<{name}><![CDATA[{words}]]></{name}>")),
        other => text.push_str(&format!("<{name}>{other}</{name}>")),
    }
}

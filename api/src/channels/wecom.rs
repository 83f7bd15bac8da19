//! Application messages of WeCom (企业微信): the member is found by phone number, the message is a text card.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::channels::channel::{Channel, ChannelError, OutgoingMessage, Receipt, http_client};
use crate::clock::Clock;
use crate::config::WeComConfig;

const LIVE_BASE: &str = "https://qyapi.weixin.qq.com";
/// A token is renewed this much before its end.
const TOKEN_MARGIN_SECS: i64 = 120;
const TITLE_CHARS: usize = 64;
const TEXT_CHARS: usize = 170;

pub struct WeCom {
    http: reqwest::Client,
    base: String,
    corp_id: String,
    agent_id: i64,
    secret: SecretString,
    clock: Clock,
    token: Mutex<Option<(SecretString, DateTime<Utc>)>>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    errcode: i64,
    access_token: Option<String>,
    expires_in: Option<i64>,
    userid: Option<String>,
    msgid: Option<String>,
    #[serde(default)]
    invaliduser: String,
}

impl WeCom {
    pub fn new(config: &WeComConfig, own: &str, clock: Clock) -> anyhow::Result<Self> {
        let base = config.base.clone().unwrap_or_else(|| {
            if config.sandbox {
                format!("{own}/wecom")
            } else {
                LIVE_BASE.to_owned()
            }
        });
        Ok(Self {
            http: http_client(&base)?,
            base,
            corp_id: config.corp_id.clone(),
            agent_id: config.agent_id,
            secret: config.secret.clone(),
            clock,
            token: Mutex::new(None),
        })
    }

    async fn token(&self) -> Result<SecretString, ChannelError> {
        let now = self.clock.now();
        let mut held = self.token.lock().await;
        if let Some((token, until)) = held.as_ref()
            && *until > now
        {
            return Ok(token.clone());
        }
        let query = [
            ("corpid", self.corp_id.as_str()),
            ("corpsecret", self.secret.expose_secret()),
        ];
        let request = self.http.get(format!("{}/cgi-bin/gettoken", self.base));
        // Nothing is sent to anybody yet, so a lost response is harmless.
        let answer = fetch(request.query(&query)).await.map_err(|error| match error {
            ChannelError::Unknown => ChannelError::Later("no token".to_owned()),
            other => other,
        })?;
        let token = answer
            .access_token
            .ok_or_else(|| ChannelError::Later("no token".to_owned()))?;
        let life = answer.expires_in.unwrap_or(0) - TOKEN_MARGIN_SECS;
        let token = SecretString::from(token);
        *held = Some((token.clone(), now + TimeDelta::seconds(life.max(1))));
        Ok(token)
    }

    async fn forget_token(&self) {
        *self.token.lock().await = None;
    }

    /// Calls with the token; once more with a new one if WeCom no longer takes it, since it has done nothing then.
    async fn call(&self, path: &str, body: &Value) -> Result<Answer, ChannelError> {
        match self.post(path, body).await {
            Err(ChannelError::Refused(code)) if ["40014", "42001"].contains(&code.as_str()) => {
                self.forget_token().await;
                self.post(path, body).await
            }
            done => done,
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Answer, ChannelError> {
        let token = self.token().await?;
        let request = self
            .http
            .post(format!("{}{path}", self.base))
            .query(&[("access_token", token.expose_secret())])
            .json(body);
        fetch(request).await
    }

    async fn member(&self, phone: &str) -> Result<String, ChannelError> {
        let body = json!({ "mobile": phone });
        let answer = self.call("/cgi-bin/user/getuserid", &body).await;
        let answer = answer.map_err(|error| match error {
            ChannelError::Unknown => ChannelError::Later("no member".to_owned()),
            other => other,
        })?;
        answer
            .userid
            .ok_or_else(|| ChannelError::Refused("no member".to_owned()))
    }
}

async fn fetch(request: reqwest::RequestBuilder) -> Result<Answer, ChannelError> {
    let sent = request.send().await.map_err(|error| ChannelError::of(&error))?;
    let answer: Answer = sent.json().await.map_err(|_| ChannelError::Unknown)?;
    match answer.errcode {
        0 => Ok(answer),
        // busy, frequency limits
        code @ (-1 | 45009 | 45033) => Err(ChannelError::Later(code.to_string())),
        code => Err(ChannelError::Refused(code.to_string())),
    }
}

#[async_trait]
impl Channel for WeCom {
    async fn send(&self, message: &OutgoingMessage) -> Result<Receipt, ChannelError> {
        let member = self.member(&message.phone).await?;
        let cut = |text: &str, limit: usize| text.chars().take(limit).collect::<String>();
        let body = json!({
            "touser": member,
            "msgtype": "textcard",
            "agentid": self.agent_id,
            "textcard": {
                "title": cut(&message.title, TITLE_CHARS),
                "description": cut(&message.text, TEXT_CHARS),
                "url": message.link,
                "btntxt": "查看",
            },
            "enable_duplicate_check": 1,
        });
        let answer = self.call("/cgi-bin/message/send", &body).await?;
        if answer.invaliduser.split('|').any(|user| user == member) {
            return Err(ChannelError::Refused("81013".to_owned()));
        }
        let message_id = answer.msgid;
        Ok(Receipt { message_id })
    }
}

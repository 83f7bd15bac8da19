//! Text messages by Aliyun: `SendSms` of 2017-05-25, with the parameters in the body so that no address names a phone.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::SecondsFormat;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::channels::aliyun_signature::{Acs3Request, authorization, digest, form};
use crate::channels::channel::{Channel, ChannelError, OutgoingMessage, Receipt};
use crate::channels::sms::{Provider, SmsAccount};
use crate::clock::Clock;
use crate::config::SmsConfig;

const PROVIDER: Provider = Provider {
    name: "aliyun",
    live_base: "https://dysmsapi.aliyuncs.com/",
    passing: &[
        "isv.BUSINESS_LIMIT_CONTROL",
        "isp.SYSTEM_ERROR",
        "Throttling",
        "ServiceUnavailable",
        "InternalError",
    ],
};
const ACTION: &str = "SendSms";
const VERSION: &str = "2017-05-25";
const FORM: &str = "application/x-www-form-urlencoded";

pub struct AliyunSms {
    account: SmsAccount,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    code: String,
    #[serde(default)]
    biz_id: String,
}

impl AliyunSms {
    pub fn new(config: &SmsConfig, own: &str, clock: Clock) -> anyhow::Result<Self> {
        Ok(Self {
            account: SmsAccount::of(&PROVIDER, config, own, clock)?,
        })
    }

    fn body(&self, message: &OutgoingMessage) -> String {
        let values: Map<String, Value> = message
            .parameters
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        let fields = [
            ("PhoneNumbers", message.phone.clone()),
            ("SignName", self.account.sign.clone()),
            ("TemplateCode", message.template.clone()),
            ("TemplateParam", Value::Object(values).to_string()),
            ("OutId", message.reference.clone()),
        ];
        form(&fields.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn headers(&self, body: &str) -> BTreeMap<String, String> {
        let date = self
            .account
            .clock
            .now()
            .to_rfc3339_opts(SecondsFormat::Secs, true);
        let headers = [
            ("content-type", FORM.to_owned()),
            ("host", self.account.host.clone()),
            ("x-acs-action", ACTION.to_owned()),
            ("x-acs-content-sha256", digest(body)),
            ("x-acs-date", date),
            ("x-acs-signature-nonce", hex::encode(rand::random::<[u8; 16]>())),
            ("x-acs-version", VERSION.to_owned()),
        ];
        headers.map(|(name, value)| (name.to_owned(), value)).into()
    }
}

#[async_trait]
impl Channel for AliyunSms {
    async fn send(&self, message: &OutgoingMessage) -> Result<Receipt, ChannelError> {
        let body = self.body(message);
        let headers = self.headers(&body);
        let request = Acs3Request {
            query: &BTreeMap::new(),
            headers: &headers,
            body: &body,
        };
        let account = &self.account;
        let signed = authorization(&request, &account.key_id, account.key_secret.expose_secret());
        let mut post = account.http.post(&account.base).header("Authorization", signed);
        for (name, value) in headers.iter().filter(|(name, _)| *name != "host") {
            post = post.header(name, value);
        }
        let sent = post.body(body).send().await;
        let sent = sent.map_err(|error| ChannelError::of(&error))?;
        let answer: Answer = sent.json().await.map_err(|_| ChannelError::Unknown)?;
        outcome(answer)
    }
}

fn outcome(answer: Answer) -> Result<Receipt, ChannelError> {
    let Answer { code, biz_id } = answer;
    if code == "OK" {
        let message_id = Some(biz_id).filter(|id| !id.is_empty());
        return Ok(Receipt { message_id });
    }
    Err(PROVIDER.classified(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_pass_and_refusals_do_not() {
        let read = |code: &str| {
            outcome(Answer {
                code: code.to_owned(),
                biz_id: "9006".to_owned(),
            })
        };
        assert_eq!(read("OK").unwrap().message_id.as_deref(), Some("9006"));
        assert!(matches!(
            read("isv.BUSINESS_LIMIT_CONTROL"),
            Err(ChannelError::Later(_))
        ));
        assert!(matches!(read("Throttling.User"), Err(ChannelError::Later(_))));
        for code in [
            "isv.MOBILE_NUMBER_ILLEGAL",
            "SignatureDoesNotMatch",
            "isv.SMS_TEMPLATE_ILLEGAL",
        ] {
            assert!(matches!(read(code), Err(ChannelError::Refused(_))), "{code}");
        }
    }
}

//! Text messages by Tencent Cloud: `SendSms` of 2021-01-11.

use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;

use async_trait::async_trait;

use crate::channels::channel::{Channel, ChannelError, OutgoingMessage, Receipt};
use crate::channels::sms::{Provider, SmsAccount};
use crate::channels::tencent_signature::{CONTENT_TYPE, Tc3Request, authorization};
use crate::clock::Clock;
use crate::config::SmsConfig;

const PROVIDER: Provider = Provider {
    name: "tencent",
    live_base: "https://sms.tencentcloudapi.com/",
    passing: &["LimitExceeded", "RequestLimitExceeded", "InternalError"],
};
pub const SERVICE: &str = "sms";
pub const ACTION: &str = "SendSms";
const VERSION: &str = "2021-01-11";

pub struct TencentSms {
    account: SmsAccount,
    app_id: String,
    region: String,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Response")]
    response: Answer,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    error: Option<Fault>,
    #[serde(default)]
    send_status_set: Vec<SendStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fault {
    code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendStatus {
    #[serde(default)]
    serial_no: String,
    code: String,
}

impl TencentSms {
    pub fn new(config: &SmsConfig, own: &str, clock: Clock) -> anyhow::Result<Self> {
        Ok(Self {
            account: SmsAccount::of(&PROVIDER, config, own, clock)?,
            app_id: config.app_id.clone(),
            region: config.region.clone(),
        })
    }

    async fn post(&self, body: String) -> Result<Answer, ChannelError> {
        let account = &self.account;
        let now = account.clock.now();
        let request = Tc3Request {
            service: SERVICE,
            host: &account.host,
            action: ACTION,
            body: &body,
            at: now,
        };
        let signed = authorization(&request, &account.key_id, account.key_secret.expose_secret());
        let sent = account
            .http
            .post(&account.base)
            .header("Authorization", signed)
            .header("Content-Type", CONTENT_TYPE)
            .header("X-TC-Action", ACTION)
            .header("X-TC-Version", VERSION)
            .header("X-TC-Region", &self.region)
            .header("X-TC-Timestamp", now.timestamp().to_string())
            .body(body)
            .send()
            .await
            .map_err(|error| ChannelError::of(&error))?;
        let envelope: Envelope = sent.json().await.map_err(|_| ChannelError::Unknown)?;
        Ok(envelope.response)
    }
}

#[async_trait]
impl Channel for TencentSms {
    async fn send(&self, message: &OutgoingMessage) -> Result<Receipt, ChannelError> {
        let values: Vec<&str> = message
            .parameters
            .iter()
            .map(|(_, value)| value.as_str())
            .collect();
        let body = json!({
            "PhoneNumberSet": [format!("+86{}", message.phone)],
            "SmsSdkAppId": self.app_id,
            "SignName": self.account.sign,
            "TemplateId": message.template,
            "TemplateParamSet": values,
            "SessionContext": message.reference,
        });
        outcome(self.post(body.to_string()).await?)
    }
}

fn outcome(answer: Answer) -> Result<Receipt, ChannelError> {
    if let Some(Fault { code }) = answer.error {
        return Err(PROVIDER.classified(code));
    }
    let status = answer
        .send_status_set
        .into_iter()
        .next()
        .ok_or(ChannelError::Unknown)?;
    if status.code == "Ok" {
        let message_id = Some(status.serial_no).filter(|id| !id.is_empty());
        return Ok(Receipt { message_id });
    }
    Err(PROVIDER.classified(status.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: serde_json::Value) -> Result<Receipt, ChannelError> {
        let envelope: Envelope = serde_json::from_value(answer).unwrap();
        outcome(envelope.response)
    }

    #[test]
    fn the_first_status_or_the_error_decides() {
        let sent = read(
            json!({ "Response": { "SendStatusSet": [{ "SerialNo": "5000:1", "Code": "Ok" }], "RequestId": "r" } }),
        );
        assert_eq!(sent.unwrap().message_id.as_deref(), Some("5000:1"));
        let refused = json!({ "Response": { "SendStatusSet": [{ "SerialNo": "", "Code": "FailedOperation.ContainSensitiveWord" }] } });
        assert!(matches!(read(refused), Err(ChannelError::Refused(_))));
        let limited =
            json!({ "Response": { "SendStatusSet": [{ "Code": "LimitExceeded.PhoneNumberDailyLimit" }] } });
        assert!(matches!(read(limited), Err(ChannelError::Later(_))));
        let unsigned =
            json!({ "Response": { "Error": { "Code": "AuthFailure.SignatureFailure", "Message": "" } } });
        assert!(matches!(read(unsigned), Err(ChannelError::Refused(_))));
    }
}

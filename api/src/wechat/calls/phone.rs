//! getPhoneNumber codes.

use std::fmt;

use serde::Deserialize;
use serde_json::json;

use crate::wechat::client::WeChat;
use crate::wechat::error::{CallError, RefusedCall};
use crate::wechat::lenient;

/// A verified number. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    /// Without the country's prefix.
    pub number: String,
    /// `86` for the mainland.
    pub country_code: String,
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

#[derive(Deserialize)]
struct Answer {
    phone_info: PhoneInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhoneInfo {
    #[serde(deserialize_with = "lenient::text")]
    pure_phone_number: String,
    #[serde(deserialize_with = "lenient::text")]
    country_code: String,
    watermark: Watermark,
}

#[derive(Deserialize)]
struct Watermark {
    appid: String,
}

impl WeChat {
    /// `getuserphonenumber`. The openid is sent too, so that a code of another person is refused. 40029: invalid, old
    /// or used code, or another person's.
    pub async fn phone_number(&self, code: &str, openid: Option<&str>) -> Result<PhoneNumber, CallError> {
        let mut body = json!({ "code": code });
        if let (Some(openid), Some(fields)) = (openid, body.as_object_mut()) {
            fields.insert("openid".to_owned(), openid.into());
        }
        // The code is burnt by the first call, but a call refused for its token has not burnt it.
        let answer: Answer = self.call("/wxa/business/getuserphonenumber", Some(&body)).await?;
        let info = answer.phone_info;
        if info.watermark.appid != self.app_id() {
            return Err(CallError::Refused(RefusedCall::new(40013, "")));
        }
        Ok(PhoneNumber {
            number: info.pure_phone_number,
            country_code: info.country_code,
        })
    }
}

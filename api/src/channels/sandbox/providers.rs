//! Pure: what the providers answer to a call.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::channels::aliyun_signature::{self, Acs3Request};
use crate::channels::sandbox::store::SentMessage;
use crate::channels::tencent_signature::{self, Tc3Request};

/// The account that the stand-in knows.
pub const KEY_ID: &str = "sandbox-key";
pub const KEY_SECRET: &str = "sandbox-key-secret";
/// The only token of the stand-in's WeCom.
pub const WECOM_TOKEN: &str = "sandbox-wecom-token";

/// Headers by their names in lower case.
pub type Headers = BTreeMap<String, String>;

fn header<'a>(headers: &'a Headers, name: &str) -> &'a str {
    headers.get(name).map_or("", String::as_str)
}

fn text(body: &Value, field: &str) -> String {
    body.get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// Reads a call of Tencent Cloud's `SendSms`; the error is the provider's code.
pub fn tencent(headers: &Headers, body: &str) -> Result<SentMessage, &'static str> {
    let at: i64 = header(headers, "x-tc-timestamp")
        .parse()
        .map_err(|_| "InvalidParameter")?;
    let request = Tc3Request {
        service: "sms",
        host: header(headers, "host"),
        action: header(headers, "x-tc-action"),
        body,
        at: DateTime::<Utc>::from_timestamp(at, 0).ok_or("InvalidParameter")?,
    };
    let wanted = tencent_signature::authorization(&request, KEY_ID, KEY_SECRET);
    if header(headers, "authorization") != wanted {
        return Err("AuthFailure.SignatureFailure");
    }
    let body: Value = serde_json::from_str(body).map_err(|_| "InvalidParameter")?;
    let list = |field: &str| -> Vec<String> {
        let values = body.get(field).and_then(Value::as_array).into_iter().flatten();
        values
            .map(|value| value.as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let phone = list("PhoneNumberSet").into_iter().next().unwrap_or_default();
    let phone = phone
        .strip_prefix("+86")
        .ok_or("FailedOperation.PhoneNumberParseFail")?;
    Ok(SentMessage {
        provider: "tencent",
        phone: phone.to_owned(),
        template: text(&body, "TemplateId"),
        parameters: list("TemplateParamSet"),
        title: text(&body, "SignName"),
        text: String::new(),
        link: String::new(),
    })
}

/// Tencent Cloud's answer.
pub fn tencent_answer(outcome: Result<usize, String>) -> Value {
    match outcome {
        Ok(serial) => json!({ "Response": {
            "SendStatusSet": [{ "SerialNo": format!("5000:{serial}"), "Fee": 1, "Code": "Ok", "Message": "send success" }],
            "RequestId": "sandbox",
        } }),
        Err(code) => {
            json!({ "Response": { "Error": { "Code": code, "Message": code }, "RequestId": "sandbox" } })
        }
    }
}

/// Reads a call of Aliyun's `SendSms` from its headers and the fields of its form; the error is the provider's code.
pub fn aliyun(
    headers: &Headers,
    body: &str,
    fields: &BTreeMap<String, String>,
) -> Result<SentMessage, &'static str> {
    let given = header(headers, "authorization");
    let signed = given
        .split("SignedHeaders=")
        .nth(1)
        .and_then(|rest| rest.split(',').next())
        .ok_or("IncompleteSignature")?;
    let headers: BTreeMap<String, String> = signed
        .split(';')
        .map(|name| (name.to_owned(), header(headers, name).to_owned()))
        .collect();
    let request = Acs3Request {
        query: &BTreeMap::new(),
        headers: &headers,
        body,
    };
    if aliyun_signature::authorization(&request, KEY_ID, KEY_SECRET) != given {
        return Err("SignatureDoesNotMatch");
    }
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let values: BTreeMap<String, String> =
        serde_json::from_str(&field("TemplateParam")).map_err(|_| "isv.INVALID_JSON_PARAM")?;
    Ok(SentMessage {
        provider: "aliyun",
        phone: field("PhoneNumbers"),
        template: field("TemplateCode"),
        parameters: values
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect(),
        title: field("SignName"),
        text: String::new(),
        link: String::new(),
    })
}

/// Aliyun's answer.
pub fn aliyun_answer(outcome: Result<usize, String>) -> Value {
    match outcome {
        Ok(serial) => {
            json!({ "Code": "OK", "Message": "OK", "BizId": format!("9006{serial}"), "RequestId": "sandbox" })
        }
        Err(code) => json!({ "Code": code, "Message": code, "RequestId": "sandbox" }),
    }
}

/// Reads WeCom's `message/send` of a text card. A member's id is `u` and their phone number.
pub fn wecom(body: &Value) -> Result<SentMessage, i64> {
    let user = text(body, "touser");
    let phone = user.strip_prefix('u').ok_or(81_013)?;
    let card = body.get("textcard").cloned().unwrap_or_default();
    if text(&card, "title").is_empty() || text(&card, "description").is_empty() {
        return Err(40_058);
    }
    Ok(SentMessage {
        provider: "wecom",
        phone: phone.to_owned(),
        template: String::new(),
        parameters: Vec::new(),
        title: text(&card, "title"),
        text: text(&card, "description"),
        link: text(&card, "url"),
    })
}

//! One call to the stand-in and its result, without HTTP.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::{Value, json};

/// WeChat's usual content type; others are seen in the wild and can be asked for as a fault.
pub const JSON: &str = "application/json; encoding=utf-8";

pub struct SandboxRequest {
    pub is_post: bool,
    /// WeChat's path, e.g. `/sns/jscode2session`.
    pub path: String,
    pub query: HashMap<String, String>,
    pub body: Bytes,
}

impl SandboxRequest {
    /// A parameter of the query; empty when absent.
    pub fn param(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// The JSON body of a call that must be a POST: 43002, 44002, 47001.
    pub fn json(&self) -> Result<Value, Errcode> {
        if !self.is_post {
            return Err(Errcode(43002, "require POST method".to_owned()));
        }
        if self.body.is_empty() {
            return Err(Errcode(44002, "empty post data".to_owned()));
        }
        self.json_or(47001, "data format error")
    }

    /// The version of the mini-program that the call names. Returns `None` if it names none.
    pub fn version(&self) -> Option<String> {
        let body = serde_json::from_slice::<Value>(&self.body).ok()?;
        let fields = ["/env_version", "/jump_wxa/env_version", "/miniprogram_state"];
        let mut named = fields.iter().filter_map(|field| body.pointer(field)?.as_str());
        named.next().map(str::to_owned)
    }

    /// The JSON body, with another number for what is none.
    pub fn json_or(&self, errcode: i64, errmsg: &str) -> Result<Value, Errcode> {
        let body = serde_json::from_slice::<Value>(&self.body).ok();
        body.filter(Value::is_object)
            .ok_or_else(|| Errcode(errcode, errmsg.to_owned()))
    }
}

/// A string field; empty when absent or of another type.
pub fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Returns an integer field. Returns `None` if it is missing or of another type.
pub fn number(body: &Value, field: &str) -> Option<i64> {
    body.get(field).and_then(Value::as_i64)
}

/// WeChat's refusal: number and words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errcode(pub i64, pub String);

/// Refuses with the number and words when `wrong`.
pub fn refuse_if(wrong: bool, errcode: i64, errmsg: &str) -> Result<(), Errcode> {
    if wrong {
        return Err(Errcode(errcode, errmsg.to_owned()));
    }
    Ok(())
}

/// The side effects of a call to the stand-in.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Push(Value),
    /// Fetches the picture and then pushes what it found.
    CheckMedia {
        url: String,
        event: Value,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct SandboxResponse {
    pub reply: Reply,
    pub effects: Vec<Effect>,
    /// The recipient of the message that is being sent, until the response.
    pub sending_to: Option<String>,
}

impl From<Value> for SandboxResponse {
    fn from(value: Value) -> Self {
        Self {
            reply: Reply::json(&value),
            effects: Vec::new(),
            sending_to: None,
        }
    }
}

pub type CallResult = Result<SandboxResponse, Errcode>;

#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub body: Bytes,
    /// The connection is lost before the body is out.
    pub cut: bool,
}

impl Reply {
    pub fn json(value: &Value) -> Self {
        Self {
            status: 200,
            content_type: JSON.to_owned(),
            body: Bytes::from(value.to_string()),
            cut: false,
        }
    }

    /// Errors come with status 200 and a rid in their words.
    pub fn refused(error: &Errcode) -> Self {
        let [a, b, c]: [u32; 3] = rand::random();
        let errmsg = format!("{} rid: {a:08x}-{b:08x}-{c:08x}", error.1);
        Self::json(&json!({ "errcode": error.0, "errmsg": errmsg }))
    }

    pub fn image(content_type: &str, body: Vec<u8>) -> Self {
        Self {
            content_type: content_type.to_owned(),
            body: body.into(),
            ..Self::json(&Value::Null)
        }
    }

    /// A gateway's page.
    pub fn html(status: u16) -> Self {
        Self {
            status,
            content_type: "text/html".to_owned(),
            body: Bytes::from(format!("<html><body><h1>{status}</h1></body></html>")),
            cut: false,
        }
    }
}

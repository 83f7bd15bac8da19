//! The official account (服务号) of the stand-in.

use std::collections::{HashMap, HashSet};

use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;

use crate::wechat::sandbox::tokens::{Account, Tokens};

/// App id of the stand-in's account; its secret is the mini-program's.
pub const OFFICIAL_APP_ID: &str = "wxofficial0000000";

/// A template message that the account took.
#[derive(Clone, Debug, Serialize)]
pub struct TemplateSent {
    pub openid: String,
    pub template: String,
    pub page: String,
    pub data: Value,
}

/// A code of `snsapi_base`; it works once.
#[derive(Clone, Debug)]
pub struct WebCode {
    pub openid: String,
    pub used: bool,
}

pub struct OfficialState {
    pub account: Account,
    /// Never invalidated by those of the mini-program.
    pub tokens: Tokens,
    pub followers: HashSet<String>,
    pub menu: Vec<Value>,
    pub sent: Vec<TemplateSent>,
    /// Codes of `snsapi_base`.
    pub codes: HashMap<String, WebCode>,
    /// Who opens the account's web pages; an openid at the account.
    pub visitor: Option<String>,
    /// Whether the mini-program is linked with the account.
    pub linked: bool,
}

impl OfficialState {
    pub fn new(app_id: String, app_secret: SecretString) -> Self {
        Self {
            account: Account { app_id, app_secret },
            tokens: Tokens::default(),
            followers: HashSet::new(),
            menu: Vec::new(),
            sent: Vec::new(),
            codes: HashMap::new(),
            visitor: None,
            linked: true,
        }
    }
}

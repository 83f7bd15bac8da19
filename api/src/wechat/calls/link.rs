//! Links that open the mini-program: from a browser, a text message, an e-mail.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::wechat::client::WeChat;
use crate::wechat::error::CallError;

/// WeChat's own limit on a link's life.
pub const MAX_DAYS: u32 = 30;
/// `expire_type` 1: expires after this many days (0 would be an instant).
const EXPIRE_AFTER_DAYS: u8 = 1;

#[derive(Clone, Copy, Debug)]
pub struct LinkRequest<'a> {
    /// A page of the released mini-program, without query.
    pub path: &'a str,
    /// Up to 1024 characters.
    pub query: &'a str,
    /// 1–30.
    pub days: u32,
}

#[derive(Deserialize)]
struct Scheme {
    openlink: String,
}

#[derive(Deserialize)]
struct UrlLink {
    url_link: String,
}

impl WeChat {
    /// `generatescheme`: `weixin://…`. Android cannot open it directly; a page must redirect.
    pub async fn scheme(&self, request: LinkRequest<'_>) -> Result<String, CallError> {
        let body = json!({
            "jump_wxa": { "path": request.path, "query": request.query, "env_version": self.state().env_version() },
            "is_expire": true,
            "expire_type": EXPIRE_AFTER_DAYS,
            "expire_interval": request.days.clamp(1, MAX_DAYS),
        });
        let answer: Scheme = self.call("/wxa/generatescheme", Some(&body)).await?;
        Ok(answer.openlink)
    }

    /// `generate_urllink`: `https://wxaurl.cn/…`.
    pub async fn url_link(&self, request: LinkRequest<'_>) -> Result<String, CallError> {
        let body: Value = json!({
            "path": request.path,
            "query": request.query,
            "env_version": self.state().env_version(),
            "expire_type": EXPIRE_AFTER_DAYS,
            "expire_interval": request.days.clamp(1, MAX_DAYS),
        });
        let answer: UrlLink = self.call("/wxa/generate_urllink", Some(&body)).await?;
        Ok(answer.url_link)
    }
}

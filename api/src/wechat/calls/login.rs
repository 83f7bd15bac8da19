//! `wx.login` codes.

use std::fmt;

use serde::Deserialize;

use crate::wechat::client::WeChat;
use crate::wechat::error::CallError;
use crate::wechat::lenient;
use crate::wechat::transport::WeChatRequest;

/// The identity of a sign-in. The session key is not stored, because nothing needs it. `Debug` shows nothing.
#[derive(Clone, Deserialize)]
pub struct LoginSession {
    /// The person's id within this mini-program.
    pub openid: String,
    /// Only when the mini-program is bound to an Open Platform account.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub unionid: Option<String>,
}

impl fmt::Debug for LoginSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginSession(…)")
    }
}

impl WeChat {
    /// `jscode2session`. A code works once, so this call is never repeated: after an error the client logs in
    /// again. 40029 bad or old code, 40163 used code, 40226 blocked by WeChat, 45011 too often.
    pub async fn session_of_code(&self, code: &str) -> Result<LoginSession, CallError> {
        let outgoing = WeChatRequest {
            path: "/sns/jscode2session",
            query: &[
                ("appid", self.app_id()),
                ("secret", self.app_secret()),
                ("js_code", code),
                ("grant_type", "authorization_code"),
            ],
            body: None,
        };
        self.call_without_token(&outgoing).await
    }
}

//! The variables of WeChat's side.

use secrecy::SecretString;

use super::{Vars, WeChatConfig, WeChatMode};

impl Vars<'_> {
    pub(super) fn wechat(&mut self) -> WeChatConfig {
        let mode = match self.required("WECHAT_MODE", "say `live` or `sandbox`").as_str() {
            "live" => WeChatMode::Live,
            "sandbox" | "" => WeChatMode::Sandbox,
            _ => {
                self.fault("WECHAT_MODE", "must be `live` or `sandbox`");
                WeChatMode::Sandbox
            }
        };
        let (app_id, app_secret) = match mode {
            WeChatMode::Live => (
                self.required("WECHAT_APP_ID", "take it from the mini-program's console"),
                self.required("WECHAT_APP_SECRET", "take it from the mini-program's console"),
            ),
            WeChatMode::Sandbox => (
                self.text("WECHAT_APP_ID", "wxsandbox00000000"),
                self.text("WECHAT_APP_SECRET", "sandbox-app-secret-not-for-live-use"),
            ),
        };
        let api_base = self.optional("WECHAT_API_BASE");
        if let Some(url) = &api_base {
            self.check_url("WECHAT_API_BASE", url);
        }
        WeChatConfig {
            mode,
            app_id,
            app_secret: app_secret.into(),
            api_base: api_base.map(|url| url.trim_end_matches('/').to_owned()),
            push_token: self.optional("WECHAT_PUSH_TOKEN").map(SecretString::from),
            push_aes_key: self.push_aes_key(),
            connect_timeout: self.milliseconds("WECHAT_CONNECT_TIMEOUT_MS", "2000"),
            timeout: self.milliseconds("WECHAT_TIMEOUT_MS", "5000"),
        }
    }

    fn push_aes_key(&mut self) -> Option<SecretString> {
        let key = self.optional("WECHAT_PUSH_AES_KEY")?;
        if key.len() != 43 || !key.bytes().all(|b| b.is_ascii_alphanumeric()) {
            self.fault(
                "WECHAT_PUSH_AES_KEY",
                "must be the 43 letters and digits of EncodingAESKey",
            );
        }
        Some(key.into())
    }
}

//! The variables of the channels besides the mini-program; both are off unless named.

use secrecy::SecretString;

use super::{Vars, WeChatMode};

/// Text messages and WeCom; `None` is off.
#[derive(Clone, Debug, Default)]
pub struct ChannelsConfig {
    pub sms: Option<SmsConfig>,
    pub wecom: Option<WeComConfig>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsProvider {
    Tencent,
    Aliyun,
}

#[derive(Clone, Debug)]
pub struct SmsConfig {
    pub provider: SmsProvider,
    pub key_id: String,
    pub key_secret: SecretString,
    /// 短信签名, without brackets.
    pub sign: String,
    /// `SdkAppId`, of Tencent Cloud only.
    pub app_id: String,
    pub region: String,
    /// `None` is the provider's own address, or the stand-in's.
    pub base: Option<String>,
    pub sandbox: bool,
}

#[derive(Clone, Debug)]
pub struct WeComConfig {
    pub corp_id: String,
    pub agent_id: i64,
    pub secret: SecretString,
    /// `None` is WeCom's own address, or the stand-in's.
    pub base: Option<String>,
    pub sandbox: bool,
}

/// Credentials of the stand-in.
pub const SANDBOX_KEY_ID: &str = "sandbox-key";
pub const SANDBOX_KEY_SECRET: &str = "sandbox-key-secret";

impl Vars<'_> {
    pub(super) fn channels(&mut self, mode: WeChatMode) -> ChannelsConfig {
        let sandbox = mode == WeChatMode::Sandbox;
        ChannelsConfig {
            sms: self.sms(sandbox),
            wecom: self.wecom(sandbox),
        }
    }

    /// A value that only a live account has; the stand-in has its own.
    fn secret_of_account(&mut self, name: &str, sandbox: bool, stand_in: &str) -> String {
        if sandbox {
            self.text(name, stand_in)
        } else {
            self.required(name, "take it from the provider's console")
        }
    }

    fn base(&mut self, name: &str) -> Option<String> {
        let base = self.optional(name)?;
        self.check_url(name, &base)?;
        Some(base)
    }

    fn sms(&mut self, sandbox: bool) -> Option<SmsConfig> {
        let provider = match self.optional("SMS_PROVIDER")?.as_str() {
            "off" => return None,
            "tencent" => SmsProvider::Tencent,
            "aliyun" => SmsProvider::Aliyun,
            _ => {
                self.fault("SMS_PROVIDER", "must be `off`, `tencent` or `aliyun`");
                return None;
            }
        };
        let app_id = if provider == SmsProvider::Tencent {
            self.secret_of_account("SMS_APP_ID", sandbox, "1400000000")
        } else {
            String::new()
        };
        Some(SmsConfig {
            provider,
            key_id: self.secret_of_account("SMS_KEY_ID", sandbox, SANDBOX_KEY_ID),
            key_secret: self
                .secret_of_account("SMS_KEY_SECRET", sandbox, SANDBOX_KEY_SECRET)
                .into(),
            sign: self.secret_of_account("SMS_SIGN", sandbox, "代表直通"),
            app_id,
            region: self.text("SMS_REGION", "ap-guangzhou"),
            base: self.base("SMS_API_BASE"),
            sandbox,
        })
    }

    fn wecom(&mut self, sandbox: bool) -> Option<WeComConfig> {
        let corp_id = self.optional("WECOM_CORP_ID")?;
        let agent = self.secret_of_account("WECOM_AGENT_ID", sandbox, "1000002");
        let agent_id = agent.parse().unwrap_or_else(|_| {
            self.fault("WECOM_AGENT_ID", "must be a number");
            0
        });
        Some(WeComConfig {
            corp_id,
            agent_id,
            secret: self
                .secret_of_account("WECOM_SECRET", sandbox, SANDBOX_KEY_SECRET)
                .into(),
            base: self.base("WECOM_API_BASE"),
            sandbox,
        })
    }
}

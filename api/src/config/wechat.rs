//! The variables of WeChat's side.

use std::path::Path;

use bytes::Bytes;
use secrecy::SecretString;

use super::vars::Vars;
use super::{WeChatConfig, WeChatMode};

/// WeChat's verification files have some tens of bytes.
const MAX_VERIFY_FILE_BYTES: u64 = 4_096;

const SANDBOX_APP_SECRET: &str = "sandbox-app-secret-not-for-live-use";
const MIN_REVIEW_CODE_CHARS: usize = 8;

/// A version of the mini-program, as WeChat tells them apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MiniProgramState {
    Developer,
    Trial,
    #[default]
    Formal,
}

impl MiniProgramState {
    /// Parses the value of `WECHAT_MINIPROGRAM_STATE`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "developer" => Some(Self::Developer),
            "trial" => Some(Self::Trial),
            "formal" => Some(Self::Formal),
            _ => None,
        }
    }

    /// `miniprogram_state` of a subscribe message.
    #[must_use]
    pub fn of_message(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Trial => "trial",
            Self::Formal => "formal",
        }
    }

    /// `env_version` of codes and links.
    #[must_use]
    pub fn env_version(self) -> &'static str {
        match self {
            Self::Developer => "develop",
            Self::Trial => "trial",
            Self::Formal => "release",
        }
    }
}

/// An official account: app id, secret, and the token and key of its events.
#[derive(Clone, Debug)]
pub struct OfficialConfig {
    pub app_id: String,
    pub app_secret: SecretString,
    pub push_token: SecretString,
    pub push_aes_key: Option<SecretString>,
    /// Residents' pages inside WeChat ask who opens them (`snsapi_base`).
    pub web_sign_in: bool,
}

/// A file that is served under its own name, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyFile {
    pub name: String,
    pub bytes: Bytes,
}

impl VerifyFile {
    /// Reads the file.
    ///
    /// # Errors
    /// A wrong name, a file that is too large, or one that cannot be read.
    fn read(path: &Path) -> Result<Self, String> {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let stem = name.strip_suffix(".txt").unwrap_or_default();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if stem.is_empty() || !stem.bytes().all(plain) {
            return Err(format!("{name}: must be named like MP_verify_abc.txt"));
        }
        let length = std::fs::metadata(path)
            .map_err(|error| format!("{name}: {error}"))?
            .len();
        if length > MAX_VERIFY_FILE_BYTES {
            return Err(format!("{name}: must have at most {MAX_VERIFY_FILE_BYTES} bytes"));
        }
        let bytes = std::fs::read(path).map_err(|error| format!("{name}: {error}"))?;
        Ok(Self {
            name: name.to_owned(),
            bytes: bytes.into(),
        })
    }
}

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
                self.text("WECHAT_APP_SECRET", SANDBOX_APP_SECRET),
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
            push_aes_key: self.aes_key("WECHAT_PUSH_AES_KEY"),
            connect_timeout: self.milliseconds("WECHAT_CONNECT_TIMEOUT_MS", "2000"),
            timeout: self.milliseconds("WECHAT_TIMEOUT_MS", "5000"),
            miniprogram_state: self.miniprogram_state(),
            verify_files: self.verify_files(),
            review_code: self.review_code(),
            official: self.official(mode),
        }
    }

    fn miniprogram_state(&mut self) -> MiniProgramState {
        let name = "WECHAT_MINIPROGRAM_STATE";
        MiniProgramState::read(&self.text(name, "formal")).unwrap_or_else(|| {
            self.fault(name, "must be `developer`, `trial` or `formal`");
            MiniProgramState::default()
        })
    }

    fn verify_files(&mut self) -> Vec<VerifyFile> {
        let name = "WECHAT_VERIFY_FILES";
        let paths = self.text(name, "");
        let mut files = Vec::new();
        for path in paths.split(',').map(str::trim).filter(|path| !path.is_empty()) {
            match VerifyFile::read(Path::new(path)) {
                Ok(file) => files.push(file),
                Err(what) => self.fault(name, &what),
            }
        }
        files
    }

    fn review_code(&mut self) -> Option<SecretString> {
        let code = self.optional("WECHAT_REVIEW_CODE")?;
        if code.chars().count() < MIN_REVIEW_CODE_CHARS {
            let what = format!("must have at least {MIN_REVIEW_CODE_CHARS} characters");
            self.fault("WECHAT_REVIEW_CODE", &what);
        }
        Some(code.into())
    }

    fn official(&mut self, mode: WeChatMode) -> Option<OfficialConfig> {
        let push_aes_key = self.aes_key("WECHAT_OA_PUSH_AES_KEY");
        let web_sign_in = self.parse("WECHAT_OA_WEB_SIGN_IN", "false", "true or false");
        let Some(app_id) = self.optional("WECHAT_OA_APP_ID") else {
            if web_sign_in {
                self.fault("WECHAT_OA_WEB_SIGN_IN", "needs WECHAT_OA_APP_ID");
            }
            return None;
        };
        let console = "take it from the official account's console";
        let app_secret = match mode {
            WeChatMode::Live => self.required("WECHAT_OA_APP_SECRET", console),
            WeChatMode::Sandbox => self.text("WECHAT_OA_APP_SECRET", SANDBOX_APP_SECRET),
        };
        Some(OfficialConfig {
            app_id,
            app_secret: app_secret.into(),
            push_token: self.required("WECHAT_OA_PUSH_TOKEN", console).into(),
            push_aes_key,
            web_sign_in,
        })
    }

    fn aes_key(&mut self, name: &str) -> Option<SecretString> {
        let key = self.optional(name)?;
        if key.len() != 43 || !key.bytes().all(|b| b.is_ascii_alphanumeric()) {
            self.fault(name, "must be the 43 letters and digits of EncodingAESKey");
        }
        Some(key.into())
    }
}

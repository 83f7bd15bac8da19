//! The only reader of the environment. Every variable is checked at start; `.env.example` explains each.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use fallback::FallbackValue;

mod fallback;

/// The secrets printed in `.env.example`: good for reading, never for running.
pub const SAMPLE_JWT_SECRET: &str = "change-me-change-me-change-me-change-me";
pub const SAMPLE_DATA_KEY: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// The pack that is built in.
pub const DEFAULT_CITY_PACK: &str = "luoyang";

const MIN_SECRET_CHARS: usize = 32;
const MIN_PASSPHRASE_CHARS: usize = 12;
const DATA_KEY_BYTES: usize = 32;

#[derive(Clone, Debug)]
pub struct Config {
    pub bind: SocketAddr,
    /// What people type to reach us; no trailing slash.
    pub public_url: String,
    pub data_dir: PathBuf,
    pub database_url: SecretString,
    pub s3: S3Config,
    pub wechat: WeChatConfig,
    pub jwt_secret: SecretString,
    /// First the key that seals, then older keys that still open.
    pub data_keys: Vec<DataKey>,
    /// `luoyang` built in, or a folder.
    pub city_pack: String,
    /// Where the sandbox's clock starts.
    pub clock_start: Option<DateTime<Utc>>,
    /// Jobs running at the same time.
    pub job_workers: usize,
    /// Turns HEIC into JPEG; none means HEIC is answered with 415.
    pub heif_convert: Option<PathBuf>,
    pub otlp_endpoint: Option<String>,
    /// Signs the call centre's own requests; none means only operators may file calls.
    pub hotline_secret: Option<SecretString>,
    /// Webhooks may call private and loopback addresses, and http.
    pub webhook_allow_private: bool,
    /// Below this much free disk space, uploads are refused; 0 never refuses.
    pub low_disk_mb: u64,
    /// Encrypts backups; `None` leaves them readable.
    pub backup_passphrase: Option<SecretString>,
    /// The header in which the proxy in front of us says where a request comes from; none takes the peer.
    pub client_address_header: Option<String>,
}

/// None of `endpoint` means the embedded endpoint in `data_dir`.
#[derive(Clone, Debug)]
pub struct S3Config {
    pub endpoint: Option<String>,
    /// Where clients reach the store, when that differs from `endpoint`.
    pub public_endpoint: Option<String>,
    /// Port of the embedded endpoint on the loopback interface; 0 takes a free one.
    pub embedded_bind: SocketAddr,
    pub region: String,
    pub bucket: String,
    pub access_key_id: String,
    pub secret_access_key: SecretString,
    pub path_style: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeChatMode {
    Live,
    Sandbox,
}

#[derive(Clone, Debug)]
pub struct WeChatConfig {
    pub mode: WeChatMode,
    pub app_id: String,
    pub app_secret: SecretString,
    /// None in sandbox mode means the stand-in that this process serves itself.
    pub api_base: Option<String>,
    pub push_token: Option<SecretString>,
    pub push_aes_key: Option<SecretString>,
    pub connect_timeout: Duration,
    /// A call that has no answer after this may or may not have been carried out.
    pub timeout: Duration,
}

#[derive(Clone, Debug)]
pub struct DataKey {
    pub id: String,
    pub key: SecretString,
}

impl DataKey {
    /// The 32 bytes of the key. Checked when the configuration was read.
    #[must_use]
    pub fn bytes(&self) -> [u8; DATA_KEY_BYTES] {
        let decoded = STANDARD.decode(self.key.expose_secret()).unwrap_or_default();
        <[u8; DATA_KEY_BYTES]>::try_from(decoded).unwrap_or_default()
    }
}

/// Every fault of the environment, one line each.
#[derive(Debug, thiserror::Error)]
#[error("configuration: {}", .0.join("\n               "))]
pub struct ConfigFaults(pub Vec<String>);

impl Config {
    /// Reads `.env` (if there is one) and the environment.
    pub fn from_environment() -> Result<Self, ConfigFaults> {
        Self::read(Self::environment())
    }

    /// The variables of the environment and of `.env`, by name.
    pub fn environment() -> impl Fn(&str) -> Option<String> {
        let _ = dotenvy::dotenv();
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that reads the environment"
        )]
        |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty())
    }

    /// Reads from any source of variables; an empty value counts as not set.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigFaults> {
        let mut vars = Vars {
            lookup: &lookup,
            faults: Vec::new(),
        };
        let bind: SocketAddr = vars.parse(
            "ZHITONG_BIND",
            "127.0.0.1:8080",
            "an address and port such as 127.0.0.1:8080",
        );
        let data_dir = PathBuf::from(vars.text("ZHITONG_DATA_DIR", "./data"));
        let public_url = vars.text("ZHITONG_PUBLIC_URL", &format!("http://{bind}"));
        vars.check_url("ZHITONG_PUBLIC_URL", &public_url);
        let database_url = vars.text(
            "DATABASE_URL",
            &format!("sqlite://{}", data_dir.join("zhitong.sqlite").display()),
        );
        if !["sqlite:", "postgres:", "postgresql:"]
            .iter()
            .any(|scheme| database_url.starts_with(scheme))
        {
            vars.fault("DATABASE_URL", "must start with sqlite:// or postgres://");
        }
        let config = Self {
            wechat: vars.wechat(),
            s3: vars.s3(),
            jwt_secret: vars.jwt_secret(),
            data_keys: vars.data_keys(),
            city_pack: vars.text("CITY_PACK", DEFAULT_CITY_PACK),
            clock_start: vars.clock_start(),
            job_workers: vars.parse("ZHITONG_JOB_WORKERS", "4", "a number from 1 to 64"),
            heif_convert: vars.optional("HEIF_CONVERT").map(PathBuf::from),
            otlp_endpoint: vars.optional("OTEL_EXPORTER_OTLP_ENDPOINT"),
            hotline_secret: vars.hotline_secret(),
            webhook_allow_private: vars.parse("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "false", "true or false"),
            low_disk_mb: vars.parse("ZHITONG_LOW_DISK_MB", "512", "a number of megabytes"),
            backup_passphrase: vars.backup_passphrase(),
            client_address_header: vars.optional("ZHITONG_CLIENT_ADDRESS_HEADER"),
            public_url: public_url.trim_end_matches('/').to_owned(),
            database_url: database_url.into(),
            bind,
            data_dir,
        };
        vars.check_sandbox_reach(&config);
        if config.clock_start.is_some() && config.wechat.mode == WeChatMode::Live {
            vars.fault(
                "ZHITONG_CLOCK_START",
                "moves the clock, which only WECHAT_MODE=sandbox may do; unset it",
            );
        }
        if vars.faults.is_empty() {
            Ok(config)
        } else {
            Err(ConfigFaults(vars.faults))
        }
    }
}

struct Vars<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    faults: Vec<String>,
}

impl Vars<'_> {
    fn fault(&mut self, name: &str, what: &str) {
        self.faults.push(format!("{name}: {what}"));
    }

    fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    fn text(&self, name: &str, default: &str) -> String {
        self.optional(name).unwrap_or_else(|| default.to_owned())
    }

    fn parse<T>(&mut self, name: &str, default: &str, wanted: &str) -> T
    where
        T: std::str::FromStr + FallbackValue,
    {
        self.text(name, default).parse().unwrap_or_else(|_| {
            self.fault(name, &format!("must be {wanted}"));
            T::fallback()
        })
    }

    fn required(&mut self, name: &str, why: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.fault(name, &format!("is not set; {why}"));
            String::new()
        })
    }

    fn milliseconds(&mut self, name: &str, default: &str) -> Duration {
        let count: usize = self.parse(name, default, "a number of milliseconds, 1 or more");
        Duration::from_millis(count.max(1) as u64)
    }

    fn check_url(&mut self, name: &str, url: &str) {
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            self.fault(name, "must be an http:// or https:// address");
        }
    }

    fn wechat(&mut self) -> WeChatConfig {
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

    fn s3(&mut self) -> S3Config {
        let endpoint = self.optional("S3_ENDPOINT");
        let (access_key_id, secret_access_key) = if endpoint.is_some() {
            (
                self.required("S3_ACCESS_KEY_ID", "S3_ENDPOINT is set and needs it"),
                self.required("S3_SECRET_ACCESS_KEY", "S3_ENDPOINT is set and needs it"),
            )
        } else {
            // The embedded endpoint listens on the loopback interface only; its key is derived from DATA_KEY.
            (
                self.text("S3_ACCESS_KEY_ID", "zhitong"),
                self.text("S3_SECRET_ACCESS_KEY", ""),
            )
        };
        if let Some(url) = &endpoint {
            self.check_url("S3_ENDPOINT", url);
        }
        S3Config {
            public_endpoint: self.optional("S3_PUBLIC_ENDPOINT"),
            embedded_bind: self.parse(
                "S3_EMBEDDED_BIND",
                "127.0.0.1:0",
                "an address and port such as 127.0.0.1:9000",
            ),
            region: self.text("S3_REGION", "us-east-1"),
            bucket: self.text("S3_BUCKET", "zhitong"),
            path_style: self.parse("S3_PATH_STYLE", "true", "true or false"),
            endpoint,
            access_key_id,
            secret_access_key: secret_access_key.into(),
        }
    }

    fn jwt_secret(&mut self) -> SecretString {
        let secret = self.required("JWT_SECRET", "make one with: openssl rand -base64 48");
        if secret == SAMPLE_JWT_SECRET {
            self.fault(
                "JWT_SECRET",
                "is the sample's; make your own with: openssl rand -base64 48",
            );
        } else if !secret.is_empty() && secret.chars().count() < MIN_SECRET_CHARS {
            self.fault(
                "JWT_SECRET",
                "is weak: at least 32 characters; make one with: openssl rand -base64 48",
            );
        }
        secret.into()
    }

    fn backup_passphrase(&mut self) -> Option<SecretString> {
        let passphrase = self.optional("ZHITONG_BACKUP_PASSPHRASE")?;
        if passphrase.chars().count() < MIN_PASSPHRASE_CHARS {
            let wanted = format!("is weak: at least {MIN_PASSPHRASE_CHARS} characters");
            self.fault("ZHITONG_BACKUP_PASSPHRASE", &wanted);
        }
        Some(passphrase.into())
    }

    fn hotline_secret(&mut self) -> Option<SecretString> {
        let secret = self.optional("HOTLINE_SECRET")?;
        if secret.chars().count() < MIN_SECRET_CHARS {
            self.fault(
                "HOTLINE_SECRET",
                "is weak: at least 32 characters; make one with: openssl rand -base64 48",
            );
        }
        Some(secret.into())
    }

    fn data_keys(&mut self) -> Vec<DataKey> {
        let text = self.required("DATA_KEY", "make one with: echo k1:$(openssl rand -base64 32)");
        if text == SAMPLE_DATA_KEY {
            self.fault(
                "DATA_KEY",
                "is the sample's; make your own with: echo k1:$(openssl rand -base64 32)",
            );
        }
        let mut keys = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((id, key)) = part.split_once(':') else {
                self.fault(
                    "DATA_KEY",
                    "must be id:base64, several separated by commas, the newest first",
                );
                continue;
            };
            let fits = STANDARD
                .decode(key)
                .is_ok_and(|bytes| bytes.len() == DATA_KEY_BYTES);
            if !fits || id.is_empty() || id.len() > 16 {
                self.fault("DATA_KEY", "each key must be id:base64 of exactly 32 bytes");
                continue;
            }
            keys.push(DataKey {
                id: id.to_owned(),
                key: key.to_owned().into(),
            });
        }
        keys
    }

    fn clock_start(&mut self) -> Option<DateTime<Utc>> {
        let text = self.optional("ZHITONG_CLOCK_START")?;
        if let Ok(time) = DateTime::parse_from_rfc3339(&text) {
            return Some(time.with_timezone(&Utc));
        }
        self.fault(
            "ZHITONG_CLOCK_START",
            "must be an RFC 3339 time such as 2025-01-17T08:00:00+08:00",
        );
        None
    }

    /// The sandbox signs anybody in: it stays on this machine unless told twice.
    fn check_sandbox_reach(&mut self, config: &Config) {
        let told = |name: &str| self.optional(name).is_some_and(|v| v == "yes");
        let told_twice = told("ZHITONG_SANDBOX_ANYWHERE") && told("ZHITONG_SANDBOX_ANYWHERE_CONFIRMED");
        if config.wechat.mode == WeChatMode::Sandbox && !config.bind.ip().is_loopback() && !told_twice {
            self.fault(
                "ZHITONG_BIND",
                "is not loopback, and in WECHAT_MODE=sandbox anybody can sign in as anybody; bind 127.0.0.1, or set both \
                 ZHITONG_SANDBOX_ANYWHERE=yes and ZHITONG_SANDBOX_ANYWHERE_CONFIRMED=yes",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn good() -> HashMap<&'static str, String> {
        HashMap::from([
            ("WECHAT_MODE", "sandbox".to_owned()),
            ("JWT_SECRET", "0123456789abcdef0123456789abcdef".to_owned()),
            ("DATA_KEY", format!("k1:{}", STANDARD.encode([7_u8; 32]))),
        ])
    }

    fn read(vars: &HashMap<&'static str, String>) -> Result<Config, ConfigFaults> {
        Config::read(|name| vars.get(name).cloned())
    }

    /// Reads `good()` with one variable changed and returns the faults as one text.
    fn faults_with(name: &'static str, value: &str) -> String {
        let mut vars = good();
        vars.insert(name, value.to_owned());
        read(&vars).expect_err("should be refused").to_string()
    }

    #[test]
    fn the_three_required_variables_are_enough() {
        let config = read(&good()).unwrap();
        assert_eq!(config.bind.to_string(), "127.0.0.1:8080");
        assert_eq!(config.data_keys[0].bytes(), [7; 32]);
    }

    #[test]
    fn a_fault_names_its_variable() {
        for (name, value) in [
            ("ZHITONG_BIND", "everywhere"),
            ("ZHITONG_BIND", "0.0.0.0:80"),
            ("ZHITONG_PUBLIC_URL", "ftp://x"),
            ("DATABASE_URL", "mysql://x"),
            ("WECHAT_MODE", "maybe"),
            ("WECHAT_PUSH_AES_KEY", "short"),
            ("JWT_SECRET", ""),
            ("JWT_SECRET", "short"),
            ("JWT_SECRET", SAMPLE_JWT_SECRET),
            ("HOTLINE_SECRET", "short"),
            ("DATA_KEY", SAMPLE_DATA_KEY),
            ("DATA_KEY", "k1:AAAA"),
            ("ZHITONG_CLOCK_START", "yesterday"),
            ("S3_PATH_STYLE", "perhaps"),
        ] {
            let faults = faults_with(name, value);
            assert!(faults.contains(&format!("{name}: ")), "{name}={value}: {faults}");
        }
    }

    #[test]
    fn all_faults_come_at_once() {
        let faults = Config::read(|_| None).expect_err("nothing is set").0;
        assert_eq!(faults.len(), 3, "{faults:?}");
    }

    #[test]
    fn live_mode_wants_the_account_and_an_unmoved_clock() {
        let mut vars = good();
        vars.insert("WECHAT_MODE", "live".to_owned());
        vars.insert("ZHITONG_CLOCK_START", "2025-01-17T08:00:00+08:00".to_owned());
        let text = read(&vars).expect_err("no account").to_string();
        for name in ["WECHAT_APP_ID", "WECHAT_APP_SECRET", "ZHITONG_CLOCK_START"] {
            assert!(text.contains(name), "{text}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        assert!(!format!("{:?}", read(&good()).unwrap()).contains("0123456789abcdef"));
    }
}

//! The only reader of the environment. Every variable is checked at start; `.env.example` explains each.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

pub use audit::AuditConfig;
pub use channels::{ChannelsConfig, SmsConfig, SmsProvider, WeComConfig};
pub use checkpoint_mail::CheckpointMailConfig;
pub use database::DatabaseConfig;
pub use http::{HttpConfig, MetricsBind, PaceLimits};
pub use map::TileService;
pub use trusted_proxies::{Forwarding, TrustedProxies};
pub use wechat::{MiniProgramState, OfficialConfig, VerifyFile};

use vars::Vars;

mod audit;
pub mod channels;
mod checkpoint_mail;
mod database;
mod http;
mod map;
mod s3;
mod secrets;
mod trusted_proxies;
mod vars;
mod wechat;

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
    /// The public base URL, without a trailing slash.
    pub public_url: String,
    /// Whether it was stated; otherwise it follows from the address that is listened on.
    pub public_url_is_stated: bool,
    pub data_dir: PathBuf,
    pub database: DatabaseConfig,
    pub s3: S3Config,
    pub wechat: WeChatConfig,
    /// Channels for people whom the mini-program does not reach.
    pub channels: ChannelsConfig,
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
    /// Memory for all photos that are being decoded.
    pub decode_memory_mib: u32,
    pub otlp_endpoint: Option<String>,
    /// Signs the call centre's own requests; none means only operators may file calls.
    pub hotline_secret: Option<SecretString>,
    /// Number that a unit dials to reach a delegate without learning the number.
    pub relay_number: Option<String>,
    /// Webhooks may call private and loopback addresses, and http.
    pub webhook_allow_private: bool,
    /// Below this much free disk space, uploads are refused; 0 never refuses.
    pub low_disk_mb: u64,
    /// Encrypts backups; `None` leaves them readable.
    pub backup_passphrase: Option<SecretString>,
    pub audit: AuditConfig,
    /// Where nightly backups go; `None` takes none.
    pub backup_dir: Option<PathBuf>,
    pub http: HttpConfig,
    /// Street maps of the console.
    pub tiles: Option<TileService>,
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
    /// `None` in sandbox mode means the stand-in that this process serves.
    pub api_base: Option<String>,
    pub push_token: Option<SecretString>,
    pub push_aes_key: Option<SecretString>,
    pub connect_timeout: Duration,
    /// A call that has no answer after this may or may not have been carried out.
    pub timeout: Duration,
    /// The version of the mini-program that messages, codes and links open.
    pub miniprogram_state: MiniProgramState,
    /// Files by which WeChat verifies that a domain is ours.
    pub verify_files: Vec<VerifyFile>,
    /// Shows WeChat's reviewers a fictional view; none is off.
    pub review_code: Option<SecretString>,
    /// The official account (服务号); none is off.
    pub official: Option<OfficialConfig>,
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
        let mut vars = Vars::new(&lookup);
        let bind: SocketAddr = vars.parse(
            "ZHITONG_BIND",
            "127.0.0.1:8080",
            "an address and port such as 127.0.0.1:8080",
        );
        let data_dir = PathBuf::from(vars.text("ZHITONG_DATA_DIR", "./data"));
        let stated_url = vars.public_url();
        let public_url_is_stated = stated_url.is_some();
        let public_url = stated_url.unwrap_or_else(|| format!("http://{bind}"));
        let wechat = vars.wechat();
        let data_keys = vars.data_keys();
        let config = Self {
            database: vars.database(&data_dir),
            audit: vars.audit(&data_dir, &data_keys),
            channels: vars.channels(wechat.mode),
            wechat,
            s3: vars.s3(),
            jwt_secret: vars.jwt_secret(),
            data_keys,
            city_pack: vars.text("CITY_PACK", DEFAULT_CITY_PACK),
            clock_start: vars.clock_start(),
            job_workers: vars.parse("ZHITONG_JOB_WORKERS", "4", "a number from 1 to 64"),
            heif_convert: vars.optional("HEIF_CONVERT").map(PathBuf::from),
            decode_memory_mib: vars.decode_memory(),
            otlp_endpoint: vars.optional("OTEL_EXPORTER_OTLP_ENDPOINT"),
            hotline_secret: vars.hotline_secret(),
            relay_number: vars.relay_number(),
            webhook_allow_private: vars.parse("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "false", "true or false"),
            low_disk_mb: vars.parse("ZHITONG_LOW_DISK_MB", "512", "a number of megabytes"),
            backup_passphrase: vars.backup_passphrase(),
            backup_dir: vars.optional("ZHITONG_BACKUP_DIR").map(PathBuf::from),
            http: vars.http(),
            tiles: vars.tiles(),
            public_url: public_url.trim_end_matches('/').to_owned(),
            public_url_is_stated,
            bind,
            data_dir,
        };
        vars.check_sandbox_reach(&config);
        if config.wechat.mode == WeChatMode::Live && !config.public_url_is_stated {
            vars.fault(
                "ZHITONG_PUBLIC_URL",
                "is not set; in WECHAT_MODE=live say what people type to reach the product, e.g. https://zhitong.example.cn",
            );
        }
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

impl Vars<'_> {
    fn decode_memory(&mut self) -> u32 {
        let name = "ZHITONG_DECODE_MEMORY_MIB";
        let wanted = "a number of MiB from 64 to 65536";
        let count: usize = self.parse(name, "512", wanted);
        let fits = u32::try_from(count)
            .ok()
            .filter(|count| (64..=65_536).contains(count));
        fits.unwrap_or_else(|| {
            self.fault(name, &format!("must be {wanted}"));
            512
        })
    }

    fn public_url(&mut self) -> Option<String> {
        let name = "ZHITONG_PUBLIC_URL";
        let text = self.optional(name)?;
        let url = self.check_url(name, &text)?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            self.fault(
                name,
                "must be scheme and host only, without a path or a query: the product needs a domain of its own",
            );
        }
        Some(text)
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

    /// The sandbox lets anyone sign in as anyone: it binds to the loopback address unless two variables confirm
    /// otherwise.
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
            ("ZHITONG_PUBLIC_URL", "zhitong.example.cn"),
            ("ZHITONG_PUBLIC_URL", "https://example.cn/zhitong"),
            ("ZHITONG_PUBLIC_URL", "https://example.cn/?a=b"),
            ("S3_PUBLIC_ENDPOINT", "photos"),
            ("ZHITONG_TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
            ("ZHITONG_CLIENT_ADDRESS_HEADER", "x-real-ip"),
            ("ZHITONG_METRICS_BIND", "everywhere"),
            ("ZHITONG_BODY_IDLE_SECS", "0"),
            ("ZHITONG_DECODE_MEMORY_MIB", "1"),
            ("DATABASE_URL", "mysql://x"),
            ("DATABASE_DIRECT_URL", "postgres://server/zhitong"),
            ("DATABASE_READ_URL", "postgres://replica/zhitong"),
            ("DATABASE_READ_MAX_LAG_SECS", "601"),
            ("WECHAT_MODE", "maybe"),
            ("WECHAT_PUSH_AES_KEY", "short"),
            ("WECHAT_MINIPROGRAM_STATE", "beta"),
            ("SMS_PROVIDER", "pigeon"),
            ("WECHAT_REVIEW_CODE", "short"),
            ("WECHAT_OA_PUSH_AES_KEY", "short"),
            ("WECHAT_OA_WEB_SIGN_IN", "perhaps"),
            ("WECHAT_OA_WEB_SIGN_IN", "true"),
            ("WECHAT_VERIFY_FILES", "/no/such/MP_verify_1.txt"),
            ("WECHAT_VERIFY_FILES", "Cargo.toml"),
            ("JWT_SECRET", ""),
            ("JWT_SECRET", "short"),
            ("JWT_SECRET", SAMPLE_JWT_SECRET),
            ("HOTLINE_SECRET", "short"),
            ("DATA_KEY", SAMPLE_DATA_KEY),
            ("DATA_KEY", "k1:AAAA"),
            ("ZHITONG_AUDIT_KEY", "AAAA"),
            ("ZHITONG_AUDIT_KEY_FILE", "/nowhere/key"),
            ("ZHITONG_AUDIT_ORIGIN", "two words"),
            ("ZHITONG_TIMESTAMP_URL", "clock"),
            ("ZHITONG_CHECKPOINT_MAIL_TO", "the committee"),
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
        for name in [
            "WECHAT_APP_ID",
            "WECHAT_APP_SECRET",
            "ZHITONG_CLOCK_START",
            "ZHITONG_PUBLIC_URL",
        ] {
            assert!(text.contains(name), "{text}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        assert!(!format!("{:?}", read(&good()).unwrap()).contains("0123456789abcdef"));
    }
}

//! The variables of the HTTP edge: proxies, time limits, connections, metrics.

use std::net::SocketAddr;
use std::time::Duration;

use super::trusted_proxies::TrustedProxies;
use super::vars::Vars;

/// Limits of one body.
#[derive(Clone, Copy, Debug)]
pub struct PaceLimits {
    /// The longest single wait for the next bytes, and the time before the minimum rate applies.
    pub idle: Duration,
    /// All waits together.
    pub total: Duration,
}

impl Default for PaceLimits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(10),
            total: Duration::from_secs(300),
        }
    }
}

#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Only these may say in a header whom they speak for.
    pub trusted_proxies: TrustedProxies,
    pub head_timeout: Duration,
    pub body: PaceLimits,
    pub keep_alive: Duration,
    /// Connections of one address on which nobody has shown an account.
    pub connections_per_address: usize,
    pub metrics: MetricsBind,
}

/// Where `/metrics` is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsBind {
    Off,
    /// Not set: a second process on the machine finds the port taken and goes on without.
    Default(SocketAddr),
    Stated(SocketAddr),
}

const DEFAULT_METRICS_BIND: ([u8; 4], u16) = ([127, 0, 0, 1], 9464);

impl Vars<'_> {
    pub(super) fn http(&mut self) -> HttpConfig {
        HttpConfig {
            trusted_proxies: self.trusted_proxies(),
            head_timeout: self.seconds("ZHITONG_HEAD_TIMEOUT_SECS", "15"),
            body: PaceLimits {
                idle: self.seconds("ZHITONG_BODY_IDLE_SECS", "10"),
                total: self.seconds("ZHITONG_BODY_DEADLINE_SECS", "300"),
            },
            keep_alive: self.seconds("ZHITONG_KEEP_ALIVE_SECS", "75"),
            connections_per_address: self
                .parse::<usize>("ZHITONG_CONNECTIONS_PER_ADDRESS", "128", "a number, 1 or more")
                .max(1),
            metrics: self.metrics_bind(),
        }
    }

    fn trusted_proxies(&mut self) -> TrustedProxies {
        if self.optional("ZHITONG_CLIENT_ADDRESS_HEADER").is_some() {
            self.fault(
                "ZHITONG_CLIENT_ADDRESS_HEADER",
                "is not read any more; name the proxies in ZHITONG_TRUSTED_PROXIES, e.g. 127.0.0.1,10.0.0.0/8",
            );
        }
        let text = self.optional("ZHITONG_TRUSTED_PROXIES").unwrap_or_default();
        TrustedProxies::parse(&text).unwrap_or_else(|part| {
            let fault = format!("`{part}` is neither an address nor a network such as 10.0.0.0/8");
            self.fault("ZHITONG_TRUSTED_PROXIES", &fault);
            TrustedProxies::default()
        })
    }

    fn metrics_bind(&mut self) -> MetricsBind {
        match self.optional("ZHITONG_METRICS_BIND").as_deref() {
            None => MetricsBind::Default(SocketAddr::from(DEFAULT_METRICS_BIND)),
            Some("off") => MetricsBind::Off,
            Some(text) => text.parse().map(MetricsBind::Stated).unwrap_or_else(|_| {
                let wanted = "must be an address and port such as 127.0.0.1:9464, or `off`";
                self.fault("ZHITONG_METRICS_BIND", wanted);
                MetricsBind::Off
            }),
        }
    }

    pub(super) fn seconds(&mut self, name: &str, default: &str) -> Duration {
        let count: usize = self.parse(name, default, "a number of seconds, 1 or more");
        if count == 0 {
            self.fault(name, "must be a number of seconds, 1 or more");
        }
        Duration::from_secs(count.max(1) as u64)
    }
}

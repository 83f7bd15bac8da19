//! This machine's clock, against those of the servers that the product works with.

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Clock;
use crate::config::{Config, WeChatMode};
use crate::preflight::http;
use crate::preflight::rules::{self, Offset};
use crate::upkeep::check::Check;
use crate::wechat::client::LIVE_BASE;

/// A server's clock when ours showed `ours`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) ours: DateTime<Utc>,
    pub(super) theirs: DateTime<Utc>,
}

/// Compares the clocks; `database` was read before.
pub(super) async fn check(config: &Config, clock: &Clock, database: Option<Reading>) -> Check {
    let mut offsets = Vec::new();
    offsets.extend(database.map(|reading| Offset {
        name: "数据库",
        ahead: reading.theirs - reading.ours,
    }));
    let wechat = match (&config.wechat.api_base, config.wechat.mode) {
        (Some(base), _) => Some(base.as_str()),
        (None, WeChatMode::Live) => Some(LIVE_BASE),
        (None, WeChatMode::Sandbox) => None,
    };
    for (name, url) in [("微信", wechat), ("对象存储", config.s3.endpoint.as_deref())] {
        if let Some(url) = url {
            offsets.extend(offset(name, url, clock).await);
        }
    }
    rules::drift(&offsets)
}

/// The server answered at some moment of the call, and its header omits parts of a second: the middle of both is taken.
async fn offset(name: &'static str, url: &str, clock: &Clock) -> Option<Offset> {
    let asked = clock.now();
    let theirs = http::get(url).await?.date? + TimeDelta::milliseconds(500);
    let middle = asked + (clock.now() - asked) / 2;
    let ahead = theirs - middle;
    Some(Offset { name, ahead })
}

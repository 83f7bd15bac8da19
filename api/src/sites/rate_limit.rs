//! Quotas without an account. Counted in the database, so that all replicas count together; refused calls are not
//! counted.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::SiteId;
use sea_orm::ConnectionTrait;

use crate::error::{ErrorKind, Refusal, Result};
use crate::jobs::queue::{self, NewJob};
use crate::sites::store::quotas;
use crate::sites::visits::Device;

/// Removes the counts of hours that are over.
pub const FORGET_QUOTAS: &str = "forget_site_quotas";
const WINDOW: TimeDelta = TimeDelta::hours(1);

/// A limited action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitedAction {
    Message,
    Photo,
}

impl LimitedAction {
    fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Photo => "photo",
        }
    }

    /// Hourly limit per phone. If WeChat does not identify the phone, all devices of a network address share a limit,
    /// because an office or a carrier's gateway has several.
    fn per_device(self, device: &Device) -> i32 {
        match (self, device.is_known()) {
            (Self::Message, true) => 5,
            (Self::Message, false) => 20,
            // Six a message.
            (Self::Photo, true) => 30,
            (Self::Photo, false) => 120,
        }
    }

    /// In an hour at one site, all phones together. A site where more is left is being played with; what its
    /// photos may take at most is 300 × 10 MB.
    fn per_site(self) -> i32 {
        match self {
            Self::Message => 100,
            Self::Photo => 300,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TooOften {
    retry_after_secs: u64,
}

impl Refusal for TooOften {
    fn code(&self) -> &'static str {
        "too_many_messages"
    }

    fn detail(&self) -> String {
        let minutes = self.retry_after_secs.div_ceil(60);
        format!("留言太频繁，请 {minutes} 分钟后再试。急事请拨打 12345。")
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::TooMany {
            retry_after_secs: self.retry_after_secs,
        }
    }
}

/// Counts one deed, or refuses it. The caller's transaction must not be committed after a refusal.
pub async fn count(
    txn: &impl ConnectionTrait,
    deed: LimitedAction,
    site: SiteId,
    device: &Device,
    device_hash: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    for (key, limit) in [
        (
            format!("{}:device:{device_hash}", deed.name()),
            deed.per_device(device),
        ),
        (format!("{}:site:{site}", deed.name()), deed.per_site()),
    ] {
        let (used, ends_at) = quotas::count(txn, &key, now, now + WINDOW).await?;
        if used > limit {
            // Whole seconds, rounded up: a client that waits this long is accepted.
            let left = u64::try_from((ends_at - now).num_milliseconds()).unwrap_or(0);
            let retry_after_secs = left.div_ceil(1_000) + 1;
            return Err(TooOften { retry_after_secs }.into());
        }
    }
    let day = (now + TimeDelta::days(1)).format("%Y-%m-%d");
    let job = NewJob {
        kind: FORGET_QUOTAS,
        subject: String::new(),
        dedup_key: Some(format!("{FORGET_QUOTAS}:{day}")),
        run_at: now + TimeDelta::days(1),
    };
    queue::enqueue(txn, job, now).await
}

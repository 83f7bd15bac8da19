//! Quotas without an account. Counted in the database, so that all replicas count together; refused calls are not
//! counted.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::SiteId;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::error::{ErrorKind, Refusal, Result};
use crate::jobs::queue::{self, NewJob};
use crate::jobs::{Job, Lane};
use crate::sites::store::quotas;
use crate::sites::visits::Device;

const WINDOW: TimeDelta = TimeDelta::hours(1);

/// Removes the counts of hours that are over.
pub struct ForgetQuotas;

impl Job for ForgetQuotas {
    const NAME: &'static str = "forget_site_quotas";
    const LANE: Lane = Lane::Heavy;
    type Input = ();

    async fn run(app: &App, (): ()) -> Result<()> {
        quotas::forget_past(&app.db, app.clock.now()).await
    }
}

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

/// A limited action at a site.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    pub action: LimitedAction,
    pub site: SiteId,
    pub device: &'a Device,
    pub device_hash: &'a str,
}

impl Attempt<'_> {
    /// The counters that the action adds to, each with its hourly limit.
    fn counters(self) -> [(String, i32); 2] {
        let name = self.action.name();
        [
            (
                format!("{name}:device:{}", self.device_hash),
                self.action.per_device(self.device),
            ),
            (format!("{name}:site:{}", self.site), self.action.per_site()),
        ]
    }
}

/// Counts one attempt, or refuses it. The caller's transaction must not be committed after a refusal.
pub async fn count(txn: &impl ConnectionTrait, attempt: Attempt<'_>, now: DateTime<Utc>) -> Result<()> {
    for (key, limit) in attempt.counters() {
        let (used, ends_at) = quotas::count(txn, &key, now, now + WINDOW).await?;
        if used > limit {
            // Whole seconds, rounded up: a client that waits this long is accepted.
            let left = u64::try_from((ends_at - now).num_milliseconds()).unwrap_or(0);
            let retry_after_secs = left.div_ceil(1_000) + 1;
            return Err(TooOften { retry_after_secs }.into());
        }
    }
    let day = (now + TimeDelta::days(1)).format("%Y-%m-%d");
    let key = format!("{}:{day}", ForgetQuotas::NAME);
    let job = NewJob::of::<ForgetQuotas>(&(), now + TimeDelta::days(1))?.once(key);
    queue::enqueue(txn, job, now).await
}

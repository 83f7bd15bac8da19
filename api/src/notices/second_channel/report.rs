//! The second channels for administrators: rules, and results of the sends of thirty days.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::{SecondChannel, SecondDeliveryStatus};

use super::store;
use crate::app::App;
use crate::error::Result;
use crate::notices::MessageCatalog;
use crate::notices::audience::EventKind;

pub const DAYS: i64 = 30;

/// One rule of the city.
pub struct RuleLine {
    pub event: EventKind,
    pub channel: SecondChannel,
    pub hours: i64,
    pub configured: bool,
}

/// Rules and counts.
pub struct SecondChannelReport {
    pub rules: Vec<RuleLine>,
    pub counts: Vec<(SecondChannel, SecondDeliveryStatus, i64)>,
}

pub async fn read(app: &App) -> Result<SecondChannelReport> {
    let since = app.clock.now() - TimeDelta::days(DAYS);
    let counts = store::counts(&app.db, since).await?;
    let rules = app.state::<MessageCatalog>().second_channel.all();
    let line = |(event, rule, configured): (EventKind, super::rules::Rule, bool)| RuleLine {
        event,
        channel: rule.channel,
        hours: rule.after.num_hours(),
        configured,
    };
    Ok(SecondChannelReport {
        rules: rules.map(line).collect(),
        counts: counts
            .into_iter()
            .map(|count| (count.channel, count.status, count.sends))
            .collect(),
    })
}

/// The template messages of the official account.
pub struct OfficialSends {
    pub sent: i64,
    pub not_following: i64,
    /// The code of the last attempt, if it was refused.
    pub last_code: Option<String>,
}

pub async fn of_official(app: &App, now: DateTime<Utc>) -> Result<OfficialSends> {
    let since = now - TimeDelta::days(DAYS);
    let counts = store::counts(&app.db, since).await?;
    let of = |status: SecondDeliveryStatus| {
        let counts = counts.iter();
        let own = counts.filter(|count| count.channel == SecondChannel::Official && count.status == status);
        own.map(|count| count.sends).sum()
    };
    Ok(OfficialSends {
        sent: of(SecondDeliveryStatus::Sent),
        not_following: of(SecondDeliveryStatus::NotFollowing),
        last_code: store::last_code(&app.db, SecondChannel::Official, since).await?,
    })
}

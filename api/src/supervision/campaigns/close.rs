//! 结项: what came of a campaign, and what stays in view.

use crate::city::snapshot::CityHandle;
use chrono::{DateTime, TimeDelta, Utc};
use entity::campaign;
use entity::ids::CampaignId;
use entity::kinds::{CampaignAction, CampaignStage, CampaignStatus};
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, Result};
use crate::http::fields;
use crate::jobs::queue::{NewJob, enqueue};
use crate::notices::{self, EventKind, MessageCatalog};
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::service::{TEXT_CHARS, event};
use crate::supervision::campaigns::stages::Refused;
use crate::supervision::campaigns::{access, look_back, open_items, store};
use crate::watch_lists::lists::{self, LeftSubject, LeftWatchList, NewWatchList};

const REASON_CHARS: std::ops::RangeInclusive<usize> = 2..=1_000;
const MAX_WATCHED: usize = 200;
const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=100;
const MAX_LIST_TITLE: usize = 94;

/// A subject kept in view after the campaign.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WatchListEntry {
    pub name: String,
    pub reason: String,
}

#[derive(Debug, Default)]
pub struct Closing {
    pub outcome: String,
    pub measures: Option<String>,
    pub findings: Option<String>,
    pub watch_list: Vec<WatchListEntry>,
    /// Why it is closed over open items.
    pub open_reason: Option<String>,
}

/// Closes a campaign and plans the look-back.
///
/// # Errors
/// `campaign_closed` (409); `open_items` (409) with the list, unless a reason is given.
pub async fn close(
    app: &App,
    caller: &Caller,
    id: CampaignId,
    closing: Closing,
    now: DateTime<Utc>,
) -> Result<campaign::Model> {
    let closing = check(closing)?;
    let txn = db::write(&app.db).await?;
    let seen = access::lock_open(&txn, caller, id).await?;
    let items = store::open_items(&txn, app, id).await?;
    if !items.is_empty() && closing.open_reason.is_none() {
        return Err(open_items::refusal(&items));
    }
    let open_reason = closing.open_reason.filter(|_| !items.is_empty());
    let change = campaign::ActiveModel {
        status: Set(CampaignStatus::Closed),
        stage: Set(CampaignStage::Closed),
        outcome: Set(Some(closing.outcome)),
        measures: Set(closing.measures),
        findings: Set(closing.findings.or_else(|| seen.findings.clone())),
        watch_list: Set(serde_json::to_value(&closing.watch_list).map_err(anyhow::Error::from)?),
        open_reason: Set(open_reason),
        closed_by: Set(Some(caller.person)),
        closed_at: Set(Some(now)),
        ..Default::default()
    };
    if !store::update(&txn, &seen, change).await? {
        return Err(Refused::ChangedMeanwhile.into());
    }
    let closed = store::find(&txn, id).await?.ok_or_else(Error::not_found)?;
    if !closing.watch_list.is_empty() {
        let list = left_watch_list(&closed, closing.watch_list);
        lists::create_from_campaign(app, &txn, caller, list, now).await?;
    }
    let outcome = closed.outcome.as_deref().unwrap_or_default();
    let entry = Entry::new(&closed, CampaignAction::Closed, Some(caller.person));
    diary::record(&txn, entry.note(outcome), now).await?;
    let told = event(EventKind::CampaignClosed, &closed)
        .by(caller.person)
        .note(outcome);
    notices::emit(&txn, app.state::<MessageCatalog>(), &told, now).await?;
    let days = i64::from(app.state::<CityHandle>().load().campaigns.look_back_days);
    let job = NewJob::of::<look_back::LookBackOnCampaign>(&id, now + TimeDelta::days(days))?;
    enqueue(&txn, job, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(closed)
}

fn check(mut closing: Closing) -> Result<Closing> {
    closing.outcome = fields::text("outcome", &closing.outcome, TEXT_CHARS)?;
    let optional = |field: &str, text: Option<String>| {
        text.map(|text| fields::text(field, &text, TEXT_CHARS))
            .transpose()
    };
    closing.measures = optional("measures", closing.measures)?;
    closing.findings = optional("findings", closing.findings)?;
    closing.open_reason = closing
        .open_reason
        .map(|text| fields::text("open_reason", &text, REASON_CHARS))
        .transpose()?;
    if closing.watch_list.len() > MAX_WATCHED {
        let detail = format!("监管名单最多 {MAX_WATCHED} 条。");
        return Err(fields::invalid("watch_list", "too_many", detail));
    }
    for entry in &mut closing.watch_list {
        entry.name = fields::text("watch_list", &entry.name, NAME_CHARS)?;
        entry.reason = fields::text("watch_list", &entry.reason, 0..=1_000)?;
    }
    Ok(closing)
}

/// Turns the subjects left under watch into a standing list.
fn left_watch_list(campaign: &campaign::Model, entries: Vec<WatchListEntry>) -> LeftWatchList {
    let title: String = campaign.title.chars().take(MAX_LIST_TITLE).collect();
    let list = NewWatchList {
        title: format!("{title}监管名单"),
        area: campaign.area_code.clone(),
        committee: None,
        campaign: Some(campaign.id),
    };
    let subject = |entry: WatchListEntry| LeftSubject {
        subject: entry.name,
        reason: entry.reason,
    };
    LeftWatchList {
        list,
        subjects: entries.into_iter().map(subject).collect(),
    }
}

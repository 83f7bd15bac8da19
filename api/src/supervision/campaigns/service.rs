//! Opening, filling and closing a campaign.

use chrono::{DateTime, Utc};
use entity::ids::{CampaignId, OrderId};
use entity::kinds::{CampaignStatus, PersonLevel, Role};
use entity::{campaign, campaign_order};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, ErrorKind, FieldError, Refusal, Result};
use crate::http::paging::{Page, Paging};
use crate::jobs::queue::{NewJob, enqueue};
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind};
use crate::orders::Actor;
use crate::orders::search::filter::ListQuery;
use crate::orders::search::list::{find_visible, visible_matching};
use crate::supervision::campaigns::{joined, store};

/// A campaign holds this many orders at most; more is a report, not a campaign.
pub const MAX_ORDERS: u64 = 2_000;
/// Numbers that are named at once.
const MAX_NUMBERS: usize = 100;
const MAX_TITLE_CHARS: usize = 100;
const MAX_TEXT_CHARS: usize = 5_000;

/// Why a campaign cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Closed,
    ChangedMeanwhile,
    TooManyOrders,
    /// Orders that do not exist or that the caller does not see.
    UnknownOrders,
    /// A filter that no order fits.
    NothingFound,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Closed => "campaign_closed",
            Self::ChangedMeanwhile => "campaign_changed",
            Self::TooManyOrders => "too_many_orders",
            Self::UnknownOrders => "order_unknown",
            Self::NothingFound => "nothing_found",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Closed => "这项专项监督已经结项。".to_owned(),
            Self::ChangedMeanwhile => "别人刚刚改过这项专项监督，请刷新后再试。".to_owned(),
            Self::TooManyOrders => format!("一项专项监督最多 {MAX_ORDERS} 件工单。"),
            Self::UnknownOrders => "有的工单编号不存在，或您无权查看。".to_owned(),
            Self::NothingFound => "没有符合条件的工单。".to_owned(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Closed | Self::ChangedMeanwhile => ErrorKind::Conflict,
            Self::TooManyOrders | Self::UnknownOrders | Self::NothingFound => ErrorKind::Rule,
        }
    }
}

/// A place kept in view after the campaign.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Watched {
    pub name: String,
    pub reason: String,
}

pub struct NewCampaign {
    pub title: String,
    pub kind: Option<String>,
    /// County-level code; none for the whole city.
    pub area: Option<String>,
    pub purpose: String,
    pub committee: Option<String>,
}

pub struct Closing {
    pub outcome: String,
    pub measures: String,
    pub findings: Option<String>,
    pub watch_list: Vec<Watched>,
}

/// The area a caller's campaigns are confined to: a county supervisor's own, none for the city's.
pub fn confined_to(caller: &Caller) -> Result<Option<String>> {
    match (caller.role, caller.level) {
        (Role::Supervisor, Some(PersonLevel::City)) | (Role::Operator | Role::Admin, _) => Ok(None),
        (Role::Supervisor, _) => caller.area.clone().map(Some).ok_or_else(Error::not_found),
        _ => Err(Error::forbidden("专项监督由人大常委会开展。")),
    }
}

pub async fn open(
    app: &App,
    caller: &Caller,
    new: NewCampaign,
    now: DateTime<Utc>,
) -> Result<campaign::Model> {
    let txn = db::write(&app.db).await?;
    let campaign = open_in(app, &txn, caller, new, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(campaign)
}

/// The same as part of a transaction; after its commit the job runner is to be woken.
pub async fn open_in(
    app: &App,
    txn: &impl ConnectionTrait,
    caller: &Caller,
    new: NewCampaign,
    now: DateTime<Utc>,
) -> Result<campaign::Model> {
    caller.require(Role::Supervisor)?;
    check_text("title", &new.title, MAX_TITLE_CHARS)?;
    check_text("purpose", &new.purpose, MAX_TEXT_CHARS)?;
    let confined = confined_to(caller)?;
    if confined.is_some() && new.area.is_some() && confined != new.area {
        return Err(Error::forbidden("只能在本县区开展专项监督。"));
    }
    let row = campaign::ActiveModel {
        id: Set(CampaignId::generate()),
        title: Set(new.title),
        kind: Set(new.kind),
        area_code: Set(confined.or(new.area)),
        purpose: Set(new.purpose),
        status: Set(CampaignStatus::Open),
        committee: Set(new.committee.or_else(|| caller.committee.clone())),
        findings: Set(None),
        measures: Set(None),
        outcome: Set(None),
        watch_list: Set(serde_json::json!([])),
        opened_by: Set(caller.person),
        opened_at: Set(now),
        closed_by: Set(None),
        closed_at: Set(None),
        version: Set(1),
    };
    let campaign = row.insert(txn).await?;
    tell(
        app,
        txn,
        caller,
        EventKind::CampaignOpened,
        &campaign,
        &campaign.purpose,
        now,
    )
    .await?;
    Ok(campaign)
}

/// Tells those who watch the campaign's area, and its committee.
async fn tell(
    app: &App,
    txn: &impl ConnectionTrait,
    caller: &Caller,
    kind: EventKind,
    campaign: &campaign::Model,
    note: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut event = Event::general(kind)
        .by(caller.person)
        .title(campaign.title.as_str())
        .note(note);
    event.area.clone_from(&campaign.area_code);
    event.committee.clone_from(&campaign.committee);
    notices::emit(txn, app.state::<MessageCatalog>(), &event, now).await
}

/// The campaign, if the caller may know of it.
pub async fn visible(app: &App, caller: &Caller, id: CampaignId) -> Result<campaign::Model> {
    let confined = confined_to(caller).map_err(|_| Error::not_found())?;
    let campaign = store::find(&app.db, id).await?.ok_or_else(Error::not_found)?;
    if confined.is_some() && confined != campaign.area_code {
        return Err(Error::not_found());
    }
    Ok(campaign)
}

/// The campaigns that the caller may know of with how many orders each holds, the newest first.
pub async fn list(app: &App, caller: &Caller, paging: &Paging) -> Result<Page<(campaign::Model, i64)>> {
    let area = confined_to(caller)?;
    let limit = paging.limit()?;
    let rows = store::list(&app.db, area.as_deref(), paging.after()?, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |row| (row.opened_at, row.id));
    let counts = store::counts(&app.db, page.items.iter().map(|row| row.id).collect()).await?;
    Ok(page.map(|row| {
        let count = counts.get(&row.id).copied().unwrap_or(0);
        (row, count)
    }))
}

/// The orders of a campaign.
pub async fn gathered(app: &App, campaign: &campaign::Model) -> Result<Vec<store::Gathered>> {
    Ok(store::gathered(&app.db, campaign.id, MAX_ORDERS).await?)
}

/// The orders of these numbers, all of them or a refusal.
pub async fn by_hand(app: &App, actor: &Actor, mut numbers: Vec<String>) -> Result<Vec<OrderId>> {
    numbers.sort();
    numbers.dedup();
    if numbers.is_empty() || numbers.len() > MAX_NUMBERS {
        let detail = format!("一次 1 到 {MAX_NUMBERS} 件工单。");
        return Err(Error::invalid(vec![FieldError::new(
            "numbers",
            "bad_count",
            detail,
        )]));
    }
    let found = find_visible(app, actor, &numbers).await?;
    if found.len() != numbers.len() {
        return Err(Refused::UnknownOrders.into());
    }
    Ok(found.into_iter().map(|order| order.id).collect())
}

/// The orders of a filter that the actor sees.
pub async fn by_filter(app: &App, actor: &Actor, filter: &ListQuery) -> Result<Vec<OrderId>> {
    let found = visible_matching(app, actor, filter, MAX_ORDERS + 1).await?;
    if found.is_empty() {
        return Err(Refused::NothingFound.into());
    }
    Ok(found)
}

/// Adds orders the caller has been shown to see.
pub async fn add_orders(
    app: &App,
    caller: &Caller,
    campaign: &campaign::Model,
    orders: Vec<OrderId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let txn = db::write(&app.db).await?;
    add_orders_in(&txn, caller, campaign, orders, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// The same as part of a transaction; after its commit the job runner is to be woken.
pub async fn add_orders_in(
    txn: &impl ConnectionTrait,
    caller: &Caller,
    campaign: &campaign::Model,
    orders: Vec<OrderId>,
    now: DateTime<Utc>,
) -> Result<()> {
    caller.require(Role::Supervisor)?;
    if campaign.status == CampaignStatus::Closed {
        return Err(Refused::Closed.into());
    }
    let held = store::counts(txn, vec![campaign.id])
        .await?
        .get(&campaign.id)
        .copied()
        .unwrap_or(0);
    let total = u64::try_from(held).unwrap_or(0) + orders.len() as u64;
    if total > MAX_ORDERS {
        return Err(Refused::TooManyOrders.into());
    }
    let row = |order| campaign_order::ActiveModel {
        campaign_id: Set(campaign.id),
        order_id: Set(order),
        added_by: Set(caller.person),
        added_at: Set(now),
        told_at: Set(None),
    };
    store::gather(txn, orders.into_iter().map(row).collect()).await?;
    let job = NewJob {
        kind: joined::TELL,
        subject: campaign.id.to_string(),
        dedup_key: None,
        run_at: now,
    };
    enqueue(txn, job, now).await
}

pub async fn close(
    app: &App,
    caller: &Caller,
    campaign: campaign::Model,
    closing: Closing,
    now: DateTime<Utc>,
) -> Result<campaign::Model> {
    caller.require(Role::Supervisor)?;
    check_text("outcome", &closing.outcome, MAX_TEXT_CHARS)?;
    check_text("measures", &closing.measures, MAX_TEXT_CHARS)?;
    if campaign.status == CampaignStatus::Closed {
        return Err(Refused::Closed.into());
    }
    let txn = db::write(&app.db).await?;
    let change = campaign::ActiveModel {
        status: Set(CampaignStatus::Closed),
        outcome: Set(Some(closing.outcome)),
        measures: Set(Some(closing.measures)),
        findings: Set(closing.findings.or_else(|| campaign.findings.clone())),
        watch_list: Set(serde_json::to_value(closing.watch_list).map_err(anyhow::Error::from)?),
        closed_by: Set(Some(caller.person)),
        closed_at: Set(Some(now)),
        ..Default::default()
    };
    if !store::update(&txn, &campaign, change).await? {
        return Err(Refused::ChangedMeanwhile.into());
    }
    let closed = store::find(&txn, campaign.id)
        .await?
        .ok_or_else(Error::not_found)?;
    let outcome = closed.outcome.as_deref().unwrap_or_default();
    tell(
        app,
        &txn,
        caller,
        EventKind::CampaignClosed,
        &closed,
        outcome,
        now,
    )
    .await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(closed)
}

fn check_text(field: &str, text: &str, max: usize) -> Result<()> {
    let length = text.trim().chars().count();
    if (1..=max).contains(&length) {
        return Ok(());
    }
    let detail = format!("应为 1 到 {max} 个字。");
    Err(Error::invalid(vec![FieldError::new(field, "bad_length", detail)]))
}

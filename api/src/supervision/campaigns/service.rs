//! Opening a campaign and adding orders to it.

use crate::city::snapshot::CityHandle;
use chrono::{DateTime, Utc};
use entity::ids::{CampaignId, OrderId};
use entity::kinds::{CampaignAction, CampaignStage, CampaignStatus, Role};
use entity::{campaign, campaign_order};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, FieldError, Result};
use crate::http::fields;
use crate::http::paging::{Page, Paging};
use crate::jobs::queue::{NewJob, enqueue};
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind, Subject};
use crate::orders::Actor;
use crate::orders::search::filter::ListQuery;
use crate::orders::search::list::{find_visible, visible_matching};
use crate::supervision::campaigns::access::area_restriction;
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::stages::Refused;
use crate::supervision::campaigns::store::CampaignFilter;
use crate::supervision::campaigns::{notify_joined, store};

pub use crate::supervision::campaigns::stages::MAX_ORDERS;

/// Numbers that are named at once.
pub const MAX_NUMBERS: usize = 100;
pub(super) const TITLE_CHARS: std::ops::RangeInclusive<usize> = 1..=100;
pub(super) const TEXT_CHARS: std::ops::RangeInclusive<usize> = 1..=5_000;
pub(super) const MAX_KIND_CHARS: usize = 60;

#[derive(Debug, Default)]
pub struct NewCampaign {
    pub title: String,
    pub kind: Option<String>,
    /// County-level code; `None` for the whole city.
    pub area: Option<String>,
    pub purpose: String,
    /// By name, alias or code; `None` takes the caller's own.
    pub committee: Option<String>,
    /// The city's campaign that this one is a county's part of.
    pub parent: Option<CampaignId>,
}

/// Opens a campaign with its first orders.
pub async fn open(
    app: &App,
    caller: &Caller,
    new: NewCampaign,
    orders: Vec<OrderId>,
    now: DateTime<Utc>,
) -> Result<campaign::Model> {
    let txn = db::write(&app.db).await?;
    let campaign = open_in(app, &txn, caller, new, now).await?;
    if !orders.is_empty() {
        add_orders_in(&txn, caller, &campaign, orders, now).await?;
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(campaign)
}

/// Opens a campaign as part of a transaction; the caller wakes the job runner after its commit.
pub async fn open_in(
    app: &App,
    txn: &impl ConnectionTrait,
    caller: &Caller,
    new: NewCampaign,
    now: DateTime<Utc>,
) -> Result<campaign::Model> {
    caller.require(Role::Supervisor)?;
    let restriction = area_restriction(caller)?;
    if restriction.is_some() && new.area.is_some() && restriction != new.area {
        return Err(Error::forbidden("只能在本县区开展专项监督。"));
    }
    let area = restriction.or(new.area);
    if let Some(parent) = new.parent {
        check_parent(txn, parent, area.as_deref()).await?;
    }
    let committee = new
        .committee
        .map(|text| app.state::<CityHandle>().load().committees.resolve(&text))
        .transpose()?;
    let row = campaign::Model {
        id: CampaignId::generate(),
        title: fields::text("title", &new.title, TITLE_CHARS)?,
        kind: fields::optional_text("kind", new.kind, MAX_KIND_CHARS)?,
        area_code: area,
        purpose: fields::text("purpose", &new.purpose, TEXT_CHARS)?,
        committee: committee.or_else(|| caller.committee.clone()),
        opened_by: caller.person,
        opened_at: now,
        parent_id: new.parent,
        ..blank(caller, now)
    };
    store::insert(txn, row.clone()).await?;
    let entry = Entry::new(&row, CampaignAction::Opened, Some(caller.person));
    diary::record(txn, entry.note(&row.purpose), now).await?;
    let told = event(EventKind::CampaignOpened, &row)
        .by(caller.person)
        .note(row.purpose.as_str());
    notices::emit(txn, app.state::<MessageCatalog>(), &told, now).await?;
    Ok(row)
}

/// A campaign that has just been filed, without its words.
pub(super) fn blank(caller: &Caller, now: DateTime<Utc>) -> campaign::Model {
    campaign::Model {
        id: CampaignId::generate(),
        title: String::new(),
        kind: None,
        area_code: None,
        purpose: String::new(),
        status: CampaignStatus::Open,
        committee: None,
        findings: None,
        measures: None,
        outcome: None,
        watch_list: serde_json::json!([]),
        opened_by: caller.person,
        opened_at: now,
        closed_by: None,
        closed_at: None,
        version: 1,
        stage: CampaignStage::Filed,
        parent_id: None,
        due_at: None,
        open_reason: None,
        look_back: None,
    }
}

/// The parent is an open campaign of the whole city, and the county has no part of it yet.
async fn check_parent(txn: &impl ConnectionTrait, parent: CampaignId, area: Option<&str>) -> Result<()> {
    let found = store::lock(txn, parent).await?.ok_or(Refused::UnknownParent)?;
    if found.status == CampaignStatus::Closed {
        return Err(Refused::Closed.into());
    }
    let Some(area) = area.filter(|_| found.area_code.is_none() && found.parent_id.is_none()) else {
        return Err(Refused::NotCityWide.into());
    };
    let children = store::children(txn, parent).await?;
    if children
        .iter()
        .any(|child| child.area_code.as_deref() == Some(area))
    {
        return Err(Refused::CountyHasTask.into());
    }
    Ok(())
}

/// An event of a campaign, for those who watch its area, and its committee.
#[must_use]
pub fn event(kind: EventKind, campaign: &campaign::Model) -> Event<'static> {
    let mut event = Event::general(kind)
        .title(campaign.title.as_str())
        .about(Subject::Matter(campaign.id));
    event.area.clone_from(&campaign.area_code);
    event.committee.clone_from(&campaign.committee);
    event
}

/// Lists the campaigns visible to the caller with their numbers of orders, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: CampaignFilter,
    paging: &Paging,
) -> Result<Page<(campaign::Model, i64)>> {
    let restriction = area_restriction(caller)?;
    let limit = paging.limit()?;
    if restriction.is_some() && filter.area.is_some() && restriction != filter.area {
        return Ok(Page {
            items: Vec::new(),
            next_cursor: None,
        });
    }
    let filter = CampaignFilter {
        area: restriction.or(filter.area),
        ..filter
    };
    let rows = store::list(&app.db, &filter, paging.after()?, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |row| (row.opened_at, row.id));
    let counts = store::counts(&app.db, page.items.iter().map(|row| row.id).collect()).await?;
    Ok(page.map(|row| {
        let count = counts.get(&row.id).copied().unwrap_or(0);
        (row, count)
    }))
}

/// The orders of a campaign.
pub async fn gathered(app: &App, campaign: &campaign::Model) -> Result<Vec<store::CampaignOrder>> {
    Ok(store::gathered(&app.db, campaign.id, MAX_ORDERS).await?)
}

/// The orders of these numbers, all of them or a refusal.
pub async fn orders_by_number(app: &App, actor: &Actor, mut numbers: Vec<String>) -> Result<Vec<OrderId>> {
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

/// Adds orders as part of a transaction; the caller wakes the job runner after its commit. Those already in stay.
pub async fn add_orders_in(
    txn: &impl ConnectionTrait,
    caller: &Caller,
    campaign: &campaign::Model,
    orders: Vec<OrderId>,
    now: DateTime<Utc>,
) -> Result<()> {
    caller.require(Role::Supervisor)?;
    let campaign = store::lock(txn, campaign.id)
        .await?
        .ok_or_else(Error::not_found)?;
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
    let added = store::gather(txn, orders.into_iter().map(row).collect()).await?;
    if added == 0 {
        return Ok(());
    }
    let entry = Entry::new(&campaign, CampaignAction::OrdersAdded, Some(caller.person));
    diary::record(txn, entry.reference(added.to_string()), now).await?;
    let job = NewJob::of::<notify_joined::NotifyJoined>(&campaign.id, now)?;
    enqueue(txn, job, now).await
}

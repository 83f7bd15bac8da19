//! Creating and reading watch lists.

use crate::city::snapshot::CityHandle;
use chrono::{DateTime, Utc};
use entity::ids::{CampaignId, WatchEntryId, WatchListId};
use entity::kinds::Role;
use entity::{watch_entry, watch_list};
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, Result};
use crate::http::fields::{self, invalid};
use crate::http::paging::{Page, Paging};
use crate::watch_lists::access::{area_restriction, check_visible};
use crate::watch_lists::rules::{MAX_LISTS, Refused};
use crate::watch_lists::store;
use crate::watch_lists::view::{self, WatchListView};

const TITLE_CHARS: std::ops::RangeInclusive<usize> = 2..=100;

/// A list in the making.
pub struct NewWatchList {
    pub title: String,
    /// County-level code; `None` for the whole city.
    pub area: Option<String>,
    pub committee: Option<String>,
    pub campaign: Option<CampaignId>,
}

/// Creates an empty list.
pub async fn create(
    app: &App,
    caller: &Caller,
    new: NewWatchList,
    now: DateTime<Utc>,
) -> Result<WatchListView> {
    caller.require(Role::Supervisor)?;
    let row = row(app, caller, new, now)?;
    let txn = db::write(&app.db).await?;
    if let Some(campaign) = row.campaign_id
        && !store::campaign_within(&txn, campaign, row.area_code.as_deref()).await?
    {
        return Err(invalid("campaign", "unknown_campaign", "没有这项专项监督。"));
    }
    insert(&txn, &row).await?;
    txn.commit().await?;
    show(app, caller, row.id).await
}

fn row(app: &App, caller: &Caller, new: NewWatchList, now: DateTime<Utc>) -> Result<watch_list::Model> {
    let city = app.state::<CityHandle>().load();
    let title = fields::text("title", &new.title, TITLE_CHARS)?;
    let committee = new
        .committee
        .map(|text| city.committees.resolve(&text))
        .transpose()?;
    let restriction = area_restriction(caller)?;
    if restriction.is_some() && new.area.is_some() && restriction != new.area {
        return Err(Refused::OtherArea.into());
    }
    Ok(watch_list::Model {
        id: WatchListId::generate(),
        title,
        area_code: restriction.or(new.area),
        committee: committee.or_else(|| caller.committee.clone()),
        campaign_id: new.campaign,
        created_by: caller.person,
        created_at: now,
    })
}

async fn insert(txn: &impl ConnectionTrait, row: &watch_list::Model) -> Result<()> {
    if store::count_lists(txn).await? >= MAX_LISTS {
        return Err(Refused::TooMany.into());
    }
    store::insert_list(txn, row.clone()).await
}

/// A subject that a closing campaign leaves under watch: its name and the reason.
pub struct LeftSubject {
    pub subject: String,
    pub reason: String,
}

/// A list that a closing campaign leaves.
pub struct LeftWatchList {
    pub list: NewWatchList,
    pub subjects: Vec<LeftSubject>,
}

/// Creates a list with its first subjects, inside the transaction that closes a campaign.
pub async fn create_from_campaign(
    app: &App,
    txn: &impl ConnectionTrait,
    caller: &Caller,
    left: LeftWatchList,
    now: DateTime<Utc>,
) -> Result<()> {
    let LeftWatchList { list, subjects } = left;
    let row = row(app, caller, list, now)?;
    insert(txn, &row).await?;
    let entry = |left: LeftSubject| watch_entry::Model {
        id: WatchEntryId::generate(),
        list_id: row.id,
        subject: left.subject,
        place: None,
        longitude: None,
        latitude: None,
        owner_unit: None,
        reason: left.reason,
        reinspect_every_days: None,
        next_inspection_at: None,
        reminded_for: None,
        added_by: caller.person,
        added_at: now,
        removed_by: None,
        removed_at: None,
        removal_reason: None,
        version: 1,
    };
    store::insert_entries(txn, subjects.into_iter().map(entry).collect()).await
}

/// The list's row, or 404 if the caller may not know of it.
pub async fn visible(app: &App, caller: &Caller, id: WatchListId) -> Result<watch_list::Model> {
    let list = store::find(&app.db, id).await?.ok_or_else(Error::not_found)?;
    check_visible(caller, &list)?;
    Ok(list)
}

pub async fn show(app: &App, caller: &Caller, id: WatchListId) -> Result<WatchListView> {
    let list = visible(app, caller, id).await?;
    let mut views = view::views(app, vec![list], true).await?;
    views.pop().ok_or_else(Error::not_found)
}

/// The lists that the caller may know of with their entries, the newest first.
pub async fn list(app: &App, caller: &Caller, paging: &Paging) -> Result<Page<WatchListView>> {
    let area = area_restriction(caller)?;
    let limit = paging.limit()?;
    let rows = store::list(&app.db, area.as_deref(), paging.after()?, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |row| row.id);
    Ok(Page {
        items: view::views(app, page.items, false).await?,
        next_cursor: page.next_cursor,
    })
}

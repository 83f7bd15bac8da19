//! Adding a subject to a watch list, inspecting it, removing it.

use crate::city::snapshot::CityHandle;
use crate::moments::ensure_past;
use chrono::{DateTime, Utc};
use entity::ids::{InspectionId, PhotoId, WatchEntryId, WatchListId};
use entity::kinds::Role;
use entity::{watch_entry, watch_inspection};
use sea_orm::ActiveValue::Set;
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, Result};
use crate::http::fields::{self, GivenPlace, Place, invalid};
use crate::photos::evidence;
use crate::watch_lists::rules::{MAX_ENTRIES, MAX_INTERVAL_DAYS, Refused, next_inspection};
use crate::watch_lists::view::{self, WatchEntryView};
use crate::watch_lists::{lists, reminder, store};

const SUBJECT_CHARS: std::ops::RangeInclusive<usize> = 1..=100;
const REASON_CHARS: std::ops::RangeInclusive<usize> = 1..=1_000;
const NOTE_CHARS: std::ops::RangeInclusive<usize> = 1..=2_000;

/// A subject in the making.
pub struct NewEntry {
    pub subject: String,
    pub place: Option<GivenPlace>,
    /// By name, alias, code or id.
    pub owner_unit: String,
    pub reason: String,
    pub reinspect_every_days: Option<i32>,
}

/// Adds a subject and plans its first re-inspection.
pub async fn add(
    app: &App,
    caller: &Caller,
    list: WatchListId,
    new: NewEntry,
    now: DateTime<Utc>,
) -> Result<WatchEntryView> {
    let list = lists::visible(app, caller, list).await?;
    caller.require(Role::Supervisor)?;
    let row = entry(app, caller, list.id, new, now)?;
    let txn = db::write(&app.db).await?;
    if store::count_entries(&txn, list.id).await? >= MAX_ENTRIES {
        return Err(Refused::TooMany.into());
    }
    store::insert_entries(&txn, vec![row.clone()]).await?;
    reminder::schedule(app, &txn, &row, now).await?;
    txn.commit().await?;
    view::entry(app, row).await
}

fn entry(
    app: &App,
    caller: &Caller,
    list: WatchListId,
    new: NewEntry,
    now: DateTime<Utc>,
) -> Result<watch_entry::Model> {
    let subject = fields::text("subject", &new.subject, SUBJECT_CHARS)?;
    let reason = fields::text("reason", &new.reason, REASON_CHARS)?;
    let place = Place::from_given("place", new.place)?;
    let city = app.state::<CityHandle>().load();
    let unit = city.units.resolve(&new.owner_unit).map(|unit| unit.id);
    let unit = unit.ok_or_else(|| invalid("owner_unit", "unknown_unit", "没有这个单位。"))?;
    let every = new.reinspect_every_days;
    if every.is_some_and(|days| !(1..=MAX_INTERVAL_DAYS).contains(&days)) {
        let detail = format!("复查间隔应为 1 到 {MAX_INTERVAL_DAYS} 天。");
        return Err(invalid("reinspect_every_days", "out_of_range", detail));
    }
    Ok(watch_entry::Model {
        id: WatchEntryId::generate(),
        list_id: list,
        subject,
        place: place.name,
        longitude: place.point.map(|point| point.longitude),
        latitude: place.point.map(|point| point.latitude),
        owner_unit: Some(unit),
        reason,
        reinspect_every_days: every,
        next_inspection_at: next_inspection(now, every),
        reminded_for: None,
        added_by: caller.person,
        added_at: now,
        removed_by: None,
        removed_at: None,
        removal_reason: None,
        version: 1,
    })
}

/// An entry as a path names it: it must be of this list.
#[derive(Clone, Copy, Debug)]
pub struct EntryKey {
    pub list: WatchListId,
    pub entry: WatchEntryId,
}

/// Findings of an inspection.
pub struct NewInspection {
    pub at: DateTime<Utc>,
    pub note: String,
    pub photos: Vec<PhotoId>,
    pub passed: bool,
}

/// Records an inspection and plans the next one, counted from it.
pub async fn inspect(
    app: &App,
    caller: &Caller,
    key: EntryKey,
    new: NewInspection,
    now: DateTime<Utc>,
) -> Result<WatchEntryView> {
    let list = lists::visible(app, caller, key.list).await?;
    caller.require(Role::Supervisor)?;
    let note = fields::text("note", &new.note, NOTE_CHARS)?;
    if new.at > now {
        return Err(Refused::InspectedInTheFuture.into());
    }
    ensure_past("at", new.at, now)?;
    let txn = db::write(&app.db).await?;
    let entry = active(store::lock_entry(&txn, key.entry).await?, list.id)?;
    evidence::keep(&txn, caller.person, &new.photos).await?;
    let inspection = watch_inspection::Model {
        id: InspectionId::generate(),
        entry_id: entry.id,
        at: new.at,
        note,
        photo_ids: json!(new.photos),
        passed: new.passed,
        inspected_by: caller.person,
        created_at: now,
    };
    store::insert_inspection(&txn, inspection).await?;
    let next = next_inspection(new.at, entry.reinspect_every_days);
    let change = watch_entry::ActiveModel {
        next_inspection_at: Set(next),
        ..Default::default()
    };
    if !store::update_entry(&txn, &entry, change).await? {
        return Err(Refused::ChangedMeanwhile.into());
    }
    let entry = watch_entry::Model {
        next_inspection_at: next,
        version: entry.version + 1,
        ..entry
    };
    reminder::schedule(app, &txn, &entry, now).await?;
    txn.commit().await?;
    view::entry(app, entry).await
}

/// Takes a subject off the list; it stays on record with the reason.
pub async fn remove(
    app: &App,
    caller: &Caller,
    key: EntryKey,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<WatchEntryView> {
    let list = lists::visible(app, caller, key.list).await?;
    caller.require(Role::Supervisor)?;
    let reason = fields::text("reason", reason, REASON_CHARS)?;
    let txn = db::write(&app.db).await?;
    let entry = active(store::lock_entry(&txn, key.entry).await?, list.id)?;
    let change = watch_entry::ActiveModel {
        removed_by: Set(Some(caller.person)),
        removed_at: Set(Some(now)),
        removal_reason: Set(Some(reason)),
        next_inspection_at: Set(None),
        ..Default::default()
    };
    if !store::update_entry(&txn, &entry, change).await? {
        return Err(Refused::ChangedMeanwhile.into());
    }
    txn.commit().await?;
    let row = store::find_entry(&app.db, key.entry)
        .await?
        .ok_or_else(Error::not_found)?;
    view::entry(app, row).await
}

fn active(entry: Option<watch_entry::Model>, list: WatchListId) -> Result<watch_entry::Model> {
    let entry = entry.filter(|entry| entry.list_id == list);
    let entry = entry.ok_or_else(Error::not_found)?;
    if entry.removed_at.is_some() {
        return Err(Refused::Removed.into());
    }
    Ok(entry)
}

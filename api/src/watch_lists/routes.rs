//! 重点监管名单: create and read lists, add, inspect and remove their subjects.

use crate::city::snapshot::CityHandle;
use actix_web::{HttpResponse, delete, get, post, web};
use chrono::{DateTime, FixedOffset, Utc};
use entity::ids::{CampaignId, PhotoId, WatchEntryId, WatchListId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::fields::{GivenPlace, invalid};
use crate::http::paging::{Page, Paging};
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::watch_lists::entries::{self, EntryKey, NewEntry, NewInspection};
use crate::watch_lists::lists::{self, NewWatchList};
use crate::watch_lists::view::{WatchEntryView, WatchListView};

/// Lists watch lists with their subjects, the newest first.
#[utoipa::path(
    tag = "watch-lists",
    params(Paging),
    responses((status = 200, body = Page<WatchListView>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/watch-lists")]
pub async fn list_watch_lists(
    app: web::Data<App>,
    caller: Caller,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<WatchListView>>> {
    Ok(web::Json(lists::list(&app, &caller, &paging).await?))
}

/// Returns one watch list.
#[utoipa::path(
    tag = "watch-lists",
    params(("id" = WatchListId, Path)),
    responses((status = 200, body = WatchListView), ReadErrors),
    security(("bearer" = []))
)]
#[get("/watch-lists/{id}")]
pub async fn show_watch_list(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<WatchListId>,
) -> Result<web::Json<WatchListView>> {
    Ok(web::Json(lists::show(&app, &caller, id.into_inner()).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateWatchList {
    #[serde(alias = "name")]
    #[schema(min_length = 2, max_length = 100)]
    pub title: String,
    /// County by code or name; left out for the whole city, or the county of its supervisor.
    pub area: Option<String>,
    /// One of the city's committees.
    pub committee: Option<String>,
    /// The campaign it comes from.
    pub campaign: Option<CampaignId>,
}

/// Creates a watch list.
#[utoipa::path(
    tag = "watch-lists",
    request_body = CreateWatchList,
    responses((status = 201, body = WatchListView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/watch-lists")]
pub async fn create_watch_list(
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<CreateWatchList>,
) -> Result<HttpResponse> {
    let CreateWatchList {
        title,
        area,
        committee,
        campaign,
    } = body.into_inner();
    let city = app.state::<CityHandle>().load();
    let code = |text: String| {
        let county = city.county(&text).map(|county| county.code.clone());
        county.ok_or_else(|| invalid("area", "unknown_area", "没有这个县区。"))
    };
    let new = NewWatchList {
        title,
        area: area.map(code).transpose()?,
        committee,
        campaign,
    };
    let view = lists::create(&app, &caller, new, app.clock.now()).await?;
    Ok(HttpResponse::Created().json(view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct AddWatchEntry {
    /// A site, a company, a road.
    #[schema(min_length = 1, max_length = 100)]
    pub subject: String,
    pub place: Option<GivenPlace>,
    /// The unit that answers for it, by name, alias, code or id.
    pub owner_unit: String,
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    #[schema(minimum = 1, maximum = 3660)]
    pub reinspect_every_days: Option<i32>,
}

/// Adds a subject to a watch list.
#[utoipa::path(
    tag = "watch-lists",
    params(("id" = WatchListId, Path)),
    request_body = AddWatchEntry,
    responses((status = 201, body = WatchEntryView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/watch-lists/{id}/entries")]
pub async fn add_watch_entry(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<WatchListId>,
    body: web::Json<AddWatchEntry>,
) -> Result<HttpResponse> {
    let AddWatchEntry {
        subject,
        place,
        owner_unit,
        reason,
        reinspect_every_days,
    } = body.into_inner();
    let new = NewEntry {
        subject,
        place,
        owner_unit,
        reason,
        reinspect_every_days,
    };
    let view = entries::add(&app, &caller, id.into_inner(), new, app.clock.now()).await?;
    Ok(HttpResponse::Created().json(view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct RecordInspection {
    #[serde(deserialize_with = "crate::moments::moment")]
    pub at: DateTime<FixedOffset>,
    #[schema(min_length = 1, max_length = 2000)]
    pub note: String,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub photo_ids: Vec<PhotoId>,
    pub passed: bool,
}

/// Records a re-inspection of a subject; the next one is planned from it.
#[utoipa::path(
    tag = "watch-lists",
    params(("id" = WatchListId, Path), ("entry" = WatchEntryId, Path)),
    request_body = RecordInspection,
    responses((status = 201, body = WatchEntryView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/watch-lists/{id}/entries/{entry}/inspections")]
pub async fn record_inspection(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(WatchListId, WatchEntryId)>,
    body: web::Json<RecordInspection>,
) -> Result<HttpResponse> {
    let RecordInspection {
        at,
        note,
        photo_ids,
        passed,
    } = body.into_inner();
    let new = NewInspection {
        at: at.with_timezone(&Utc),
        note,
        photos: photo_ids,
        passed,
    };
    let (list, entry) = path.into_inner();
    let view = entries::inspect(&app, &caller, EntryKey { list, entry }, new, app.clock.now()).await?;
    Ok(HttpResponse::Created().json(view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct RemoveWatchEntry {
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// Takes a subject off the list, with a reason; it stays on record.
#[utoipa::path(
    tag = "watch-lists",
    params(("id" = WatchListId, Path), ("entry" = WatchEntryId, Path)),
    request_body = RemoveWatchEntry,
    responses((status = 200, body = WatchEntryView), WriteErrors),
    security(("bearer" = []))
)]
#[delete("/watch-lists/{id}/entries/{entry}")]
pub async fn remove_watch_entry(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(WatchListId, WatchEntryId)>,
    body: web::Json<RemoveWatchEntry>,
) -> Result<web::Json<WatchEntryView>> {
    let (list, entry) = path.into_inner();
    let (key, now) = (EntryKey { list, entry }, app.clock.now());
    let view = entries::remove(&app, &caller, key, &body.reason, now).await?;
    Ok(web::Json(view))
}

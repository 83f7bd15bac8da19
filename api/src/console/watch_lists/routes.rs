//! `/console/watch-lists`

use actix_web::ResponseError as _;
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use entity::ids::{WatchEntryId, WatchListId};
use entity::kinds::Datum;

use super::page_model::{self, PATH};
use crate::console::campaigns::{moment, required};
use crate::console::forms::FormFields;
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::http::fields::{GivenPlace, NamedPoint, invalid};
use crate::http::paging::Paging;
use crate::watch_lists::entries::{self, EntryKey, NewEntry, NewInspection};
use crate::watch_lists::lists::{self, NewWatchList};

#[get("/watch-lists")]
pub async fn list_all(visitor: ConsoleUser, paging: Query<Paging>) -> Result<HttpResponse, PageError> {
    page(&page_model::all(&visitor, paging.into_inner().cursor, None).await?)
}

#[post("/watch-lists")]
pub async fn create_list(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let text = |name: &str| sent.entries.some(name).map(str::to_owned);
    let new = NewWatchList {
        title: sent.entries.text("title").to_owned(),
        area: text("area"),
        committee: None,
        campaign: None,
    };
    match lists::create(&visitor.app, &visitor.caller, new, visitor.now).await {
        Ok(list) => Ok(see_other(&format!("{PATH}/{}?done=watch_list_created", list.id))),
        Err(error @ Error::Refused(_)) => {
            let again = page_model::all(&visitor, None, Some((&sent.entries, &error))).await?;
            with_status(error.status_code(), &again)
        }
        Err(error) => Err(error.into()),
    }
}

#[get("/watch-lists/{id}")]
pub async fn show_list(visitor: ConsoleUser, id: Path<WatchListId>) -> Result<HttpResponse, PageError> {
    page(&page_model::one(&visitor, *id, None).await?)
}

#[post("/watch-lists/{id}/entries")]
pub async fn add_entry(
    visitor: ConsoleUser,
    id: Path<WatchListId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let added = match entry(&sent.entries) {
        Ok(new) => entries::add(&visitor.app, &visitor.caller, *id, new, visitor.now).await,
        Err(error) => Err(error),
    };
    let done = added.map(|_| "watch_entry_added");
    after(&visitor, *id, "add", &sent.entries, done).await
}

fn entry(given: &FormFields) -> Result<NewEntry> {
    let name = given.some("place").map(str::to_owned);
    let place = if given.some("longitude").is_some() {
        Some(GivenPlace::Point(NamedPoint {
            longitude: required(given, "longitude")?,
            latitude: required(given, "latitude")?,
            datum: Datum::Wgs84,
            name,
        }))
    } else {
        name.map(GivenPlace::Name)
    };
    let every = given.some("reinspect_every_days").map(str::parse).transpose();
    let every = every.map_err(|_| invalid("reinspect_every_days", "malformed", "请填写天数。"))?;
    Ok(NewEntry {
        subject: given.text("subject").to_owned(),
        place,
        owner_unit: given.text("owner_unit").to_owned(),
        reason: given.text("reason").to_owned(),
        reinspect_every_days: every,
    })
}

#[post("/watch-lists/{id}/entries/{entry}/{action}")]
pub async fn act_on_entry(
    visitor: ConsoleUser,
    path: Path<(WatchListId, WatchEntryId, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let (list, entry, action) = path.into_inner();
    let sent = FormData::read(&visitor, &request, body).await?;
    let (app, caller, now) = (&visitor.app, &visitor.caller, visitor.now);
    let done = match action.as_str() {
        "inspections" => match inspection(&visitor, &sent) {
            Ok(new) => entries::inspect(app, caller, EntryKey { list, entry }, new, now)
                .await
                .map(|_| "inspection_recorded"),
            Err(error) => Err(error),
        },
        "remove" => {
            let reason = sent.entries.text("reason");
            entries::remove(app, caller, EntryKey { list, entry }, reason, now)
                .await
                .map(|_| "watch_entry_removed")
        }
        _ => return Err(PageError::not_found()),
    };
    let form = format!("{action}-{entry}");
    after(&visitor, list, &form, &sent.entries, done).await
}

fn inspection(visitor: &ConsoleUser, sent: &FormData) -> Result<NewInspection> {
    let at = moment(visitor, &sent.entries, "at")?;
    Ok(NewInspection {
        at: at.ok_or_else(|| invalid("at", "required", "请填写时间。"))?,
        note: sent.entries.text("note").to_owned(),
        photos: sent.photos.clone(),
        passed: sent.entries.text("passed") == "yes",
    })
}

/// The list again, with what was done or with what was refused.
async fn after(
    visitor: &ConsoleUser,
    list: WatchListId,
    form: &str,
    entries: &FormFields,
    done: Result<&'static str>,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(done) => Ok(see_other(&format!("{PATH}/{list}?done={done}"))),
        Err(error @ Error::Refused(_)) => {
            let again = page_model::one(visitor, list, Some((form, entries, &error))).await?;
            with_status(error.status_code(), &again)
        }
        Err(error) => Err(error.into()),
    }
}

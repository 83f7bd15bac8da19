//! `/console/admin/calendars`: addresses under which calendar programs read deadlines. An address is shown once.

use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;
use entity::ids::CalendarFeedId;
use entity::kinds::Role;

use super::clients::trouble;
use crate::calendar_feeds::service::{self, Subject};
use crate::city::snapshot::CityHandle;
use crate::console::forms::FormFields;
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, FieldError, Result};

const PATH: &str = "/console/admin/calendars";

struct Line {
    id: CalendarFeedId,
    name: String,
    created: String,
}

#[derive(Template)]
#[template(path = "admin_calendars.html")]
struct CalendarsPage {
    frame: PageContext,
    lines: Vec<Line>,
    units: Vec<String>,
    committees: Vec<String>,
    /// The address that has just been made.
    address: Option<String>,
    trouble: Option<String>,
}

#[get("/admin/calendars")]
pub async fn show(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    page(&calendars_page(&visitor).await?)
}

async fn calendars_page(visitor: &ConsoleUser) -> Result<CalendarsPage> {
    let feeds = service::list(&visitor.app, &visitor.caller).await?;
    let city = visitor.app.state::<CityHandle>().load();
    let line = |feed: entity::calendar_feed::Model| Line {
        id: feed.id,
        name: service::name(&city, &feed),
        created: labels::when(feed.created_at, visitor.now, city.zone()),
    };
    Ok(CalendarsPage {
        frame: visitor.frame(Section::Clients, "日历订阅"),
        lines: feeds.into_iter().map(line).collect(),
        units: city.units.all().iter().map(|unit| unit.name.clone()).collect(),
        committees: city.committees.all().iter().map(|one| one.name.clone()).collect(),
        address: None,
        trouble: None,
    })
}

#[post("/admin/calendars")]
pub async fn create(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    visitor.caller.require(Role::Admin)?;
    match make(&visitor, &sent.entries).await {
        Ok(address) => page_with_address(&visitor, address).await,
        Err(error @ Error::Refused(_)) => {
            let mut shown = calendars_page(&visitor).await?;
            let status = error.status_code();
            shown.trouble = Some(trouble(error));
            with_status(status, &shown)
        }
        Err(broken) => Err(broken.into()),
    }
}

async fn page_with_address(visitor: &ConsoleUser, address: String) -> Result<HttpResponse, PageError> {
    let mut shown = calendars_page(visitor).await?;
    shown.address = Some(address);
    page(&shown)
}

async fn make(visitor: &ConsoleUser, entries: &FormFields) -> Result<String> {
    let city = visitor.app.state::<CityHandle>().load();
    let subject = match (entries.some("unit"), entries.some("committee")) {
        (Some(unit), None) => city.units.resolve(unit).map(|unit| Subject::Unit(unit.id)),
        (None, Some(committee)) => Some(Subject::Committee(committee.to_owned())),
        _ => None,
    };
    let subject = subject.ok_or_else(|| {
        let detail = "请填写一个单位，或者选择一个委员会。";
        Error::invalid(vec![FieldError::new("unit", "required", detail)])
    })?;
    service::create(&visitor.app, &visitor.caller, subject, visitor.now).await
}

#[post("/admin/calendars/{id}/rotate")]
pub async fn rotate(
    visitor: ConsoleUser,
    id: Path<CalendarFeedId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    let address = service::rotate(&visitor.app, &visitor.caller, *id).await?;
    page_with_address(&visitor, address).await
}

#[post("/admin/calendars/{id}/revoke")]
pub async fn revoke(
    visitor: ConsoleUser,
    id: Path<CalendarFeedId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    service::revoke(&visitor.app, &visitor.caller, *id, visitor.now).await?;
    Ok(see_other(&format!("{PATH}?done=client_revoked")))
}

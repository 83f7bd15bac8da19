//! `/console/admin/linked-units`: units whose orders are handed over to the city's platform, with the platform's codes.

use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;
use entity::ids::UnitId;
use entity::kinds::Role;

use super::connection::{sent_by_admin, trouble};
use crate::audit_log::AuditActor;
use crate::city::snapshot::CityHandle;
use crate::console::forms::FormFields;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::webhooks::linked_units::{self, LinkedUnit};

const PATH: &str = "/console/admin/linked-units";

#[derive(Template)]
#[template(path = "admin_linked_units.html")]
struct LinkedUnitsPage {
    frame: PageContext,
    lines: Vec<LinkedUnit>,
    /// Names of all units.
    units: Vec<String>,
    unit: String,
    platform_code: String,
    trouble: Option<String>,
}

#[get("/admin/linked-units")]
pub async fn list(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    page(&linked_units_page(&visitor, &FormFields::default()).await?)
}

async fn linked_units_page(visitor: &ConsoleUser, entries: &FormFields) -> Result<LinkedUnitsPage> {
    let lines = linked_units::list(&visitor.app).await?;
    let city = visitor.app.state::<CityHandle>().load();
    Ok(LinkedUnitsPage {
        frame: visitor.frame(Section::LinkedUnits, "对接单位"),
        lines,
        units: city.units.all().iter().map(|unit| unit.name.clone()).collect(),
        unit: entries.text("unit").to_owned(),
        platform_code: entries.text("platform_code").to_owned(),
        trouble: None,
    })
}

#[post("/admin/linked-units")]
pub async fn link(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = sent_by_admin(&visitor, &request, body).await?;
    match connect(&visitor, &sent.entries).await {
        Ok(()) => Ok(see_other(&format!("{PATH}?done=unit_linked"))),
        Err(error @ Error::Refused(_)) => {
            let mut shown = linked_units_page(&visitor, &sent.entries).await?;
            let status = error.status_code();
            shown.trouble = Some(trouble(error));
            with_status(status, &shown)
        }
        Err(broken) => Err(broken.into()),
    }
}

async fn connect(visitor: &ConsoleUser, entries: &FormFields) -> Result<()> {
    let city = visitor.app.state::<CityHandle>().load();
    let unit = city.units.resolve(entries.text("unit")).map(|unit| unit.id);
    let unit = unit.ok_or_else(|| {
        let detail = "没有这个单位，请从名单中选择。";
        Error::invalid_field("unit", "unknown_unit", detail)
    })?;
    let by = AuditActor::Person(visitor.caller.person);
    let platform_code = entries.text("platform_code");
    linked_units::link(&visitor.app, by, &unit.to_string(), platform_code).await?;
    Ok(())
}

#[post("/admin/linked-units/{id}/unlink")]
pub async fn unlink(
    visitor: ConsoleUser,
    id: Path<UnitId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    sent_by_admin(&visitor, &request, body).await?;
    let by = AuditActor::Person(visitor.caller.person);
    linked_units::unlink(&visitor.app, by, &id.to_string()).await?;
    Ok(see_other(&format!("{PATH}?done=unit_unlinked")))
}

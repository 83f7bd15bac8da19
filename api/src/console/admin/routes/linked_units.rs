//! `/console/admin/linked-units`: units whose orders are handed over to the city's platform, with the platform's codes, its
//! last event and the last failed delivery.

use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use entity::ids::UnitId;
use entity::kinds::Role;

use super::connection::{sent_by_admin, trouble};
use crate::audit_log::AuditActor;
use crate::city::snapshot::CityHandle;
use crate::console::forms::FormFields;
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::webhooks::linked_units::{self, HandoverFailure, LinkState};

const PATH: &str = "/console/admin/linked-units";

struct Line {
    unit: UnitId,
    code: String,
    name: String,
    platform_code: String,
    /// When the platform last reported; empty before the first time.
    last_event: String,
    /// When and why a delivery last failed.
    last_failure: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "admin_linked_units.html")]
struct LinkedUnitsPage {
    frame: PageContext,
    lines: Vec<Line>,
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
    let states = linked_units::states(&visitor.app).await?;
    let city = visitor.app.state::<CityHandle>().load();
    let when = |at| labels::when(at, visitor.now, city.zone());
    Ok(LinkedUnitsPage {
        frame: visitor.frame(Section::LinkedUnits, "对接单位"),
        lines: states.into_iter().map(|state| line(state, &when)).collect(),
        units: city.units.all().iter().map(|unit| unit.name.clone()).collect(),
        unit: entries.text("unit").to_owned(),
        platform_code: entries.text("platform_code").to_owned(),
        trouble: None,
    })
}

fn line(state: LinkState, when: &impl Fn(DateTime<Utc>) -> String) -> Line {
    let LinkState {
        linked,
        last_event_at,
        last_failure,
    } = state;
    Line {
        unit: linked.unit,
        code: linked.code,
        name: linked.name,
        platform_code: linked.platform_code,
        last_event: last_event_at.map(when).unwrap_or_default(),
        last_failure: last_failure.map(|HandoverFailure { at, why }| (when(at), why)),
    }
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

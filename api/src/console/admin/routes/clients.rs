//! `/console/admin/clients`: keys of other systems. A key is shown once, on the answer that creates it.

use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;
use chrono::{DateTime, NaiveDate, TimeZone as _, Utc};
use entity::api_client;
use entity::ids::ClientId;
use entity::kinds::Role;

pub(super) use super::connection::trouble;
use super::connection::{boxes, sent_by_admin};
use crate::audit_log::AuditActor;
use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, FormFields};
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, FieldError, Result};
use crate::moments::has_four_digit_year;
use crate::people::clients::scopes::ClientScope;
use crate::people::clients::service::{self, NewClient};

const PATH: &str = "/console/admin/clients";

struct Line {
    id: ClientId,
    name: String,
    scopes: String,
    /// The unit or the area that it is limited to.
    limit: Option<String>,
    created: String,
    expires: String,
    used: String,
    state: &'static str,
    /// Whether its keys are accepted now.
    active: bool,
}

#[derive(Template)]
#[template(path = "admin_clients.html")]
struct ClientsPage {
    frame: PageContext,
    lines: Vec<Line>,
    scopes: Vec<Choice>,
    name: String,
    expires_on: String,
    unit: String,
    area: String,
    /// Name and key of a client whose key has just been made.
    key: Option<(String, String)>,
    trouble: Option<String>,
}

#[get("/admin/clients")]
pub async fn show(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    page(&clients_page(&visitor, &FormFields::default()).await?)
}

async fn clients_page(visitor: &ConsoleUser, entries: &FormFields) -> Result<ClientsPage> {
    let clients = service::list(&visitor.app).await?;
    let scopes = ClientScope::ALL
        .iter()
        .map(|scope| (scope.as_str(), scope.label()));
    Ok(ClientsPage {
        frame: visitor.frame(Section::Clients, "接口客户端"),
        lines: clients
            .into_iter()
            .rev()
            .map(|client| line(visitor, client))
            .collect(),
        scopes: boxes(scopes, entries, "scope"),
        name: entries.text("name").to_owned(),
        unit: entries.text("unit").to_owned(),
        area: entries.text("area").to_owned(),
        expires_on: entries.text("expires_on").to_owned(),
        key: None,
        trouble: None,
    })
}

fn line(visitor: &ConsoleUser, client: api_client::Model) -> Line {
    let city = visitor.app.state::<CityHandle>().load();
    let zone = city.zone();
    let when = |at| labels::when(at, visitor.now, zone);
    let unit = client.unit_id.and_then(|id| city.units.of_record(id));
    let area = client.area_code.as_deref().map(|code| city.county_name(code));
    let names: Vec<String> = serde_json::from_value(client.scopes).unwrap_or_default();
    let scopes: Vec<&str> = names
        .iter()
        .filter_map(|name| ClientScope::parse(name))
        .map(ClientScope::label)
        .collect();
    let expired = client.expires_at.is_some_and(|at| at <= visitor.now);
    let state = match (client.revoked_at, expired) {
        (Some(_), _) => "已停用",
        (None, true) => "已过期",
        (None, false) => "有效",
    };
    Line {
        id: client.id,
        name: client.name,
        scopes: scopes.join("、"),
        limit: unit
            .map(|unit| unit.name.clone())
            .or(area.map(|name| name.to_string())),
        created: when(client.created_at),
        expires: client.expires_at.map_or_else(|| "长期".to_owned(), when),
        used: client.last_used_at.map_or_else(|| "从未使用".to_owned(), when),
        state,
        active: client.revoked_at.is_none() && !expired,
    }
}

#[post("/admin/clients")]
pub async fn create(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = sent_by_admin(&visitor, &request, body).await?;
    match make(&visitor, &sent.entries).await {
        Ok(key) => {
            let mut shown = clients_page(&visitor, &FormFields::default()).await?;
            shown.key = Some((sent.entries.text("name").to_owned(), key));
            page(&shown)
        }
        Err(error @ Error::Refused(_)) => {
            let mut shown = clients_page(&visitor, &sent.entries).await?;
            let status = error.status_code();
            shown.trouble = Some(trouble(error));
            with_status(status, &shown)
        }
        Err(broken) => Err(broken.into()),
    }
}

async fn make(visitor: &ConsoleUser, entries: &FormFields) -> Result<String> {
    let new = NewClient {
        name: entries.text("name").to_owned(),
        scopes: entries.all("scope").map(str::to_owned).collect(),
        expires_at: entries
            .some("expires_on")
            .map(|day| end_of(visitor, day))
            .transpose()?,
        unit: entries.some("unit").map(str::to_owned),
        area: entries.some("area").map(str::to_owned),
    };
    let (_, key) = service::create(&visitor.app, AuditActor::Person(visitor.caller.person), new).await?;
    Ok(key)
}

/// The end of a day of the city.
fn end_of(visitor: &ConsoleUser, day: &str) -> Result<DateTime<Utc>> {
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let next = day.parse::<NaiveDate>().ok().and_then(|day| day.succ_opt());
    let midnight = next.and_then(|next| next.and_hms_opt(0, 0, 0));
    let end = midnight.and_then(|midnight| zone.from_local_datetime(&midnight).earliest());
    let end = end.map(|end| end.to_utc());
    end.filter(|end| has_four_digit_year(*end)).ok_or_else(|| {
        let detail = "请填写日期，如 2027-12-31。";
        Error::invalid(vec![FieldError::new("expires_on", "malformed", detail)])
    })
}

/// Makes a new key, which is shown once; the old one is valid for a day.
#[post("/admin/clients/{id}/rotate")]
pub async fn rotate(
    visitor: ConsoleUser,
    id: Path<ClientId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    sent_by_admin(&visitor, &request, body).await?;
    let key = service::rotate(&visitor.app, AuditActor::Person(visitor.caller.person), *id).await?;
    let mut shown = clients_page(&visitor, &FormFields::default()).await?;
    let name = shown.lines.iter().find(|line| line.id == *id);
    let name = name.map(|line| line.name.clone()).unwrap_or_default();
    shown.key = Some((name, key));
    page(&shown)
}

#[post("/admin/clients/{id}/revoke")]
pub async fn revoke(
    visitor: ConsoleUser,
    id: Path<ClientId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    sent_by_admin(&visitor, &request, body).await?;
    service::revoke(&visitor.app, AuditActor::Person(visitor.caller.person), *id).await?;
    Ok(see_other(&format!("{PATH}?done=client_revoked")))
}

//! Open311 requests, and the public part of an order.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::Status;
use entity::order;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::error::{Error, ErrorKind, Result};
use crate::http::time::local;
use crate::open311::store::{self, RequestFilter};
use crate::publication_rules::{SHOWN_PER_DEGREE, shown_cell};

/// Period of a request without dates, as GeoReport defines it.
const SPAN: TimeDelta = TimeDelta::days(90);
const KEY_SERVICE: &str = "API keys are issued by the administrators of this site";
/// Date of the last change of the discovery document.
const DISCOVERY_CHANGESET: &str = "2026-11-29T00:00:00Z";
const DEFAULT_PAGE: u64 = 50;
const MAX_PAGE: u64 = 200;
/// Maximum offset of a page; clients reach older orders by date.
const MAX_OFFSET: u64 = 10_000;
const MAX_NUMBERS: usize = 50;

/// GeoReport's parameters, and `page` and `page_size` as in most servers. Other parameters are refused, because an
/// ignored filter gives a wrong answer that looks right.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestsQuery {
    /// Accepted and ignored, like the key: a server has one city.
    pub jurisdiction_id: Option<String>,
    pub api_key: Option<String>,
    pub service_request_id: Option<String>,
    pub service_code: Option<String>,
    pub status: Option<String>,
    pub start_date: Option<String>,
    pub end_date: Option<String>,
    pub updated_after: Option<String>,
    pub updated_before: Option<String>,
    pub page: Option<u64>,
    pub page_size: Option<u64>,
}

/// Returns the kinds of matter, the second level of the tree.
#[must_use]
pub fn services(app: &App) -> Vec<Map<String, Value>> {
    let city = app.state::<CityHandle>().load();
    let tree = &city.categories;
    let service = |code: &str, name: &str, group: Option<&str>| {
        object(json!({
            "service_code": code,
            "service_name": name,
            "description": name,
            "metadata": false,
            "type": "realtime",
            "keywords": "",
            "group": group.map_or("", |group| tree.name_of(group)),
        }))
    };
    let leaves = tree.leaves();
    leaves
        .map(|leaf| service(&leaf.code, &leaf.name, leaf.parent.as_deref()))
        .collect()
}

/// Returns one kind of matter, without attributes of its own.
/// # Errors
/// `not_found` if no leaf of the tree has the code.
pub fn service(app: &App, code: &str) -> Result<Map<String, Value>> {
    let city = app.state::<CityHandle>().load();
    let leaf = city.categories.leaves().find(|leaf| leaf.code == code);
    let leaf = leaf.ok_or_else(Error::not_found)?;
    Ok(object(json!({ "service_code": leaf.code, "attributes": [] })))
}

/// Returns the discovery document: the server's addresses and formats.
#[must_use]
pub fn discovery(app: &App) -> Map<String, Value> {
    let base = format!("{}/open311/v2", app.config.public_url);
    object(json!({
        "changeset": DISCOVERY_CHANGESET,
        "contact": app.state::<CityHandle>().load().meta.name,
        "key_service": KEY_SERVICE,
        "endpoints": [{
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": base,
            "changeset": DISCOVERY_CHANGESET,
            "type": "production",
            "formats": ["application/json", "text/xml"],
        }],
    }))
}

/// Returns the public part of orders.
pub async fn requests(
    app: &App,
    asked: &RequestsQuery,
    now: DateTime<Utc>,
) -> Result<Vec<Map<String, Value>>> {
    let wanted = parse(asked, now)?;
    let orders = store::orders(&app.db, &wanted).await?;
    let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
    let mut replies = store::replies(&app.db, &ids).await?;
    let city = app.state::<CityHandle>().load();
    let shown = |order: order::Model| {
        let reply = replies.remove(&order.id);
        request(&city, order, reply)
    };
    Ok(orders.into_iter().map(shown).collect())
}

/// Returns one order by its number.
pub async fn request_of(app: &App, number: &str, now: DateTime<Utc>) -> Result<Vec<Map<String, Value>>> {
    let asked = RequestsQuery {
        service_request_id: Some(number.to_owned()),
        ..RequestsQuery::default()
    };
    let found = requests(app, &asked, now).await?;
    if found.is_empty() {
        return Err(Error::not_found());
    }
    Ok(found)
}

/// Checks the criteria of a query.
/// # Errors
/// `bad_filter` (400) if a value cannot be read or is out of range.
pub fn parse(asked: &RequestsQuery, now: DateTime<Utc>) -> Result<RequestFilter> {
    let limit = asked.page_size.unwrap_or(DEFAULT_PAGE);
    let page = asked.page.unwrap_or(1);
    let offset = page.saturating_sub(1).saturating_mul(limit);
    if !(1..=MAX_PAGE).contains(&limit) || page == 0 || offset > MAX_OFFSET {
        return Err(wrong("page and page_size are out of range"));
    }
    let numbers = asked
        .service_request_id
        .as_deref()
        .map(|text| parts(&text.to_ascii_uppercase()));
    if let Some(numbers) = numbers {
        // GeoReport ignores all other parameters in this case.
        if numbers.len() > MAX_NUMBERS {
            return Err(wrong("too many values in service_request_id"));
        }
        return Ok(RequestFilter {
            limit: MAX_PAGE,
            numbers: Some(numbers),
            ..RequestFilter::default()
        });
    }
    let until = instant("end_date", asked.end_date.as_deref())?;
    let from = instant("start_date", asked.start_date.as_deref())?;
    let updated_after = instant("updated_after", asked.updated_after.as_deref())?;
    let updated_before = instant("updated_before", asked.updated_before.as_deref())?;
    let is_reversed = |from: Option<DateTime<Utc>>, until| from.zip(until).is_some_and(|(a, b)| a > b);
    if is_reversed(from, until) || is_reversed(updated_after, updated_before) {
        return Err(wrong("the beginning is after the end"));
    }
    // A query for changes covers all of them, regardless of the age of the report.
    let span = updated_after.is_none() && updated_before.is_none();
    let default_from = span.then(|| until.unwrap_or(now) - SPAN);
    Ok(RequestFilter {
        numbers: None,
        categories: asked.service_code.as_deref().map(parts),
        statuses: asked.status.as_deref().map(statuses).transpose()?,
        from: from.or(default_from),
        until,
        updated_after,
        updated_before,
        offset,
        limit,
    })
}

fn wrong(detail: &str) -> Error {
    Error::refused(ErrorKind::Malformed, "bad_filter", detail)
}

fn parts(text: &str) -> Vec<String> {
    let parts = text.split(',').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn statuses(text: &str) -> Result<Vec<Status>> {
    let mut wanted = Vec::new();
    for part in parts(text) {
        match part.as_str() {
            "open" => wanted.extend(Status::OPEN),
            "closed" => wanted.extend(Status::OVER),
            _ => return Err(wrong("status is open or closed")),
        }
    }
    Ok(wanted)
}

fn instant(name: &str, text: Option<&str>) -> Result<Option<DateTime<Utc>>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    // A plus sign in a query string arrives as a blank.
    let time = DateTime::parse_from_rfc3339(&text.replace(' ', "+"));
    time.map(|time| Some(time.to_utc()))
        .map_err(|_| wrong(&format!("{name} is not an RFC 3339 time")))
}

/// Returns an order without the reporter, the text and the exact place.
fn request(city: &City, order: order::Model, reply: Option<String>) -> Map<String, Value> {
    let zone = city.zone();
    let open = !order.status.is_over();
    let code = order.category_code.as_deref().unwrap_or_default();
    let area = order.area_code.as_deref().map(|code| city.county_name(code));
    let township = order
        .township_code
        .as_deref()
        .and_then(|code| city.township(code));
    let address = [area, township.map(|township| township.name.as_str())];
    let unit = order.unit_id.and_then(|unit| city.unit(unit));
    let about = |degrees: f64| f64::from(shown_cell(degrees)) / SHOWN_PER_DEGREE;
    object(json!({
        "service_request_id": order.number,
        "status": if open { "open" } else { "closed" },
        "status_notes": reply,
        "service_name": city.categories.name_of(code),
        "service_code": code,
        "agency_responsible": unit.map(|unit| unit.name.as_str()),
        "requested_datetime": local(order.created_at, zone).to_rfc3339(),
        "updated_datetime": local(order.updated_at, zone).to_rfc3339(),
        "expected_datetime": order.due_at.map(|due| local(due, zone).to_rfc3339()),
        "address": address.into_iter().flatten().collect::<String>(),
        "lat": order.latitude.map(about),
        "long": order.longitude.map(about),
    }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

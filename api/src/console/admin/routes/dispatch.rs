//! `/console/admin/dispatch`: “where would this go?” A point and a category give the unit and the reason, by the
//! same rules as a report, and nothing is written.

use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use entity::kinds::{CategorySource, Datum, Role, Status};

use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, FormFields, Map};
use crate::console::map::place as map;
use crate::console::map::townships;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;
use crate::orders::submit::routing;
use crate::place_kinds::wgs84;
use places::datum::Wgs84;

/// The refusal of a point that an edited address names.
pub(super) const NOT_ON_EARTH: &str = "经度应在 -180 到 180、纬度应在 -90 到 90 之间。";

#[derive(Template)]
#[template(path = "admin_dispatch.html")]
struct DispatchPage {
    frame: PageContext,
    longitude: String,
    latitude: String,
    address: String,
    map: Map,
    categories: Vec<Choice>,
    answer: Vec<(&'static str, String)>,
    trouble: Option<&'static str>,
}

#[get("/admin/dispatch")]
pub async fn show(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    visitor.caller.require_any(&[Role::Admin, Role::Operator])?;
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let entries = FormFields::new(pairs.map_err(|_| PageError::unreadable())?.into_inner());
    let city = visitor.app.state::<CityHandle>().load();
    let (answer, trouble) = if entries.some("category").is_some() {
        match answer(&city, &entries) {
            Some(answer) => (answer, None),
            None => (Vec::new(), Some(NOT_ON_EARTH)),
        }
    } else {
        (Vec::new(), None)
    };
    let category = |leaf: &crate::city::categories::tree::Category| Choice {
        selected: leaf.code == entries.text("category"),
        ..Choice::new(leaf.code.clone(), leaf.name.clone())
    };
    page(&DispatchPage {
        frame: visitor.frame(Section::Dispatch, "会派到哪里"),
        longitude: entries.text("longitude").to_owned(),
        latitude: entries.text("latitude").to_owned(),
        address: entries.text("address").to_owned(),
        map: map::choice(&city, &townships::of_city(&visitor.app, visitor.now).await?),
        categories: city.categories.leaves().map(category).collect(),
        answer,
        trouble,
    })
}

/// Returns `None` where the numbers are no place on earth.
pub(super) fn answer(city: &City, entries: &FormFields) -> Option<Vec<(&'static str, String)>> {
    let point = match (entries.some("longitude"), entries.some("latitude")) {
        (None, None) => None,
        (longitude, latitude) => Some(point(
            longitude?,
            latitude?,
            entries.some("datum").unwrap_or("wgs84"),
        )?),
    };
    let place = routing::resolve(city, point, None, entries.text("address"));
    let kind = routing::kind(entries.some("category"), CategorySource::Chosen, None);
    let decided = routing::route(city, &place, &kind);
    let name = |id| city.unit(id).map(|unit| unit.name.clone()).unwrap_or_default();
    let unit = decided
        .unit
        .map_or_else(|| format!("{}，由坐席决定", Status::Triage.label()), name);
    let county = place
        .county
        .as_deref()
        .map_or("市外或不明", |code| city.county_name(code));
    let township = place.township.as_deref().and_then(|code| city.township(code));
    let mut answer = vec![
        ("承办单位", unit),
        ("理由", decided.explanation.reason.clone()),
        ("区县", county.to_owned()),
    ];
    if let Some(township) = township {
        answer.push(("乡镇街道", township.name.clone()));
    }
    if let Some(zone) = place.zone {
        answer.push(("功能区", zone));
    }
    let supports: Vec<_> = decided.supports.into_iter().map(name).collect();
    if !supports.is_empty() {
        answer.push(("协办单位", supports.join("、")));
    }
    let near: Vec<_> = place.candidates.iter().map(|near| near.name.as_str()).collect();
    if !near.is_empty() {
        answer.push(("临近的区县", near.join("、")));
    }
    Some(answer)
}

fn point(longitude: &str, latitude: &str, datum: &str) -> Option<Wgs84> {
    let (longitude, latitude): (f64, f64) = (longitude.parse().ok()?, latitude.parse().ok()?);
    let is_valid = longitude.abs() <= 180.0 && latitude.abs() <= 90.0;
    let datum: Datum = datum.parse().ok()?;
    is_valid.then(|| wgs84(longitude, latitude, datum))
}

//! `/console/admin/dispatch`: “where would this go?” A point and a category give the unit and the reason, by the
//! same rules as a report, and nothing is written.

use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use entity::kinds::{CategorySource, Datum, Role};

use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, FormFields};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;
use crate::orders::submit::routing;
use places::datum::Wgs84;

#[derive(Template)]
#[template(path = "admin_dispatch.html")]
struct DispatchPage {
    frame: PageContext,
    longitude: String,
    latitude: String,
    address: String,
    datums: Vec<Choice>,
    categories: Vec<Choice>,
    answer: Vec<(&'static str, String)>,
    trouble: Option<&'static str>,
}

const DATUMS: [(Datum, &str); 3] = [
    (Datum::Wgs84, "WGS-84（手机定位）"),
    (Datum::Gcj02, "GCJ-02（微信、高德、腾讯地图）"),
    (Datum::Bd09, "BD-09（百度地图）"),
];

#[get("/admin/dispatch")]
pub async fn show(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    visitor.caller.require_any(&[Role::Admin, Role::Operator])?;
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let entries = FormFields::new(pairs.map_err(|_| PageError::unreadable())?.into_inner());
    let city = visitor.app.state::<CityHandle>().load();
    let (answer, trouble) = if entries.some("category").is_some() {
        match answer(&city, &entries) {
            Some(answer) => (answer, None),
            None => (
                Vec::new(),
                Some("经度应在 -180 到 180、纬度应在 -90 到 90 之间。"),
            ),
        }
    } else {
        (Vec::new(), None)
    };
    let given = entries.some("datum").unwrap_or(Datum::Gcj02.as_str());
    let datum = |(of, label): (Datum, &str)| Choice {
        selected: of.as_str() == given,
        ..Choice::new(of.as_str(), label)
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
        datums: DATUMS.map(datum).to_vec(),
        categories: city.categories.leaves().map(category).collect(),
        answer,
        trouble,
    })
}

/// None where the numbers are no place on earth.
fn answer(city: &City, entries: &FormFields) -> Option<Vec<(&'static str, String)>> {
    let point = match (entries.some("longitude"), entries.some("latitude")) {
        (None, None) => None,
        (longitude, latitude) => Some(point(longitude?, latitude?, entries.text("datum"))?),
    };
    let place = routing::resolve(city, point, None, entries.text("address"));
    let kind = routing::kind(entries.some("category"), CategorySource::Chosen, None);
    let decided = routing::route(city, &place, &kind);
    let name = |id| city.unit(id).map(|unit| unit.name.clone()).unwrap_or_default();
    let unit = decided.unit.map_or_else(|| "待人工分派".to_owned(), name);
    let told = |key: &str| {
        let text = decided.explanation.get(key).and_then(serde_json::Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let county = place
        .county
        .as_deref()
        .map_or("市外或不明", |code| city.county_name(code));
    let township = place.township.as_deref().and_then(|code| city.township(code));
    let mut answer = vec![
        ("承办单位", unit),
        ("理由", told("reason")),
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
    let near = place
        .candidates
        .iter()
        .filter_map(|candidate| candidate.get("name")?.as_str());
    let near: Vec<_> = near.collect();
    if !near.is_empty() {
        answer.push(("临近的区县", near.join("、")));
    }
    Some(answer)
}

fn point(longitude: &str, latitude: &str, datum: &str) -> Option<Wgs84> {
    let (longitude, latitude): (f64, f64) = (longitude.parse().ok()?, latitude.parse().ok()?);
    let on_earth = longitude.abs() <= 180.0 && latitude.abs() <= 90.0;
    let datum: Datum = datum.parse().ok()?;
    on_earth.then(|| Wgs84::from_given(longitude, latitude, datum))
}

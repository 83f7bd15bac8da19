//! The page of the one screen, and its stream.

use actix_web::{HttpRequest, HttpResponse, get, web};
use askama::Template;
use entity::kinds::Grain;
use serde::Deserialize;

use super::screen_page::BoardPage;
use crate::caller::OrderAccess;
use crate::city::snapshot::CityHandle;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;
use crate::overview::routes::{events, scope_of};
use crate::overview::scope::ScopeQuery;
use crate::overview::screen::screen;
use crate::overview::screen_hub::PayloadFormat;

#[derive(Debug, Default, Deserialize)]
pub struct ScreenQuery {
    area: Option<String>,
    period: Option<String>,
    /// `1`: dark, large, without controls.
    wall: Option<String>,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage<'a> {
    frame: PageContext,
    board: BoardPage<'a>,
    periods: Vec<Choice>,
    /// None where there is only one county to see.
    areas: Vec<Choice>,
    area_name: String,
    stream: String,
    wall: String,
}

struct Choice {
    href: String,
    label: String,
    chosen: bool,
}

#[get("/overview")]
pub async fn show(visitor: ConsoleUser, query: web::Query<ScreenQuery>) -> Result<HttpResponse, PageError> {
    let query = query.into_inner();
    let asked = ScopeQuery {
        area: query.area,
        period: query.period,
        on: None,
    };
    let app = &visitor.app;
    let scope = scope_of(app, &visitor.caller, &asked)?;
    let screen = screen(app, &scope, visitor.now).await?;
    let city = app.state::<CityHandle>().load();
    let mut frame = visitor.frame(Section::Overview, "一屏");
    frame.wall = query.wall.is_some_and(|wall| wall == "1");
    let grain = scope.period.grain;
    let free = visitor.caller.order_access() == OrderAccess::City;
    let area = scope.area.as_deref().filter(|_| free);
    let address = |area: Option<&str>, grain: Grain, more: &str| {
        let area = area.map(|code| format!("&area={code}")).unwrap_or_default();
        format!("/console/overview{more}?period={grain}{area}")
    };
    let choice = |other: Grain, label: &str| Choice {
        href: address(area, other, ""),
        label: label.to_owned(),
        chosen: other == grain,
    };
    let mut areas = Vec::new();
    if free {
        areas.push(Choice {
            href: address(None, grain, ""),
            label: "全市".to_owned(),
            chosen: area.is_none(),
        });
        areas.extend(city.counties.divisions().iter().map(|county| Choice {
            href: address(Some(&county.code), grain, ""),
            label: county.name.clone(),
            chosen: area == Some(county.code.as_str()),
        }));
    }
    let shown = OverviewPage {
        board: BoardPage::of(&city, &screen),
        periods: vec![
            choice(Grain::Day, "今日"),
            choice(Grain::Week, "本周"),
            choice(Grain::Month, "本月"),
            choice(Grain::Quarter, "本季"),
            choice(Grain::Year, "本年"),
        ],
        areas,
        area_name: screen
            .area
            .as_ref()
            .map_or_else(|| city.meta.name.clone(), |area| area.name.clone()),
        stream: address(area, grain, "/stream"),
        wall: format!("{}&wall=1", address(area, grain, "")),
        frame,
    };
    page(&shown)
}

/// The board as it changes, drawn once for all who look at the same one.
#[get("/overview/stream")]
pub async fn stream(
    visitor: ConsoleUser,
    query: web::Query<ScreenQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let query = query.into_inner();
    let asked = ScopeQuery {
        area: query.area,
        period: query.period,
        on: None,
    };
    let scope = scope_of(&visitor.app, &visitor.caller, &asked)?;
    Ok(events(
        &visitor.app,
        &visitor.caller,
        &scope,
        PayloadFormat::Page,
        &request,
    )
    .await?)
}

//! The page of the one screen, and its stream.

use actix_web::{HttpRequest, HttpResponse, get, web};
use askama::Template;
use chrono::NaiveDate;
use places::lookup::Division;
use serde::Deserialize;

use super::screen_page::BoardPage;
use crate::caller::OrderAccess;
use crate::city::snapshot::{City, CityHandle};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;
use crate::deadlines::calendar::local_date;
use crate::overview::period::Window;
use crate::overview::routes::{events, scope_of};
use crate::overview::scope::ScopeQuery;
use crate::overview::screen::screen;
use crate::overview::screen_hub::PayloadFormat;

/// The span of the page unless one is asked for.
const DEFAULT_LENGTH: &str = "30d";
/// Spans that the page offers.
const LENGTHS: [(&str, &str); 6] = [
    (DEFAULT_LENGTH, "近 30 天"),
    ("day", "今日"),
    ("week", "本周"),
    ("month", "本月"),
    ("quarter", "本季"),
    ("year", "本年"),
];

#[derive(Debug, Default, Deserialize)]
pub struct ScreenQuery {
    area: Option<String>,
    period: Option<String>,
    /// A day of a past span.
    on: Option<String>,
    /// `1`: dark, large, without controls.
    wall: Option<String>,
}

impl ScreenQuery {
    fn asked(&self, on: Option<String>) -> ScopeQuery {
        let period = self.period.clone().filter(|period| !period.is_empty());
        ScopeQuery {
            area: self.area.clone(),
            period: period.or_else(|| Some(DEFAULT_LENGTH.to_owned())),
            on,
        }
    }
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
    /// The span, and the ones before and after it.
    span: String,
    earlier: String,
    later: Option<String>,
    /// `None` for a past span: nothing changes there.
    stream: Option<String>,
    wall: String,
    appraisal: String,
}

struct Choice {
    href: String,
    label: String,
    chosen: bool,
}

/// Addresses of the page for this area.
struct Addresses<'a> {
    area: Option<&'a str>,
}

impl Addresses<'_> {
    fn page(&self, area: Option<&str>, length: &str, more: &str) -> String {
        let area = area.map(|code| format!("&area={code}")).unwrap_or_default();
        format!("/console/overview{more}?period={length}{area}")
    }

    fn own(&self, length: &str, more: &str) -> String {
        self.page(self.area, length, more)
    }

    fn at(&self, window: Window, today: NaiveDate) -> String {
        let address = self.own(&window.length.to_string(), "");
        if (window.from..=window.to).contains(&today) {
            address
        } else {
            format!("{address}&on={}", window.to)
        }
    }
}

#[get("/overview")]
pub async fn show(visitor: ConsoleUser, query: web::Query<ScreenQuery>) -> Result<HttpResponse, PageError> {
    let query = query.into_inner();
    let app = &visitor.app;
    let scope = scope_of(app, &visitor.caller, &query.asked(query.on.clone()))?;
    let screen = screen(app, &scope, visitor.now).await?;
    let city = app.state::<CityHandle>().load();
    let today = local_date(visitor.now, city.zone());
    let mut frame = visitor.frame(Section::Overview, "一屏");
    frame.wall = query.wall.is_some_and(|wall| wall == "1");
    let window = scope.period;
    let length = window.length.to_string();
    let free = visitor.caller.order_access() == OrderAccess::City;
    let area = scope.area.as_deref().filter(|_| free);
    let addresses = Addresses { area };
    let live = (window.from..=window.to).contains(&today);
    let choice = |(other, label): (&str, &str)| Choice {
        href: addresses.own(other, ""),
        label: label.to_owned(),
        chosen: live && other == length,
    };
    let shown = OverviewPage {
        board: BoardPage::of(&city, &screen),
        periods: LENGTHS.into_iter().map(choice).collect(),
        areas: if free {
            areas(&city, &addresses, &length)
        } else {
            Vec::new()
        },
        area_name: screen
            .area
            .as_ref()
            .map_or_else(|| city.meta.name.clone(), |area| area.name.clone()),
        span: window.name(),
        earlier: addresses.at(window.previous(), today),
        later: window.next(today).map(|next| addresses.at(next, today)),
        stream: live.then(|| addresses.own(&length, "/stream")),
        wall: format!("{}&wall=1", addresses.own(&length, "")),
        appraisal: format!(
            "/console/appraisal?period={length}&on={}{}",
            window.to,
            area.map(|code| format!("&area={code}")).unwrap_or_default()
        ),
        frame,
    };
    page(&shown)
}

fn areas(city: &City, addresses: &Addresses<'_>, length: &str) -> Vec<Choice> {
    let whole = Choice {
        href: addresses.page(None, length, ""),
        label: "全市".to_owned(),
        chosen: addresses.area.is_none(),
    };
    let county = |county: &Division| Choice {
        href: addresses.page(Some(&county.code), length, ""),
        label: county.name.clone(),
        chosen: addresses.area == Some(county.code.as_str()),
    };
    let counties = city.counties.divisions().iter().map(county);
    std::iter::once(whole).chain(counties).collect()
}

/// The board as it changes, drawn once for all who look at the same one.
#[get("/overview/stream")]
pub async fn stream(
    visitor: ConsoleUser,
    query: web::Query<ScreenQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let scope = scope_of(&visitor.app, &visitor.caller, &query.asked(None))?;
    Ok(events(
        &visitor.app,
        &visitor.caller,
        &scope,
        PayloadFormat::Page,
        &request,
    )
    .await?)
}

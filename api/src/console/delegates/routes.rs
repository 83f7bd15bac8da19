//! `/console/delegates` and `/console/delegates/{id}`

use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
use entity::ids::PersonId;
use entity::kinds::PersonLevel;
use serde::Deserialize;

use super::totals::{Group, Totals, by_county};
use crate::city::snapshot::CityHandle;
use crate::console::orders::rows::{Row, row};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;
use crate::console::spans::{self, SpanChoice};
use crate::console::url_query::encoded;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::http::paging::Paging;
use crate::orders::search::filter::ListQuery;
use crate::orders::search::list;
use crate::overview::activity::{self, Activity};
use crate::overview::delegates::{self, DelegateLine};
use crate::overview::period::Window;
use crate::overview::scope;

const PATH: &str = "/console/delegates";
/// Delegates on a page, and orders of one delegate.
const PAGE: usize = 50;
const ORDERS: u64 = 20;
/// A list of so many delegates leaves room for their latest reports.
const SHORT: usize = 8;
const RECENT: u64 = 10;

#[derive(Debug, Default, Deserialize)]
pub struct DelegatesQuery {
    period: Option<String>,
    on: Option<String>,
    q: Option<String>,
    page: Option<usize>,
}

struct Line {
    name: String,
    href: String,
    level: &'static str,
    area: String,
    reported: i64,
    reported_href: String,
    endorsed: i64,
    judged: i64,
    to_judge: i64,
    to_judge_href: String,
}

#[derive(Template)]
#[template(path = "delegates.html")]
struct DelegatesPage {
    frame: PageContext,
    spans: SpanChoice,
    totals: Totals,
    summary: String,
    /// By county; empty for one county, or where a name is looked for.
    groups: Vec<Group>,
    q: String,
    length: String,
    lines: Vec<Line>,
    more: Option<String>,
    /// The latest reports below a short list.
    rows: Vec<Row>,
    ticks: bool,
    recent_href: String,
}

#[derive(Template)]
#[template(path = "delegate.html")]
struct DelegatePage {
    frame: PageContext,
    spans: SpanChoice,
    activity: Activity,
    level: &'static str,
    reported_href: String,
    to_judge_href: String,
    rows: Vec<Row>,
    ticks: bool,
    more: Option<String>,
}

fn window(visitor: &ConsoleUser, query: &DelegatesQuery) -> Result<Window> {
    let city = visitor.app.state::<CityHandle>().load();
    let today = local_date(visitor.now, city.zone());
    let length = spans::length(query.period.clone());
    scope::period(length.as_deref(), query.on.as_deref(), today)
}

#[get("/delegates")]
pub async fn show_all(visitor: ConsoleUser, query: Query<DelegatesQuery>) -> Result<HttpResponse, PageError> {
    let window = window(&visitor, &query)?;
    let all = delegates::list(&visitor.app, &visitor.caller, window).await?;
    let city = visitor.app.state::<CityHandle>().load();
    let today = local_date(visitor.now, city.zone());
    let q = query.q.clone().unwrap_or_default().trim().to_owned();
    let (length, at) = (window.length.to_string(), query.page.unwrap_or_default());
    let found: Vec<&DelegateLine> = all
        .iter()
        .filter(|line| q.is_empty() || line.name.contains(&q))
        .collect();
    let shown = found.iter().skip(at.saturating_mul(PAGE)).take(PAGE);
    let further = found.len() > (at + 1).saturating_mul(PAGE);
    let on = query.on.clone().filter(|on| !on.is_empty());
    let day = on.map(|on| format!("&on={}", encoded(&on))).unwrap_or_default();
    let totals = Totals::of(&all);
    let lines: Vec<Line> = shown
        .map(|line| told(line, window, &format!("period={length}{day}")))
        .collect();
    page(&DelegatesPage {
        frame: visitor.frame(Section::Delegates, "代表履职"),
        spans: SpanChoice::of(window, today, &format!("{PATH}?q={}", encoded(&q))),
        summary: totals.summary(),
        totals,
        groups: if q.is_empty() { by_county(&all) } else { Vec::new() },
        rows: recent(&visitor, window, lines.len()).await?,
        ticks: false,
        recent_href: format!("/console/orders?from={}&to={}", window.from, window.to),
        lines,
        more: further.then(|| format!("{PATH}?q={}&period={length}{day}&page={}", encoded(&q), at + 1)),
        q,
        length,
    })
}

/// The latest reports in the span, below a short list of delegates. None where nobody is found.
async fn recent(visitor: &ConsoleUser, window: Window, delegates: usize) -> Result<Vec<Row>> {
    if delegates == 0 || delegates > SHORT {
        return Ok(Vec::new());
    }
    let asked = ListQuery {
        from: Some(window.from.to_string()),
        to: Some(window.to.to_string()),
        ..ListQuery::default()
    };
    let paging = Paging {
        limit: Some(RECENT),
        cursor: None,
    };
    let found = list::list(&visitor.app, &visitor.actor(), &asked, &paging).await?;
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let rows = found.items.into_iter();
    Ok(rows.map(|order| row(order, visitor.now, zone)).collect())
}

fn told(line: &DelegateLine, window: Window, span: &str) -> Line {
    let id = line.person;
    Line {
        name: line.name.clone(),
        href: format!("{PATH}/{id}?{span}"),
        level: line.level.map(PersonLevel::label).unwrap_or_default(),
        area: line.area.clone().unwrap_or_default(),
        reported: line.reported,
        reported_href: reported_href(id, window),
        endorsed: line.endorsed,
        judged: line.judged,
        to_judge: line.to_judge,
        to_judge_href: to_judge_href(id),
    }
}

fn reported_href(id: PersonId, window: Window) -> String {
    format!(
        "/console/orders?reporter={id}&from={}&to={}",
        window.from, window.to
    )
}

fn to_judge_href(id: PersonId) -> String {
    format!("/console/orders?reporter={id}&status=replied")
}

#[get("/delegates/{id}")]
pub async fn show_one(
    visitor: ConsoleUser,
    id: Path<PersonId>,
    query: Query<DelegatesQuery>,
) -> Result<HttpResponse, PageError> {
    let (id, window) = (id.into_inner(), window(&visitor, &query)?);
    let activity = activity::for_committee(&visitor.app, &visitor.caller, id, window).await?;
    let asked = ListQuery {
        reporter: Some(id.to_string()),
        from: Some(window.from.to_string()),
        to: Some(window.to.to_string()),
        ..ListQuery::default()
    };
    let paging = Paging {
        limit: Some(ORDERS),
        cursor: None,
    };
    let found = list::list(&visitor.app, &visitor.actor(), &asked, &paging).await?;
    let city = visitor.app.state::<CityHandle>().load();
    let today = local_date(visitor.now, city.zone());
    let more = found.next_cursor.map(|_| reported_href(id, window));
    let rows = found.items.into_iter();
    page(&DelegatePage {
        frame: visitor.frame(Section::Delegates, activity.name.clone()),
        spans: SpanChoice::of(window, today, &format!("{PATH}/{id}?q=")),
        level: activity.level.map(PersonLevel::label).unwrap_or_default(),
        reported_href: reported_href(id, window),
        to_judge_href: to_judge_href(id),
        rows: rows.map(|order| row(order, visitor.now, city.zone())).collect(),
        ticks: false,
        more,
        activity,
    })
}

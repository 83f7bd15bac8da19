//! `/console/orders`: the list, its further pages, its file, and saved views.

use actix_web::web::{Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::kinds::{ExportFormat, Role};

use super::filters::{self, Chip, ChipGroup, NAMES, PATH};
use super::rows::{Row, row};
use super::views;
use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, FormFields};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::{UrlQuery, encoded};
use crate::error::{Error, ErrorKind};
use crate::http::paging::Paging;
use crate::orders::export;
use crate::orders::search::filter::ListQuery;
use crate::orders::search::list;

pub mod batch;
pub mod exports;

/// Orders on a page.
const PAGE: u64 = 30;
/// Query parameters with a field in the search form.
const FIELDS: [&str; 6] = ["q", "area", "category", "unit", "from", "to"];

/// One of one's own lists.
struct View {
    name: String,
    href: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "orders.html")]
struct OrdersPage {
    frame: PageContext,
    wanted: UrlQuery,
    chips: Vec<ChipGroup>,
    sorts: Vec<Chip>,
    areas: Vec<Choice>,
    categories: Vec<Choice>,
    views: Vec<View>,
    /// The name of the view that is shown now.
    current_view: Option<String>,
    /// Values of the filter chips, kept while searching.
    carried: Vec<(&'static str, String)>,
    shows_area: bool,
    rows: Vec<Row>,
    /// Whether rows can be ticked for a batch.
    ticks: bool,
    bar: Option<batch::BatchBar>,
    more: Option<String>,
    csv: String,
    xlsx: String,
    /// Why the list is not shown: a value of the address that is none.
    trouble: Option<String>,
}

#[derive(Template)]
#[template(path = "order_rows.html")]
struct RowsPart {
    rows: Vec<Row>,
    ticks: bool,
    more: Option<String>,
}

/// The parsed query string of the list.
pub(super) struct Asked {
    wanted: UrlQuery,
    query: ListQuery,
    cursor: Option<String>,
}

fn asked(request: &HttpRequest) -> Result<Asked, PageError> {
    let text = request.query_string();
    let pairs = Query::<Vec<(String, String)>>::from_query(text).map_err(|_| PageError::unreadable())?;
    read(&FormFields::new(pairs.into_inner()))
}

fn read(entries: &FormFields) -> Result<Asked, PageError> {
    let wanted = UrlQuery::of(entries, &NAMES);
    // Empty fields of the form are in the URL too and are ignored.
    let query = Query::<ListQuery>::from_query(&wanted.query()).map_err(|_| PageError::unreadable())?;
    Ok(Asked {
        wanted,
        query: query.into_inner(),
        cursor: entries.some("cursor").map(str::to_owned),
    })
}

/// The list. With `X-Part: rows` only the further rows, for the script.
#[get("/orders")]
pub async fn show(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let Asked {
        wanted,
        query,
        cursor,
    } = asked(&request)?;
    let paging = Paging {
        limit: Some(PAGE),
        cursor,
    };
    let found = list::list(&visitor.app, &visitor.actor(), &query, &paging).await;
    let (found, trouble) = match found {
        Ok(found) => (found, None),
        Err(Error::Refused(refused)) if refused.kind == ErrorKind::Malformed => {
            (nothing(), Some(refused.detail))
        }
        Err(error) => return Err(error.into()),
    };
    let city = visitor.app.state::<CityHandle>().load();
    let (now, zone) = (visitor.now, city.zone());
    let more = found.next_cursor.map(|cursor| {
        let address = wanted.to(PATH);
        let join = if wanted.is_empty() { '?' } else { '&' };
        format!("{address}{join}cursor={}", encoded(&cursor))
    });
    let rows: Vec<Row> = found
        .items
        .into_iter()
        .map(|order| row(order, now, zone))
        .collect();
    if request.headers().contains_key("x-part") {
        let ticks = visitor.caller.role == Role::Supervisor;
        return page(&RowsPart { rows, ticks, more });
    }
    let role = visitor.caller.role;
    let views = saved(&visitor, &wanted).await?;
    let bar = batch::bar(&visitor).await?;
    let carried = wanted.pairs().filter(|(name, _)| !FIELDS.contains(name));
    page(&OrdersPage {
        frame: visitor.frame(
            Section::Orders,
            if role == Role::Delegate {
                "我的工单"
            } else {
                "工单"
            },
        ),
        chips: filters::narrowed(&city, &wanted)
            .into_iter()
            .chain(filters::chips(&wanted, role))
            .collect(),
        sorts: filters::sorts(&wanted),
        areas: filters::areas(&city, &wanted),
        categories: filters::categories(&city, &wanted),
        current_view: views.iter().find(|view| view.on).map(|view| view.name.clone()),
        carried: carried.map(|(name, value)| (name, value.to_owned())).collect(),
        views,
        shows_area: role != Role::Delegate,
        rows,
        ticks: bar.is_some(),
        bar,
        more,
        csv: wanted.to("/console/orders.csv"),
        xlsx: wanted.to("/console/orders.xlsx"),
        wanted,
        trouble,
    })
}

fn nothing<T>() -> crate::http::paging::Page<T> {
    crate::http::paging::Page {
        items: Vec::new(),
        next_cursor: None,
    }
}

async fn saved(visitor: &ConsoleUser, wanted: &UrlQuery) -> Result<Vec<View>, PageError> {
    let now = wanted.query();
    let own = views::own(&visitor.app, visitor.caller.person).await?;
    let view = |view: entity::saved_view::Model| View {
        on: view.query == now,
        href: format!("{PATH}?{}", view.query),
        name: view.name,
    };
    Ok(own.into_iter().map(view).collect())
}

/// Exactly what is filtered, as CSV; a long list goes to the page of files.
#[get("/orders.csv")]
pub async fn csv(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let asked = asked(&request)?;
    let (app, actor) = (&visitor.app, visitor.actor());
    if list::has_more_than(app, &actor, &asked.query, export::AT_ONCE).await? {
        return Ok(see_other(&exports::address(ExportFormat::Csv, &asked.wanted)));
    }
    let rows = export::csv(app, &actor, &asked.query).await?;
    Ok(exports::headed(&visitor, ExportFormat::Csv, visitor.now).body(rows))
}

/// Returns the list as a workbook.
#[get("/orders.xlsx")]
pub async fn xlsx(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let asked = asked(&request)?;
    let (app, actor) = (&visitor.app, visitor.actor());
    if list::has_more_than(app, &actor, &asked.query, export::AT_ONCE).await? {
        return Ok(see_other(&exports::address(ExportFormat::Xlsx, &asked.wanted)));
    }
    let book = export::workbook(app, &actor, &asked.query).await?;
    Ok(exports::headed(&visitor, ExportFormat::Xlsx, visitor.now).body(book))
}

/// Keeps the list that the form carries under a name.
#[post("/orders/views")]
pub async fn save_view(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let wanted = UrlQuery::of(&sent.entries, &NAMES);
    let name = sent.entries.text("name");
    views::save(&visitor.app, visitor.caller.person, name, &wanted, visitor.now).await?;
    Ok(see_other(&format!("{}&done=view_saved", wanted.to(PATH))))
}

#[post("/orders/views/remove")]
pub async fn remove_view(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    views::remove(&visitor.app, visitor.caller.person, sent.entries.text("name")).await?;
    Ok(see_other("/console/orders?done=view_removed"))
}

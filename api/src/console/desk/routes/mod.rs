//! `/console/desk`: the tabs, and what waits in one of them.

use actix_web::http::StatusCode;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use entity::kinds::Role;
use serde::Deserialize;

use super::list::{self, Row};
use super::tabs::{self, Tab, TabLink};
use crate::city::snapshot::CityHandle;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, with_status};
use crate::console::routes::visitor::ConsoleUser;

pub mod call;
pub mod message;
pub mod order;
pub mod review;

#[derive(Debug, Default, Deserialize)]
pub struct DeskQuery {
    tab: Option<String>,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    frame: PageContext,
    part: DeskPart,
    stream: &'static str,
}

/// The part of the page that is refreshed.
#[derive(Template)]
#[template(path = "desk_part.html")]
struct DeskPart {
    tabs: Vec<TabLink>,
    rows: Vec<Row>,
    more: Option<String>,
    first: String,
    /// On a further page there is no word for an empty tab.
    further: bool,
    empty: String,
    csrf: String,
}

impl askama::filters::HtmlSafe for DeskPart {}

/// The stream of order news; its counts are ignored.
const STREAM: &str = "/console/overview/stream?period=day";

/// The list. With `X-Part: desk` only what changes, for the script.
#[get("/desk")]
pub async fn show(
    visitor: ConsoleUser,
    query: Query<DeskQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let DeskQuery { tab, cursor } = query.into_inner();
    let tab = match tab.as_deref() {
        None => Tab::Triage,
        Some(name) => name.parse().map_err(|()| PageError::not_found())?,
    };
    visitor.caller.require(Role::Operator)?;
    let further = cursor.is_some();
    let listed = list::read(&visitor, tab, cursor).await?;
    let frame = visitor.frame(Section::Desk, "坐席工作台");
    let part = DeskPart {
        tabs: tabs::links(&visitor.app, &visitor.caller, tab).await?,
        rows: listed.rows,
        more: listed.more,
        first: tab.address(),
        further,
        empty: tab.empty(&visitor.app.state::<CityHandle>().load().policy.follow_up),
        csrf: frame.csrf.clone(),
    };
    if request.headers().contains_key("x-part") {
        return page(&part);
    }
    with_status(
        StatusCode::OK,
        &DeskPage {
            frame,
            part,
            stream: STREAM,
        },
    )
}

/// Returns the next matter of the tab, or its list if there is none.
pub(super) fn next_address(tab: Tab, next: Option<String>, done: &str) -> String {
    match next {
        Some(key) => format!("{}?done={done}", tab.page(&key)),
        None => format!("{}&done={done}", tab.address()),
    }
}

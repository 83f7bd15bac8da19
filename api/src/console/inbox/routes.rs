//! `/console/inbox`: the notices of the signed-in person. Opening one marks it as read.

use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::ids::NoticeId;
use entity::notice;
use serde::Deserialize;

use super::target::{Target, target};
use crate::city::snapshot::CityHandle;
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::encoded;
use crate::error::{Error, Result};
use crate::http::paging::Paging;
use crate::notices::inbox;
use crate::notices::subject::NoticeData;
use crate::stored_json::StoredJson as _;
use crate::supervision::{measures, opinions};

const PATH: &str = "/console/inbox";
/// Notices on a page.
const PAGE: u64 = 30;

struct NoticeRow {
    id: NoticeId,
    title: String,
    body: String,
    at: String,
    unread: bool,
    /// Whether there is a page behind it.
    opens: bool,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    frame: PageContext,
    rows: Vec<NoticeRow>,
    unread: u64,
    only_unread: bool,
    more: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub struct InboxQuery {
    unread: Option<String>,
    cursor: Option<String>,
}

#[get("/inbox")]
pub async fn show(visitor: ConsoleUser, query: Query<InboxQuery>) -> Result<HttpResponse, PageError> {
    let InboxQuery { unread, cursor } = query.into_inner();
    let only_unread = unread.is_some_and(|unread| unread == "1");
    let paging = Paging {
        limit: Some(PAGE),
        cursor,
    };
    let (found, unread) = inbox::list(&visitor.app, visitor.caller.person, only_unread, &paging).await?;
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let more = found.next_cursor.map(|cursor| {
        let kept = if only_unread { "unread=1&" } else { "" };
        format!("{PATH}?{kept}cursor={}", encoded(&cursor))
    });
    let shown = |row: notice::Model| NoticeRow {
        id: row.id,
        opens: NoticeData::from_stored(&row.data)
            .is_ok_and(|data| target(&row.event, &data, visitor.caller.role).is_some()),
        title: row.title,
        body: row.body,
        at: labels::when(row.created_at, visitor.now, zone),
        unread: row.read_at.is_none(),
    };
    page(&InboxPage {
        frame: visitor.frame(Section::Inbox, "消息"),
        rows: found.items.into_iter().map(shown).collect(),
        unread,
        only_unread,
        more,
    })
}

/// Marks a notice as read and goes to its page.
#[post("/inbox/{id}")]
pub async fn open(
    visitor: ConsoleUser,
    id: Path<NoticeId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    let row = inbox::read(&visitor.app, visitor.caller.person, id.into_inner()).await?;
    let data = NoticeData::from_stored(&row.data).map_err(Error::from)?;
    let address = match target(&row.event, &data, visitor.caller.role) {
        Some(target) => address(&visitor, target).await?,
        None => PATH.to_owned(),
    };
    Ok(see_other(&address))
}

/// Opinions and measures are shown on the page of their matter.
async fn address(visitor: &ConsoleUser, target: Target) -> Result<String> {
    let (app, caller) = (&visitor.app, &visitor.caller);
    let matter = match target {
        Target::Page(address) => return Ok(address),
        Target::MatterOfOpinion(number) => opinions::view::show(app, caller, &number).await?.campaign,
        Target::MatterOfMeasure(id) => {
            let id = id.parse().map_err(|_| Error::not_found())?;
            measures::view::show(app, caller, id).await?.campaign
        }
    };
    Ok(format!("/console/campaigns/{matter}"))
}

#[post("/inbox/read-all")]
pub async fn read_all(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    inbox::read_all(&visitor.app, visitor.caller.person).await?;
    Ok(see_other("/console/inbox?done=all_read"))
}

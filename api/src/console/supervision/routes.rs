//! `/console/supervision`

use actix_web::http::StatusCode;
use actix_web::web::{Payload, Query};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;
use entity::kinds::{EventAction, OpinionStatus, Role, Status};

use super::rows::{self, IssuedRow, RowFormatter, TrackedRow, UrgedRow};
use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, Form, FormFields};
use crate::console::orders::filters;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::{UrlQuery, encoded};
use crate::error::Error;
use crate::http::paging::Paging;
use crate::orders::actions::ActionRequest;
use crate::supervision::register::{Register, State, TrackedCounts};
use crate::supervision::supervision_orders;

const PATH: &str = "/console/supervision";
const NAMES: [&str; 4] = ["area", "committee", "state", "view"];
/// Rows on a page.
const PAGE: u64 = 30;
/// A list of fewer rows leaves room for an explanation.
const SHORT: usize = 5;
/// In the address: tracked orders that no committee has.
const NO_COMMITTEE: &str = "-";

struct Chip {
    href: String,
    label: String,
    count: Option<u64>,
    on: bool,
}

struct CommitteeChip {
    href: String,
    name: String,
    load: TrackedCounts,
    on: bool,
}

/// The view of the register.
enum View {
    Issued(Vec<IssuedRow>),
    Tracked(Vec<TrackedRow>),
    Urged(Vec<UrgedRow>),
}

impl View {
    fn len(&self) -> usize {
        match self {
            Self::Issued(rows) => rows.len(),
            Self::Tracked(rows) => rows.len(),
            Self::Urged(rows) => rows.len(),
        }
    }
}

#[derive(Template)]
#[template(path = "supervision.html")]
struct SupervisionPage {
    frame: PageContext,
    wanted: UrlQuery,
    views: Vec<Chip>,
    states: Vec<Chip>,
    committees: Vec<CommitteeChip>,
    /// Empty where there is only one county to see.
    areas: Vec<Choice>,
    view: View,
    more: Option<String>,
    /// A list that leaves room for an explanation.
    short: bool,
    campaigns: bool,
    /// An answer that was refused and has no row here any more, so that nothing typed is lost.
    left: Option<Form>,
}

#[get("/supervision")]
pub async fn show(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let text = request.query_string();
    let pairs = Query::<Vec<(String, String)>>::from_query(text).map_err(|_| PageError::unreadable())?;
    let entries = FormFields::new(pairs.into_inner());
    let page = register(&visitor, &entries, None).await?;
    with_status(StatusCode::OK, &page)
}

/// The address of the next page.
fn next_page(wanted: &UrlQuery, cursor: &str) -> String {
    let join = if wanted.is_empty() { '?' } else { '&' };
    format!("{}{join}cursor={}", wanted.to(PATH), encoded(cursor))
}

async fn register(
    visitor: &ConsoleUser,
    entries: &FormFields,
    refused: Option<(&FormFields, &Error)>,
) -> Result<SupervisionPage, PageError> {
    let wanted = UrlQuery::of(entries, &NAMES);
    let register = Register::open(&visitor.app, &visitor.caller, entries.some("area"))?;
    let paging = Paging {
        limit: Some(PAGE),
        cursor: entries.some("cursor").map(str::to_owned),
    };
    let city = visitor.app.state::<CityHandle>().load();
    let frame = visitor.frame(Section::Supervision, "督办");
    let teller = RowFormatter {
        city: &city,
        caller: &visitor.caller,
        csrf: &frame.csrf,
        now: visitor.now,
    };
    let (mut states, mut committees) = (Vec::new(), Vec::new());
    let (view, cursor) = match wanted.get("view") {
        "tracked" => {
            committees = committee_chips(&wanted, register.committees().await?);
            let name = match wanted.get("committee") {
                "" => None,
                NO_COMMITTEE => Some(""),
                name => Some(name),
            };
            let page = register.tracked(name, &paging).await?;
            let rows = page.items.into_iter().map(|row| teller.tracked(row));
            (View::Tracked(rows.collect()), page.next_cursor)
        }
        "urges" => {
            let page = register.urges(&paging).await?;
            let rows = page.items.into_iter().map(|row| teller.urged(row));
            (View::Urged(rows.collect()), page.next_cursor)
        }
        "" => {
            states = state_chips(&wanted, &register).await?;
            let state = match wanted.get("state") {
                "" => None,
                name => Some(name.parse::<State>().map_err(|()| PageError::not_found())?),
            };
            let page = register.issued(state, &paging).await?;
            let rows = page.items.into_iter().map(|row| teller.issued(row));
            (
                View::Issued(rows.map(|row| restore_form(row, refused)).collect()),
                page.next_cursor,
            )
        }
        _ => return Err(PageError::not_found()),
    };
    let more = cursor.map(|cursor| next_page(&wanted, &cursor));
    let areas = if register.spans_counties() {
        filters::areas(&city, &wanted)
    } else {
        Vec::new()
    };
    Ok(SupervisionPage {
        left: refused.and_then(|(entries, error)| left(entries, error, &view, &frame.csrf)),
        views: view_chips(&wanted),
        states,
        committees,
        areas,
        short: view.len() < SHORT,
        view,
        more,
        campaigns: visitor.caller.role != Role::Handler,
        wanted,
        frame,
    })
}

/// The form that was refused, as it was filled in.
fn restore_form(mut row: IssuedRow, refused: Option<(&FormFields, &Error)>) -> IssuedRow {
    if let Some((entries, error)) = refused
        && entries.text("supervision_order") == row.number
    {
        row.form = row.form.map(|form| form.refused(entries, error));
    }
    row
}

fn left(entries: &FormFields, error: &Error, view: &View, csrf: &str) -> Option<Form> {
    let (number, order) = (entries.text("supervision_order"), entries.text("order"));
    let View::Issued(rows) = view else {
        return None;
    };
    let shown = rows.iter().any(|row| row.number == number && row.form.is_some());
    let form = || rows::answer_form(number, order, entries.text("version"), csrf);
    (!shown).then(|| form().refused(entries, error))
}

fn view_chips(wanted: &UrlQuery) -> Vec<Chip> {
    let only_area = wanted.with("state", "").with("committee", "");
    [
        ("", "督办单"),
        ("tracked", EventAction::Tracked.label()),
        ("urges", "催办"),
    ]
    .into_iter()
    .map(|(name, label)| Chip {
        href: only_area.with("view", name).to(PATH),
        label: label.to_owned(),
        count: None,
        on: wanted.get("view") == name,
    })
    .collect()
}

async fn state_chips(wanted: &UrlQuery, register: &Register<'_>) -> Result<Vec<Chip>, PageError> {
    let counts = register.counts().await?;
    let chips = [
        ("", "全部", None),
        ("open", OpinionStatus::Issued.label(), Some(counts.open)),
        ("overdue", "逾期未答复", Some(counts.overdue)),
        ("answered", Status::Replied.label(), None),
    ];
    let chip = |(name, label, count): (&str, &str, Option<u64>)| Chip {
        href: wanted.with("state", name).to(PATH),
        label: label.to_owned(),
        count,
        on: wanted.get("state") == name,
    };
    Ok(chips.into_iter().map(chip).collect())
}

fn committee_chips(wanted: &UrlQuery, loads: Vec<(Option<String>, TrackedCounts)>) -> Vec<CommitteeChip> {
    let chip = |(committee, load): (Option<String>, TrackedCounts)| {
        let value = committee.as_deref().unwrap_or(NO_COMMITTEE);
        let on = wanted.get("committee") == value;
        CommitteeChip {
            href: wanted.with("committee", if on { "" } else { value }).to(PATH),
            name: committee.clone().unwrap_or_else(|| "未指定委员会".to_owned()),
            load,
            on,
        }
    };
    loads.into_iter().map(chip).collect()
}

/// The unit's answer to a supervision order.
#[post("/supervision/answers")]
pub async fn answer_one(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let entries = &sent.entries;
    let (order, number) = (entries.text("order"), entries.text("supervision_order"));
    let version = entries.text("version").parse().ok();
    let (app, actor) = (&visitor.app, visitor.actor());
    match supervision_orders::answer(
        ActionRequest::new(app, &actor, order, version),
        number,
        entries.text("text"),
    )
    .await
    {
        Ok(_) => Ok(see_other(&format!("{PATH}?done=answer_supervision_order"))),
        Err(error @ Error::Refused(_)) => {
            let again = register(&visitor, &FormFields::default(), Some((entries, &error))).await?;
            with_status(error.status_code(), &again)
        }
        Err(error) => Err(error.into()),
    }
}

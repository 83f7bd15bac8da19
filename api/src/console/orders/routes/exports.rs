//! `/console/exports`: a person's exports with their progress, and the downloads.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, post};
use askama::Template;
use chrono::{DateTime, Utc};
use entity::ids::ExportId;
use entity::kinds::{ExportFormat, ExportStatus};
use entity::order_export;

use super::read;
use crate::city::snapshot::CityHandle;
use crate::console::forms::FormFields;
use crate::console::labels;
use crate::console::orders::filters;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::{UrlQuery, encoded};
use crate::error::{Error, ErrorKind, FieldError};
use crate::orders::export::job::{self, ExportRequest};
use crate::orders::search::list;

const PATH: &str = "/console/exports";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// One file of one's own.
struct Line {
    asked: String,
    format: &'static str,
    /// The exported list.
    list: String,
    state: String,
    done: i64,
    total: i64,
    going: bool,
    file: Option<String>,
}

/// A file that has not been asked for yet.
struct Offer {
    format: &'static str,
    orders: u64,
    carried: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "exports.html")]
struct ExportsPage {
    frame: PageContext,
    offer: Option<Offer>,
    trouble: Option<String>,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "export_lines.html")]
struct LinesPart {
    lines: Vec<Line>,
}

/// Where a long list is asked for as a file.
#[must_use]
pub fn address(format: ExportFormat, wanted: &UrlQuery) -> String {
    let join = if wanted.is_empty() { "" } else { "&" };
    format!("{PATH}?format={format}{join}{}", wanted.query())
}

/// An answer that is saved under the name of the list.
pub fn headed(visitor: &ConsoleUser, format: ExportFormat, at: DateTime<Utc>) -> HttpResponseBuilder {
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let at = at.with_timezone(&zone).format("%Y%m%d-%H%M");
    let name = encoded(&format!("工单-{at}.{format}"));
    // A plain name for what cannot read the other one.
    let saved = format!("attachment; filename=\"orders-{at}.{format}\"; filename*=UTF-8''{name}");
    let media_type = match format {
        ExportFormat::Csv => "text/csv; charset=utf-8",
        ExportFormat::Xlsx => XLSX,
    };
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, saved));
    answer
}

/// With `X-Part: lines` only the files, for the script.
#[get("/exports")]
pub async fn show(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    if request.headers().contains_key("x-part") {
        let lines = lines(&visitor).await?;
        return page(&LinesPart { lines });
    }
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let entries = FormFields::new(pairs.map_err(|_| PageError::unreadable())?.into_inner());
    with_status(StatusCode::OK, &shown(&visitor, &entries, None).await?)
}

async fn shown(
    visitor: &ConsoleUser,
    entries: &FormFields,
    trouble: Option<String>,
) -> Result<ExportsPage, PageError> {
    let offer = match entries.some("format") {
        Some(_) => Some(offer(visitor, entries).await?),
        None => None,
    };
    Ok(ExportsPage {
        frame: visitor.frame(Section::Orders, "导出的文件"),
        offer,
        trouble,
        lines: lines(visitor).await?,
    })
}

async fn offer(visitor: &ConsoleUser, entries: &FormFields) -> Result<Offer, PageError> {
    let format = format(entries)?;
    let asked = read(entries)?;
    let mut carried = vec![("format", format.to_string())];
    let wanted = asked.wanted.pairs();
    carried.extend(wanted.map(|(name, value)| (name, value.to_owned())));
    Ok(Offer {
        format: format.label(),
        orders: list::count(&visitor.app, &visitor.actor(), &asked.query).await?,
        carried,
    })
}

fn format(entries: &FormFields) -> Result<ExportFormat, Error> {
    let wrong = FieldError::new("format", "malformed", "请选择 CSV 或 Excel。");
    let format = entries.text("format").parse();
    format.map_err(|_| Error::invalid(vec![wrong]))
}

async fn lines(visitor: &ConsoleUser) -> Result<Vec<Line>, PageError> {
    let own = job::list_own(&visitor.app, &visitor.caller).await?;
    Ok(own.into_iter().map(|row| line(visitor, row)).collect())
}

fn line(visitor: &ConsoleUser, row: order_export::Model) -> Line {
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let when = |at| labels::when(at, visitor.now, zone);
    let state = match (row.status, row.expires_at) {
        (ExportStatus::Reading, _) => format!("已读取 {} / {} 件", row.done, row.total),
        (ExportStatus::Binding, _) => "正在写成 Excel 文件".to_owned(),
        (ExportStatus::Ready, Some(until)) => format!("共 {} 件，保留到 {}", row.done, when(until)),
        (ExportStatus::Ready, None) => format!("共 {} 件", row.done),
        (ExportStatus::Failed, _) => "您的权限有变化，没有生成，请重新导出".to_owned(),
    };
    let ready = row.status == ExportStatus::Ready && row.expires_at.is_some_and(|until| visitor.now < until);
    Line {
        asked: when(row.asked_at),
        format: row.format.label(),
        list: format!("{}?{}", filters::PATH, row.address),
        state,
        done: row.done,
        total: row.total.max(row.done),
        going: matches!(row.status, ExportStatus::Reading | ExportStatus::Binding),
        file: ready.then(|| format!("{PATH}/{}/file", row.id)),
    }
}

/// Has the file made.
#[post("/exports")]
pub async fn ask(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let asked = read(&sent.entries)?;
    let wish = ExportRequest {
        format: format(&sent.entries)?,
        address: asked.wanted.query(),
        query: asked.query,
    };
    match job::request(&visitor.app, &visitor.caller, wish).await {
        Ok(_) => Ok(see_other(&format!("{PATH}?done=export_asked"))),
        Err(Error::Refused(refused)) if refused.kind == ErrorKind::Rule => {
            let again = shown(&visitor, &sent.entries, Some(refused.detail)).await?;
            with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(error) => Err(error.into()),
    }
}

/// Streams the file from the object store.
#[get("/exports/{id}/file")]
pub async fn download(visitor: ConsoleUser, id: Path<ExportId>) -> Result<HttpResponse, PageError> {
    let (row, file) = job::file(&visitor.app, &visitor.caller, *id).await?;
    Ok(headed(&visitor, row.format, row.asked_at).streaming(file))
}

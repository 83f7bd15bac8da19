//! `/insight-reports`; `drafts.rs` edits, issues and sends them.

use actix_web::http::header::{
    CONTENT_DISPOSITION, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
};
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use entity::ids::{ReportId, TopicId};
use entity::insight_report;
use entity::kinds::ReportKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::deadlines::calendar::local_date;
use crate::error::{Error, ErrorKind, Result};
use crate::http::idempotency::{IdempotencyKey, fingerprint};
use crate::http::paging::{Page, Paging};
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::http::time::local;
use crate::insight::reports::body::Body;
use crate::insight::reports::drafts::read;
use crate::insight::reports::files::Format;
use crate::insight::reports::period::DateRange;
use crate::insight::reports::service::{self, NewReportRequest};
use crate::insight::reports::store::Head;
use crate::insight::reports::view::{CountedOrder, RecipientView, ReportView, RevisionView};
use crate::moments::is_day_within_years;
use crate::orders::submit::IdempotencyScope;

pub mod drafts;

impl ReportView {
    #[must_use]
    pub fn of(head: Head, zone: Tz) -> Self {
        let Head {
            id,
            kind,
            area_code: area,
            topic_id: topic,
            from_day: from,
            to_day: to,
            version,
            title,
            stage,
            revision,
            document_number,
            issued_at,
            sent_at,
            status,
            progress,
            requested_by: by,
            requested_at,
            ready_at,
        } = head;
        Self {
            id,
            kind,
            area,
            topic,
            from,
            to,
            version,
            title,
            stage,
            revision,
            document_number,
            issued_at: issued_at.map(|at| local(at, zone)),
            sent_at: sent_at.map(|at| local(at, zone)),
            status,
            progress,
            on_request: by.is_some(),
            requested_at: local(requested_at, zone),
            ready_at: ready_at.map(|at| local(at, zone)),
        }
    }
}

/// A report with what it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportInFull {
    #[serde(flatten)]
    pub report: ReportView,
    /// None until it is ready.
    pub body: Option<Body>,
    /// The revisions of the text, the first first.
    pub revisions: Vec<RevisionView>,
    pub recipients: Vec<RecipientView>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AskForReport {
    pub kind: ReportKind,
    /// First day, or a time on it; left out together with `to`: the last whole week or month, or thirty days.
    #[schema(example = "2025-09-01")]
    pub from: Option<String>,
    /// Last day, or a time on it.
    #[schema(example = "2025-09-30")]
    pub to: Option<String>,
    /// County by code or name; left out for the whole city. A county's supervisors get their county's.
    pub area: Option<String>,
    /// Only the orders of this topic; with kind `topic`.
    pub topic: Option<TopicId>,
}

/// Ask for an analysis report; a job writes it.
#[utoipa::path(
    tag = "insight",
    request_body = AskForReport,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = ReportView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/insight-reports")]
pub async fn ask_for_report(
    app: web::Data<App>,
    caller: Caller,
    key: IdempotencyKey,
    body: web::Json<AskForReport>,
) -> Result<HttpResponse> {
    let body = body.into_inner();
    let now = app.clock.now();
    let claim = key.0.map(|key| IdempotencyScope {
        person: caller.person,
        key,
        fingerprint: fingerprint("POST /insight-reports", &body),
    });
    // Those who may not ask learn nothing about the body.
    service::confined_to(&caller)?;
    let asked = understood(&app, body, now)?;
    Ok(service::ask(&app, &caller, asked, claim.as_ref(), now)
        .await?
        .respond())
}

fn understood(app: &App, body: AskForReport, now: DateTime<chrono::Utc>) -> Result<NewReportRequest> {
    let city = app.state::<CityHandle>().load();
    let today = local_date(now, city.zone());
    let AskForReport {
        kind,
        from,
        to,
        area,
        topic,
    } = body;
    if topic.is_some() && kind != ReportKind::Topic {
        return Err(Error::invalid_field(
            "topic",
            "malformed",
            "只有专题报告可以指定高频问题群。",
        ));
    }
    let last = DateRange::last(kind, today);
    let period = match (day("from", from, city.zone())?, day("to", to, city.zone())?) {
        (None, None) => last,
        (Some(from), Some(to)) => DateRange::checked(from, to, today)?,
        (None, Some(_)) => return Err(Error::invalid_field("from", "malformed", "缺少开始日期。")),
        (Some(_), None) => return Err(Error::invalid_field("to", "malformed", "缺少结束日期。")),
    };
    let area = area
        .map(|text| {
            let county = city.county(&text).map(|county| county.code.clone());
            county.ok_or_else(|| Error::invalid_field("area", "malformed", "没有这个县区。"))
        })
        .transpose()?;
    Ok(NewReportRequest {
        kind,
        period,
        area,
        topic,
        by: None,
    })
}

/// A date of the city, or the date of a time.
fn day(field: &str, text: Option<String>, zone: Tz) -> Result<Option<NaiveDate>> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    let time = || DateTime::parse_from_rfc3339(text).map(|at| local_date(at.to_utc(), zone));
    let date = text.parse::<NaiveDate>().or_else(|_| time());
    date.ok()
        .filter(|date| is_day_within_years(*date))
        .map(Some)
        .ok_or_else(|| Error::invalid_field(field, "malformed", "应为日期，如 2025-09-01。"))
}

/// The reports, the newest first.
#[utoipa::path(
    tag = "insight",
    params(Paging),
    responses((status = 200, body = Page<ReportView>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/insight-reports")]
pub async fn list_reports(
    app: web::Data<App>,
    caller: Caller,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<ReportView>>> {
    Ok(web::Json(service::list(&app, &caller, &paging).await?))
}

/// One report: `{id}` as JSON, `{id}.pdf`, `{id}.docx`, `{id}.xlsx` as files.
#[utoipa::path(
    tag = "insight",
    params(("file" = String, Path, description = "An id, or an id with `.pdf`, `.docx` or `.xlsx`")),
    responses(
        (status = 200, content(
            (ReportInFull = "application/json"),
            (Vec<u8> = "application/pdf"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )),
        (status = 409, description = "`report_not_ready`, `report_failed`", body = crate::http::problem::Problem, content_type = "application/problem+json"),
        ReadErrors
    ),
    security(("bearer" = []))
)]
#[get("/insight-reports/{file}")]
pub async fn show_report(
    app: web::Data<App>,
    caller: Caller,
    file: web::Path<String>,
) -> Result<HttpResponse> {
    let (id, format) = match file.rsplit_once('.') {
        Some((id, extension)) => (
            id,
            Some(extension.parse::<Format>().map_err(|()| Error::not_found())?),
        ),
        None => (file.as_str(), None),
    };
    let report = service::visible(&app, &caller, parsed(id)?).await?;
    let Some(format) = format else {
        return Ok(HttpResponse::Ok().json(in_full(&app, &report).await?));
    };
    let bytes = service::file(&app, &report, format).await?;
    Ok(HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header((CONTENT_DISPOSITION, named(&report.title, format)))
        .body(bytes))
}

/// The report with its body, its revisions and its recipients.
async fn in_full(app: &App, report: &insight_report::Model) -> Result<ReportInFull> {
    Ok(ReportInFull {
        body: service::body_if_ready(report)?,
        revisions: read::revisions(app, report.id).await?,
        recipients: read::recipients(app, report.id).await?,
        report: service::view(app, report),
    })
}

fn parsed(id: &str) -> Result<ReportId> {
    id.parse()
        .map_err(|_| Error::refused(ErrorKind::NotFound, "not_found", "没有找到，或您无权查看。"))
}

/// The title as the file's name, for browsers that read RFC 5987.
fn named(title: &str, format: Format) -> ContentDisposition {
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![
            DispositionParam::Filename(format!("report.{}", format.extension())),
            DispositionParam::FilenameExt(ExtendedValue {
                charset: Charset::Ext("UTF-8".to_owned()),
                language_tag: None,
                value: format!("{title}.{}", format.extension()).into_bytes(),
            }),
        ],
    }
}

/// The orders that a figure counts, as they were when the report was made.
#[utoipa::path(
    tag = "insight",
    params(
        ("id" = ReportId, Path),
        ("key" = String, Path, description = "Of `figures`, e.g. `now.satisfied.area:410302`"),
        Paging,
    ),
    responses(
        (status = 200, body = Page<CountedOrder>),
        (status = 409, description = "`report_not_ready`, `report_failed`", body = crate::http::problem::Problem, content_type = "application/problem+json"),
        ReadErrors
    ),
    security(("bearer" = []))
)]
#[get("/insight-reports/{id}/figures/{key}")]
pub async fn list_counted(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(ReportId, String)>,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<CountedOrder>>> {
    let (id, key) = path.into_inner();
    let report = service::visible(&app, &caller, id).await?;
    Ok(web::Json(service::counted(&report, &key, &paging).await?))
}

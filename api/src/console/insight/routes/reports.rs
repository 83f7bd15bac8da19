//! `/console/insight/reports`

use actix_web::web::{Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::NaiveDate;
use entity::kinds::{PersonLevel, ReportKind, ReportStage, ReportStatus, Role};

use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, Field, Form, FormFields, Kind};
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::deadlines::calendar::local_date;
use crate::error::{Error, FieldError, Result};
use crate::http::paging::Paging;
use crate::insight::reports::period::DateRange;
use crate::insight::reports::service::{self, NewReportRequest};
use crate::insight::reports::view::ReportView;
use crate::moments::is_day_within_years;

pub(super) const PATH: &str = "/console/insight/reports";

struct Line {
    href: String,
    title: String,
    kind: &'static str,
    version: i32,
    state: String,
    asked: String,
}

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage {
    frame: PageContext,
    ask: Form,
    lines: Vec<Line>,
    /// Whether one is being written: the list looks again.
    running: bool,
    more: Option<String>,
}

/// The reports, the newest first, and a form to ask for one.
#[get("/insight/reports")]
pub async fn list(visitor: ConsoleUser, paging: Query<Paging>) -> Result<HttpResponse, PageError> {
    let page_of = reports_page(&visitor, &paging, None).await?;
    page(&page_of)
}

async fn reports_page(
    visitor: &ConsoleUser,
    paging: &Paging,
    refused: Option<(&FormFields, &Error)>,
) -> Result<ReportsPage, PageError> {
    let found = service::list(&visitor.app, &visitor.caller, paging).await?;
    let more = found
        .next_cursor
        .as_ref()
        .map(|cursor| format!("{PATH}?cursor={cursor}"));
    let line = |report: ReportView| Line {
        href: format!("{PATH}/{}", report.id),
        state: state(&report),
        kind: report.kind.label(),
        version: report.version,
        asked: labels::when(
            report.requested_at.to_utc(),
            visitor.now,
            visitor.app.state::<CityHandle>().load().zone(),
        ),
        title: report.title,
    };
    let frame = visitor.frame(Section::Insight, "分析报告");
    let mut form = ask_form(visitor, &frame.csrf);
    if let Some((entries, error)) = refused {
        form = form.refused(entries, error);
    }
    Ok(ReportsPage {
        running: found
            .items
            .iter()
            .any(|report| report.status == ReportStatus::Queued),
        frame,
        ask: form,
        lines: found.items.into_iter().map(line).collect(),
        more,
    })
}

/// How far the report is: written, issued, sent.
pub(super) fn state(report: &ReportView) -> String {
    if report.status != ReportStatus::Ready {
        return report.status.label().to_owned();
    }
    match report.stage {
        ReportStage::Draft => format!("{}，第{}稿", report.stage.label(), report.revision),
        ReportStage::Issued | ReportStage::Sent => format!("{}，{}", report.stage.label(), number(report)),
    }
}

fn number(report: &ReportView) -> &str {
    report.document_number.as_deref().unwrap_or_default()
}

fn ask_form(visitor: &ConsoleUser, csrf: &str) -> Form {
    let kinds = [ReportKind::Weekly, ReportKind::Monthly, ReportKind::Custom];
    let kinds = kinds.map(|of| Choice::new(of.as_str(), of.label())).to_vec();
    let mut form = Form::new("ask", PATH, "生成一份报告", csrf)
        .summary("报告由系统在后台写成，写成后通知委员会。同一时段再次生成，会成为新的一版，旧版保留。")
        .submit("生成")
        .field(
            Field::new("kind", "种类", Kind::OneOf(kinds))
                .required()
                .value("monthly"),
        )
        .field(
            Field::new("from", "开始日期", Kind::Date).hint("周报、月报不填日期时，取最近一个整周、整月。"),
        )
        .field(Field::new("to", "结束日期", Kind::Date));
    if visitor.caller.role == Role::Admin || visitor.caller.level == Some(PersonLevel::City) {
        let city = visitor.app.state::<CityHandle>().load();
        let mut areas = vec![Choice::new("", "全市")];
        let counties = city.counties.divisions().iter();
        areas.extend(counties.map(|county| Choice::new(county.code.clone(), county.name.clone())));
        form = form.field(Field::new("area", "范围", Kind::Pick(areas)));
    }
    form
}

#[post("/insight/reports")]
pub async fn ask(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let asked = match understood(&visitor, &sent.entries) {
        Ok(asked) => service::ask(&visitor.app, &visitor.caller, asked, None, visitor.now).await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(_) => Ok(see_other(&format!("{PATH}?done=report_asked"))),
        Err(error @ Error::Refused(_)) => {
            use actix_web::ResponseError as _;
            let again = reports_page(&visitor, &Paging::default(), Some((&sent.entries, &error))).await?;
            with_status(error.status_code(), &again)
        }
        Err(error) => Err(error.into()),
    }
}

fn understood(visitor: &ConsoleUser, entries: &FormFields) -> Result<NewReportRequest> {
    let wrong = |field: &str, detail: &str| Error::invalid(vec![FieldError::new(field, "malformed", detail)]);
    let kind: ReportKind = entries
        .text("kind")
        .parse()
        .map_err(|_| wrong("kind", "请选择种类。"))?;
    let day = |name: &'static str| -> Result<Option<NaiveDate>> {
        let text = entries.some(name);
        let date = |text: &str| {
            text.parse::<NaiveDate>()
                .ok()
                .filter(|date| is_day_within_years(*date))
                .ok_or_else(|| wrong(name, "应为日期。"))
        };
        text.map(date).transpose()
    };
    let today = local_date(visitor.now, visitor.app.state::<CityHandle>().load().zone());
    let period = match (day("from")?, day("to")?) {
        (None, None) => DateRange::last(kind, today),
        (Some(from), Some(to)) => DateRange::checked(from, to, today)?,
        (None, Some(_)) => return Err(wrong("from", "缺少开始日期。")),
        (Some(_), None) => return Err(wrong("to", "缺少结束日期。")),
    };
    Ok(NewReportRequest {
        kind,
        period,
        area: entries.some("area").map(str::to_owned),
        topic: None,
        by: None,
    })
}

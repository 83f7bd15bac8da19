//! `/console/insight/reports`

use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::NaiveDate;
use entity::ids::ReportId;
use entity::kinds::{PersonLevel, ReportKind, ReportStatus, Role};

use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, Field, Form, FormFields, Kind};
use crate::console::labels::{self, Markup};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::deadlines::calendar::local_date;
use crate::error::{Error, FieldError, Result};
use crate::http::paging::Paging;
use crate::insight::reports::body::{Block, Body, Run};
use crate::insight::reports::period::DateRange;
use crate::insight::reports::service::{self, NewReportRequest};
use crate::insight::reports::view::{CountedOrder, ReportView};

const PATH: &str = "/console/insight/reports";

struct Line {
    href: String,
    title: String,
    kind: &'static str,
    version: i32,
    state: &'static str,
    asked: String,
}

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage {
    frame: PageContext,
    ask: Form,
    lines: Vec<Line>,
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
        kind: kind(report.kind),
        version: report.version,
        state: state(report.status),
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
        frame,
        ask: form,
        lines: found.items.into_iter().map(line).collect(),
        more,
    })
}

fn kind(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Weekly => "周报",
        ReportKind::Monthly => "月报",
        ReportKind::Topic => "专题",
        ReportKind::Custom => "自选时段",
    }
}

fn state(status: ReportStatus) -> &'static str {
    match status {
        ReportStatus::Queued => "正在生成",
        ReportStatus::Ready => "已生成",
        ReportStatus::Failed => "未能生成",
    }
}

fn ask_form(visitor: &ConsoleUser, csrf: &str) -> Form {
    let kinds = [ReportKind::Weekly, ReportKind::Monthly, ReportKind::Custom];
    let kinds = kinds.map(|of| Choice::new(of.as_str(), kind(of))).to_vec();
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
        text.map(|text| text.parse().map_err(|_| wrong(name, "应为日期。")))
            .transpose()
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

/// A piece of a sentence as the page draws it.
struct Piece {
    text: String,
    /// To the orders that a number counts.
    href: Option<String>,
}

enum Part {
    Paragraph(Vec<Piece>),
    Table {
        caption: String,
        columns: Vec<String>,
        rows: Vec<Vec<Piece>>,
    },
    Chart {
        caption: String,
        svg: Markup,
    },
}

struct Chapter {
    heading: String,
    parts: Vec<Part>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    frame: PageContext,
    subtitle: String,
    chapters: Vec<Chapter>,
    definitions: Vec<String>,
    file: String,
    state: &'static str,
    ready: bool,
}

/// A report as it is read, every number a link to its orders.
#[get("/insight/reports/{id}")]
pub async fn show(visitor: ConsoleUser, id: Path<ReportId>) -> Result<HttpResponse, PageError> {
    let report = service::visible(&visitor.app, &visitor.caller, *id).await?;
    let ready = report.status == ReportStatus::Ready;
    let body = if ready {
        service::body(&report)?
    } else {
        Body::default()
    };
    page(&ReportPage {
        frame: visitor.frame(Section::Insight, report.title.clone()),
        chapters: chapters(&body, *id),
        subtitle: body.subtitle,
        definitions: body.definitions,
        file: format!("/api/v1/insight-reports/{id}"),
        state: state(report.status),
        ready,
    })
}

fn chapters(body: &Body, id: ReportId) -> Vec<Chapter> {
    let piece = |run: &Run| {
        let figure = run.figures().first().and_then(|at| body.figures.get(*at));
        Piece {
            text: run.plain(),
            href: figure.map(|figure| format!("{PATH}/{id}/figures/{}", figure.key)),
        }
    };
    let part = |block: &Block| match block {
        Block::Paragraph { runs } => Part::Paragraph(runs.iter().map(piece).collect()),
        Block::Table(table) => Part::Table {
            caption: table.caption.clone(),
            columns: table.columns.clone(),
            rows: table
                .rows
                .iter()
                .map(|row| row.iter().map(piece).collect())
                .collect(),
        },
        Block::Chart { caption, svg } => Part::Chart {
            caption: caption.clone(),
            // Made by ourselves, with every text in it escaped.
            svg: Markup(svg.clone()),
        },
    };
    let chapter = |section: &crate::insight::reports::body::Section| Chapter {
        heading: section.heading.clone(),
        parts: section.blocks.iter().map(part).collect(),
    };
    body.sections.iter().map(chapter).collect()
}

#[derive(Template)]
#[template(path = "report_figure.html")]
struct FigurePage {
    frame: PageContext,
    label: String,
    value: u64,
    orders: Vec<CountedOrder>,
    report: String,
    more: Option<String>,
}

/// The orders that a number counts, as they were when the report was made.
#[get("/insight/reports/{id}/figures/{key}")]
pub async fn counted(
    visitor: ConsoleUser,
    path: Path<(ReportId, String)>,
    paging: Query<Paging>,
) -> Result<HttpResponse, PageError> {
    let (id, key) = path.into_inner();
    let report = service::visible(&visitor.app, &visitor.caller, id).await?;
    let body = service::body(&report)?;
    let figure = body.figures.iter().find(|figure| figure.key == key);
    let figure = figure.ok_or_else(PageError::not_found)?;
    let listed = service::counted(&report, &key, &paging).await?;
    let more = listed
        .next_cursor
        .map(|cursor| format!("{PATH}/{id}/figures/{key}?cursor={cursor}"));
    page(&FigurePage {
        frame: visitor.frame(Section::Insight, figure.label.clone()),
        label: figure.label.clone(),
        value: figure.value,
        orders: listed.items,
        report: format!("{PATH}/{id}"),
        more,
    })
}

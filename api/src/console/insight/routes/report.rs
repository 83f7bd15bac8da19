//! `/console/insight/reports/{id}`: a report, its revisions, its figures, and the steps from draft to sent.

use std::collections::HashMap;

use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;
use entity::ids::{PhotoId, ReportId};
use entity::insight_report;
use entity::kinds::{ReportStatus, Role};
use serde::Deserialize;

use super::report_forms;
use super::reports::{PATH, state};
use crate::city::snapshot::CityHandle;
use crate::console::forms::{Form, FormFields};
use crate::console::labels::Markup;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::http::paging::Paging;
use crate::insight::reports::body::{Block, Body, Run};
use crate::insight::reports::drafts::read;
use crate::insight::reports::service;
use crate::insight::reports::view::{CountedOrder, RecipientView};
use crate::orders::paper::times;
use crate::photos::service::links_by_id;

/// A piece of a sentence as the page draws it.
struct Piece {
    text: String,
    /// To the orders that a number counts.
    href: Option<String>,
}

struct Picture {
    thumb: String,
    large: String,
    caption: String,
}

enum Part {
    Heading(String),
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
    Pictures(Vec<Picture>),
}

struct Chapter {
    heading: String,
    parts: Vec<Part>,
}

struct RevisionLine {
    href: String,
    said: String,
    shown: bool,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    frame: PageContext,
    subtitle: String,
    chapters: Vec<Chapter>,
    definitions: Vec<String>,
    file: String,
    state: String,
    ready: bool,
    /// Whether it is being written: the page looks again.
    running: bool,
    forms: Vec<Form>,
    revisions: Vec<RevisionLine>,
    recipients: Vec<RecipientView>,
}

#[derive(Deserialize)]
pub struct Shown {
    /// An earlier revision of the text.
    revision: Option<i32>,
}

/// A report as it is read, every number a link to its orders.
#[get("/insight/reports/{id}")]
pub async fn show(
    visitor: ConsoleUser,
    id: Path<ReportId>,
    shown: Query<Shown>,
) -> Result<HttpResponse, PageError> {
    let report = service::visible(&visitor.app, &visitor.caller, *id).await?;
    page(&report_page(&visitor, &report, shown.revision, None).await?)
}

/// A step that was refused: its name, what was typed, and why.
type RefusedStep<'a> = (&'a str, &'a FormFields, &'a Error);

async fn report_page(
    visitor: &ConsoleUser,
    report: &insight_report::Model,
    revision: Option<i32>,
    refused: Option<RefusedStep<'_>>,
) -> Result<ReportPage> {
    let (app, id) = (&visitor.app, report.id);
    let ready = report.status == ReportStatus::Ready;
    let body = match (ready, revision) {
        (false, _) => Body::default(),
        (true, None) => service::body(report)?,
        (true, Some(revision)) => read::revision(app, id, revision).await?,
    };
    let frame = visitor.frame(Section::Insight, report.title.clone());
    let mut forms = Vec::new();
    if ready && revision.is_none() && is_own(visitor, report) {
        forms = report_forms::of(visitor, report, &body, &frame.csrf);
    }
    if let Some((step, entries, error)) = refused {
        let again = |form: Form| {
            if form.id == step {
                form.refused(entries, error)
            } else {
                form
            }
        };
        forms = forms.into_iter().map(again).collect();
    }
    let links = links_by_id(app, &body.photos()).await?;
    Ok(ReportPage {
        chapters: chapters(&body, id, &links),
        subtitle: body.subtitle,
        definitions: body.definitions,
        file: format!("/api/v1/insight-reports/{id}"),
        state: state(&service::view(app, report)),
        running: report.status == ReportStatus::Queued,
        ready,
        forms,
        revisions: revisions(visitor, report, revision).await?,
        recipients: read::recipients(app, id).await?,
        frame,
    })
}

/// Whether the visitor's committee wrote it: others read what was sent to them.
fn is_own(visitor: &ConsoleUser, report: &insight_report::Model) -> bool {
    let confined = service::confined_to(&visitor.caller);
    visitor.caller.role == Role::Supervisor
        && confined.is_ok_and(|area| area.is_none() || area == report.area_code)
}

async fn revisions(
    visitor: &ConsoleUser,
    report: &insight_report::Model,
    shown: Option<i32>,
) -> Result<Vec<RevisionLine>> {
    let shown = shown.unwrap_or(report.revision);
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let line = |row: crate::insight::reports::view::RevisionView| RevisionLine {
        href: format!("{PATH}/{}?revision={}", report.id, row.revision),
        said: format!(
            "第{}稿 {} {}",
            row.revision,
            times::moment(row.edited_at.to_utc(), zone),
            row.edited_by.unwrap_or_else(|| "系统生成".to_owned()),
        ),
        shown: row.revision == shown,
    };
    let rows = read::revisions(&visitor.app, report.id).await?;
    Ok(rows.into_iter().map(line).collect())
}

fn chapters(body: &Body, id: ReportId, links: &HashMap<PhotoId, (String, String)>) -> Vec<Chapter> {
    let piece = |run: &Run| {
        let figure = run.figures().first().and_then(|at| body.figures.get(*at));
        Piece {
            text: run.plain(),
            href: figure.map(|figure| format!("{PATH}/{id}/figures/{}", figure.key)),
        }
    };
    let part = |block: &Block| match block {
        Block::Heading { text } => Part::Heading(text.clone()),
        Block::Paragraph { runs } => Part::Paragraph(runs.iter().map(piece).collect()),
        Block::Photos { photos } => {
            let picture = |photo: &crate::insight::reports::body::CasePhoto| {
                let (large, thumb) = links.get(&photo.photo)?.clone();
                let caption = photo.caption.clone();
                Some(Picture {
                    thumb,
                    large,
                    caption,
                })
            };
            Part::Pictures(photos.iter().filter_map(picture).collect())
        }
        Block::Table(table) => Part::Table {
            caption: table.caption.clone(),
            columns: table.columns.clone(),
            rows: table
                .shown_rows()
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

/// Edits, issues or sends the report; refused, the form again with what was typed.
#[post("/insight/reports/{id}/{step}")]
pub async fn act(
    visitor: ConsoleUser,
    path: Path<(ReportId, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let (id, step) = path.into_inner();
    let sent = FormData::read(&visitor, &request, body).await?;
    match report_forms::perform(&visitor, id, &step, &sent.entries).await {
        Ok(done) => Ok(see_other(&format!("{PATH}/{id}?done={done}"))),
        Err(error @ Error::Refused(_)) => {
            let report = service::visible(&visitor.app, &visitor.caller, id).await?;
            let refused = Some((step.as_str(), &sent.entries, &error));
            let again = report_page(&visitor, &report, None, refused).await?;
            with_status(error.status_code(), &again)
        }
        Err(error) => Err(error.into()),
    }
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

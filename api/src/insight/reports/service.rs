//! Asking for reports, finding them, and their numbers.

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, ReportId};
use entity::insight_report;
use entity::kinds::{PersonLevel, ReportKind, ReportStatus, Role};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait};

use crate::app::App;
use crate::db;
use crate::error::{Error, Kind, Refusal, Result};
use crate::http::idempotency::{self, Answer};
use crate::http::paging::{Page, Paging};
use crate::insight::reports::body::Body;
use crate::insight::reports::build::{self, WRITE_REPORT};
use crate::insight::reports::facts::Fact;
use crate::insight::reports::files::{self, Format};
use crate::insight::reports::period::Period;
use crate::insight::reports::routes::ReportView;
use crate::insight::reports::slice::Slice;
use crate::insight::reports::store;
use crate::jobs::queue::{Job, enqueue};
use crate::orders::submit::Claim;
use crate::people::rights::Caller;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is still being written.
    NotReady,
    /// It could not be written.
    Failed,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::NotReady => "report_not_ready",
            Self::Failed => "report_failed",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotReady => "报告正在生成，请稍后再看。",
            Self::Failed => "报告没有生成：时段内工单过多，请缩短时段或按县区生成。",
        }
        .to_owned()
    }

    fn kind(&self) -> Kind {
        Kind::Conflict
    }
}

/// What a report is to be about.
#[derive(Clone, Debug)]
pub struct Asked {
    pub kind: ReportKind,
    pub period: Period,
    /// County-level code; none for the whole city.
    pub area: Option<String>,
    /// None for the calendar's own.
    pub by: Option<PersonId>,
}

/// The county a caller's reports are confined to; none for the city's people. Reports are the committee's.
pub fn confined_to(caller: &Caller) -> Result<Option<String>> {
    match (caller.role, caller.level) {
        (Role::Supervisor, Some(PersonLevel::City)) | (Role::Admin, _) => Ok(None),
        (Role::Supervisor, _) => caller.area.clone().map(Some).ok_or_else(Error::not_found),
        _ => Err(Error::forbidden("分析报告供人大常委会查阅。")),
    }
}

/// Asks for a report; a second one about the same is its next version.
pub async fn ask(
    app: &App,
    caller: &Caller,
    mut asked: Asked,
    claim: Option<&Claim>,
    now: DateTime<Utc>,
) -> Result<Answer<ReportView>> {
    let confined = confined_to(caller)?;
    if confined.is_some() && asked.area.is_some() && asked.area != confined {
        return Err(Error::forbidden("只能生成本县区的分析报告。"));
    }
    asked.area = confined.or(asked.area);
    asked.by = Some(caller.person);
    let txn = db::write(&app.db).await?;
    if let Some(claim) = claim
        && let Some(first) =
            idempotency::claim(&txn, claim.person, &claim.key, &claim.fingerprint, now).await?
    {
        return Ok(first);
    }
    let row = insert(app, &txn, &asked, now).await?;
    let answer = Answer::created(ReportView::of(head(&row), app.city.load().zone()));
    if let Some(claim) = claim {
        idempotency::record(&txn, claim.person, &claim.key, &answer).await?;
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(answer)
}

/// Asks for a report unless there is one about the same, or nothing came in to report on.
pub async fn ask_once(
    app: &App,
    connection: &impl ConnectionTrait,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<()> {
    let days = (asked.period.from, asked.period.to);
    if store::versions(connection, asked.kind, asked.area.as_deref(), days).await? > 0 {
        return Ok(());
    }
    let (from, before) = asked.period.instants(app.city.load().zone());
    let area = asked.area.clone();
    if store::count(connection, &store::Reach { from, before, area }).await? > 0 {
        insert(app, connection, asked, now).await?;
    }
    Ok(())
}

async fn insert(
    app: &App,
    connection: &impl ConnectionTrait,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<insight_report::Model> {
    let days = (asked.period.from, asked.period.to);
    let version = store::versions(connection, asked.kind, asked.area.as_deref(), days).await? + 1;
    let id = ReportId::generate();
    let row = insight_report::ActiveModel {
        id: Set(id),
        kind: Set(asked.kind),
        area_code: Set(asked.area.clone()),
        topic_id: Set(None),
        from_day: Set(asked.period.from),
        to_day: Set(asked.period.to),
        version: Set(version),
        title: Set(title(app, asked)),
        status: Set(ReportStatus::Queued),
        progress: Set(0),
        requested_by: Set(asked.by),
        requested_at: Set(now),
        ready_at: Set(None),
        body: Set(None),
        facts: Set(None),
    };
    let row = row.insert(connection).await?;
    let job = Job {
        kind: WRITE_REPORT,
        subject: id.to_string(),
        dedup_key: Some(format!("{WRITE_REPORT}:{id}")),
        run_at: now,
    };
    enqueue(connection, job, now).await?;
    Ok(row)
}

fn title(app: &App, asked: &Asked) -> String {
    let city = app.city.load();
    let place = asked
        .area
        .as_deref()
        .map_or(city.meta.name.as_str(), |code| city.county_name(code));
    let what = match asked.kind {
        ReportKind::Weekly => "周报",
        ReportKind::Monthly => "月报",
        ReportKind::Topic | ReportKind::Custom => "专项分析报告",
    };
    format!("{place}人大代表反映问题办理情况{what}（{}）", asked.period.said())
}

pub async fn list(app: &App, caller: &Caller, paging: &Paging) -> Result<Page<ReportView>> {
    let area = confined_to(caller)?;
    let limit = paging.limit()?;
    let rows = store::list(&app.db, area.as_deref(), paging.after()?, limit + 1).await?;
    let zone = app.city.load().zone();
    Ok(Page::cut(rows, limit, |row| (row.10, row.0)).map(|row| ReportView::of(row, zone)))
}

/// The report, if the caller may know of it.
pub async fn visible(app: &App, caller: &Caller, id: ReportId) -> Result<insight_report::Model> {
    let confined = confined_to(caller).map_err(|_| Error::not_found())?;
    let report = store::find(&app.db, id).await?.ok_or_else(Error::not_found)?;
    if confined.is_some() && confined != report.area_code {
        return Err(Error::not_found());
    }
    Ok(report)
}

/// What a finished report says.
pub fn body(report: &insight_report::Model) -> Result<Body> {
    ready(report)?;
    let body = report.body.clone().unwrap_or_default();
    Ok(serde_json::from_value(body).map_err(anyhow::Error::from)?)
}

fn ready(report: &insight_report::Model) -> Result<()> {
    match report.status {
        ReportStatus::Ready => Ok(()),
        ReportStatus::Queued => Err(Refused::NotReady.into()),
        ReportStatus::Failed => Err(Refused::Failed.into()),
    }
}

async fn facts(report: &insight_report::Model) -> Result<Vec<Fact>> {
    ready(report)?;
    let packed = report.facts.clone().unwrap_or_default();
    let facts = tokio::task::spawn_blocking(move || build::unpack(&packed)).await;
    Ok(facts.map_err(anyhow::Error::from)??)
}

/// The orders that a number counts, as they were when the report was made.
pub async fn counted(report: &insight_report::Model, key: &str, paging: &Paging) -> Result<Page<String>> {
    let slice: Slice = key.parse().map_err(|_| Error::not_found())?;
    let limit = paging.limit()?;
    let after: Option<String> = paging.after()?;
    let facts = facts(report).await?;
    let mut numbers: Vec<String> = facts
        .iter()
        .filter(|fact| slice.holds(fact))
        .map(|fact| fact.number.clone())
        .filter(|number| after.as_ref().is_none_or(|after| number > after))
        .collect();
    numbers.sort_unstable();
    numbers.truncate(usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1));
    Ok(Page::cut(numbers, limit, Clone::clone))
}

/// The report as a file.
pub async fn file(app: &App, report: &insight_report::Model, format: Format) -> Result<Vec<u8>> {
    let body = body(report)?;
    let facts = if format == Format::Xlsx {
        facts(report).await?
    } else {
        Vec::new()
    };
    let link = format!(
        "{}/console/insight/reports/{}",
        app.config.public_url.trim_end_matches('/'),
        report.id
    );
    let city = app.city.load();
    let made = tokio::task::spawn_blocking(move || files::make(format, &city, &body, &facts, &link)).await;
    made.map_err(anyhow::Error::from)?
}

fn head(row: &insight_report::Model) -> store::Head {
    (
        row.id,
        row.kind,
        row.area_code.clone(),
        row.from_day,
        row.to_day,
        row.version,
        row.title.clone(),
        row.status,
        row.progress,
        row.requested_by,
        row.requested_at,
        row.ready_at,
    )
}

/// The report as a list shows it.
#[must_use]
pub fn view(app: &App, row: &insight_report::Model) -> ReportView {
    ReportView::of(head(row), app.city.load().zone())
}

//! Asking for reports, finding them, and their numbers.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{PersonId, ReportId, TopicId};
use entity::insight_report;
use entity::kinds::{PersonLevel, ReportKind, ReportStage, ReportStatus, Role, TopicStatus};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait};

use crate::app::App;
use crate::audit_tree::checkpoints;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::deadlines::calendar::local_date;
use crate::error::{Error, ErrorKind, Refusal, Result};
use crate::http::idempotency::{self, StoredResponse};
use crate::http::paging::{Page, Paging};
use crate::insight::reports::body::Body;
use crate::insight::reports::facts::ReportFact;
use crate::insight::reports::files::{self, Format};
use crate::insight::reports::period::DateRange;
use crate::insight::reports::report_file::{ReportFile, Stamp};
use crate::insight::reports::slice::Slice;
use crate::insight::reports::store;
use crate::insight::reports::view::{CountedOrder, ReportView};
use crate::insight::reports::write_job::{self, WriteReport};
use crate::insight::{store as topics, topic_actions};
use crate::jobs::Job as _;
use crate::jobs::queue::{NewJob, enqueue};
use crate::orders::paper::times;
use crate::orders::submit::IdempotencyScope;
use crate::photos::embed;
use crate::stored_json::StoredJson as _;

/// A topic is reported on at most once in so long.
const REPORTED_AGAIN: TimeDelta = TimeDelta::days(28);

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

    fn kind(&self) -> ErrorKind {
        ErrorKind::Conflict
    }
}

/// A request for a report.
#[derive(Clone, Debug)]
pub struct NewReportRequest {
    pub kind: ReportKind,
    pub period: DateRange,
    /// County-level code; none for the whole city.
    pub area: Option<String>,
    /// The topic whose orders alone it is about.
    pub topic: Option<TopicId>,
    /// None for those that come by themselves.
    pub by: Option<PersonId>,
}

impl NewReportRequest {
    fn about(&self) -> store::ReportSubject<'_> {
        store::ReportSubject {
            kind: self.kind,
            period: self.period,
            area: self.area.as_deref(),
            topic: self.topic,
        }
    }
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
    mut asked: NewReportRequest,
    claim: Option<&IdempotencyScope>,
    now: DateTime<Utc>,
) -> Result<StoredResponse<ReportView>> {
    let confined = confined_to(caller)?;
    if confined.is_some() && asked.area.is_some() && asked.area != confined {
        return Err(Error::forbidden("只能生成本县区的分析报告。"));
    }
    asked.area = confined.or(asked.area);
    if let Some(topic) = asked.topic {
        topic_actions::visible(app, caller, topic).await?;
    }
    asked.by = Some(caller.person);
    let txn = db::write(&app.db).await?;
    if let Some(claim) = claim
        && let Some(first) =
            idempotency::begin(&txn, claim.person, &claim.key, &claim.fingerprint, now).await?
    {
        return Ok(first);
    }
    let row = insert(app, &txn, &asked, now).await?;
    let answer = StoredResponse::created(ReportView::of(
        head(&row),
        app.state::<CityHandle>().load().zone(),
    ));
    if let Some(claim) = claim {
        idempotency::complete(&txn, claim.person, &claim.key, &answer).await?;
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(answer)
}

/// Requests a report unless there is one about the same, or there is nothing to report.
pub async fn request_once(
    app: &App,
    connection: &impl ConnectionTrait,
    asked: &NewReportRequest,
    now: DateTime<Utc>,
) -> Result<()> {
    if store::latest_version(connection, asked.about()).await? > 0 {
        return Ok(());
    }
    let (from, before) = asked.period.instants(app.state::<CityHandle>().load().zone());
    let reach = store::ReportScope {
        from,
        before,
        area: asked.area.clone(),
        topic: asked.topic,
    };
    if store::count(connection, &reach).await? > 0 {
        insert(app, connection, asked, now).await?;
    }
    Ok(())
}

/// Asks for a report on each of these topics that crossed the line lately or rises again, unless there is one of
/// the last four weeks.
pub async fn ask_about_topics(
    app: &App,
    connection: &impl ConnectionTrait,
    ids: &[TopicId],
    now: DateTime<Utc>,
) -> Result<()> {
    let reported = store::reported_since(connection, ids, now - REPORTED_AGAIN).await?;
    let areas = topics::areas(connection, ids).await?;
    let today = local_date(now, app.state::<CityHandle>().load().zone());
    for topic in topics::find_alerted(connection, ids).await? {
        let crossed_lately = topic.crossed_at.is_some_and(|at| now - at < REPORTED_AGAIN);
        let is_news = topic.status == TopicStatus::Rising || crossed_lately;
        if !is_news || reported.contains(&topic.id) {
            continue;
        }
        let mut of_topic = areas.iter().filter(|row| row.topic_id == topic.id);
        let area = match (of_topic.next(), of_topic.next()) {
            (Some(only), None) => Some(only.area_code.clone()),
            _ => None,
        };
        let asked = NewReportRequest {
            kind: ReportKind::Topic,
            period: DateRange::last(ReportKind::Topic, today),
            area,
            topic: Some(topic.id),
            by: None,
        };
        insert(app, connection, &asked, now).await?;
    }
    Ok(())
}

async fn insert(
    app: &App,
    connection: &impl ConnectionTrait,
    asked: &NewReportRequest,
    now: DateTime<Utc>,
) -> Result<insight_report::Model> {
    let version = store::latest_version(connection, asked.about()).await? + 1;
    let id = ReportId::generate();
    let row = insight_report::ActiveModel {
        id: Set(id),
        kind: Set(asked.kind),
        area_code: Set(asked.area.clone()),
        topic_id: Set(asked.topic),
        from_day: Set(asked.period.from),
        to_day: Set(asked.period.to),
        version: Set(version),
        title: Set(title(app, connection, asked).await?),
        stage: Set(ReportStage::Draft),
        revision: Set(1),
        document_number: Set(None),
        issued_by: Set(None),
        issued_at: Set(None),
        sent_at: Set(None),
        status: Set(ReportStatus::Queued),
        progress: Set(0),
        requested_by: Set(asked.by),
        requested_at: Set(now),
        ready_at: Set(None),
        body: Set(None),
        facts: Set(None),
    };
    let row = row.insert(connection).await?;
    let job = NewJob::of::<WriteReport>(&id, now)?.once(format!("{}:{id}", WriteReport::NAME));
    enqueue(connection, job, now).await?;
    Ok(row)
}

async fn title(app: &App, connection: &impl ConnectionTrait, asked: &NewReportRequest) -> Result<String> {
    let said = asked.period.text();
    if let Some(topic) = asked.topic {
        let topic = topics::topic(connection, topic)
            .await?
            .ok_or_else(Error::not_found)?;
        return Ok(format!("高频问题群“{}”专项分析报告（{said}）", topic.title));
    }
    let city = app.state::<CityHandle>().load();
    let place = asked
        .area
        .as_deref()
        .map_or(city.meta.name.as_str(), |code| city.county_name(code));
    let what = match asked.kind {
        ReportKind::Weekly | ReportKind::Monthly => asked.kind.label(),
        ReportKind::Topic | ReportKind::Custom => "专项分析报告",
    };
    Ok(format!("{place}人大代表反映问题办理情况{what}（{said}）"))
}

pub async fn list(app: &App, caller: &Caller, paging: &Paging) -> Result<Page<ReportView>> {
    let area = confined_to(caller)?;
    let limit = paging.limit()?;
    let rows = store::list(&app.db, area.as_deref(), paging.after()?, limit + 1).await?;
    let zone = app.state::<CityHandle>().load().zone();
    Ok(Page::from_rows(rows, limit, |row| (row.requested_at, row.id)).map(|row| ReportView::of(row, zone)))
}

/// The report, if the caller may know of it.
pub async fn visible(app: &App, caller: &Caller, id: ReportId) -> Result<insight_report::Model> {
    let confined = confined_to(caller).map_err(|_| Error::not_found())?;
    let report = store::find(&app.db, id).await?.ok_or_else(Error::not_found)?;
    if let Some(county) = confined
        && report.area_code.as_ref() != Some(&county)
        && !store::drafts::was_sent_to(&app.db, id, &county).await?
    {
        return Err(Error::not_found());
    }
    Ok(report)
}

/// Returns the body of a finished report.
pub fn body(report: &insight_report::Model) -> Result<Body> {
    ready(report)?;
    let body = report.body.clone().unwrap_or_default();
    Ok(Body::from_stored(&body)?)
}

/// The body of a report if it is ready.
/// # Errors
/// If a newer release wrote it.
pub fn body_if_ready(report: &insight_report::Model) -> Result<Option<Body>> {
    match ready(report) {
        Ok(()) => body(report).map(Some),
        Err(_) => Ok(None),
    }
}

fn ready(report: &insight_report::Model) -> Result<()> {
    match report.status {
        ReportStatus::Ready => Ok(()),
        ReportStatus::Queued => Err(Refused::NotReady.into()),
        ReportStatus::Failed => Err(Refused::Failed.into()),
    }
}

async fn facts(report: &insight_report::Model) -> Result<Vec<ReportFact>> {
    ready(report)?;
    let packed = report.facts.clone().unwrap_or_default();
    let facts = tokio::task::spawn_blocking(move || write_job::unpack(&packed)).await;
    Ok(facts.map_err(anyhow::Error::from)??)
}

/// The orders that a number counts, as they were when the report was made.
pub async fn counted(
    report: &insight_report::Model,
    key: &str,
    paging: &Paging,
) -> Result<Page<CountedOrder>> {
    let slice: Slice = key.parse().map_err(|_| Error::not_found())?;
    let limit = paging.limit()?;
    let after: Option<String> = paging.after()?;
    let facts = facts(report).await?;
    let mut counted: Vec<CountedOrder> = facts
        .into_iter()
        .map(|fact| CountedOrder {
            times: slice.times(&fact),
            number: fact.number,
        })
        .filter(|order| order.times > 0)
        .filter(|order| after.as_ref().is_none_or(|after| order.number > *after))
        .collect();
    counted.sort_unstable_by(|a, b| a.number.cmp(&b.number));
    counted.truncate(usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1));
    Ok(Page::from_rows(counted, limit, |order| order.number.clone()))
}

/// The report as a file.
pub async fn file(app: &App, report: &insight_report::Model, format: Format) -> Result<Vec<u8>> {
    let body = body(report)?;
    let facts = if format == Format::Xlsx {
        facts(report).await?
    } else {
        Vec::new()
    };
    let city = app.state::<CityHandle>().load();
    let photos = match format {
        Format::Xlsx => HashMap::new(),
        Format::Pdf | Format::Docx => embed::load(app, &body.photos()).await?,
    };
    let dated = report
        .issued_at
        .or(report.ready_at)
        .unwrap_or(report.requested_at);
    let file = ReportFile {
        stamp: Stamp {
            number: report.document_number.clone(),
            date: times::day_of(dated, city.zone()),
            record: checkpoints::foot(app, dated).await?,
        },
        body,
        facts,
        photos,
    };
    let made = tokio::task::spawn_blocking(move || files::make(format, &city, &file)).await;
    made.map_err(anyhow::Error::from)?
}

fn head(row: &insight_report::Model) -> store::Head {
    store::Head {
        id: row.id,
        kind: row.kind,
        area_code: row.area_code.clone(),
        topic_id: row.topic_id,
        from_day: row.from_day,
        to_day: row.to_day,
        version: row.version,
        title: row.title.clone(),
        stage: row.stage,
        revision: row.revision,
        document_number: row.document_number.clone(),
        issued_at: row.issued_at,
        sent_at: row.sent_at,
        status: row.status,
        progress: row.progress,
        requested_by: row.requested_by,
        requested_at: row.requested_at,
        ready_at: row.ready_at,
    }
}

/// The report as a list shows it.
#[must_use]
pub fn view(app: &App, row: &insight_report::Model) -> ReportView {
    ReportView::of(head(row), app.state::<CityHandle>().load().zone())
}

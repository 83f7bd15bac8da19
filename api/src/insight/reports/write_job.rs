//! The job that writes a report: reads the facts, counts and writes off the async threads, stores everything at once
//! and notifies the committee.
//!
//! After a crash it starts over; a finished report is not changed.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, ReportId, TopicId};
use entity::kinds::{CheckpointReason, ReportStatus};
use entity::{campaign, insight_report, insight_report_revision, order};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::audit_tree::checkpoints;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::deadlines::calendar::local_date;
use crate::error::{Error, Result};
use crate::insight::reports::body::Body;
use crate::insight::reports::case_files;
use crate::insight::reports::cases::CaseFact;
use crate::insight::reports::facts::{DecidedOutcome, ReportFact};
use crate::insight::reports::period::DateRange;
use crate::insight::reports::sections::{self, ReportHead};
use crate::insight::reports::slice::Dimension;
use crate::insight::reports::store::{self, Finished, ReportScope};
use crate::insight::reports::tally::Tally;
use crate::insight::reports::writer::{CampaignFact, Material, Names, Outline, TopicFact};
use crate::insight::store as topics;
use crate::insight::store::TopicFilter;
use crate::insight::view::{TopicView, views};
use crate::jobs::{Job, Lane};
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind, Subject};
use crate::overview::facts::{Outcome, outcomes};
use crate::stored_json::StoredJson as _;
use places::boundaries;

/// Orders that one report is written from; more is a matter for a data warehouse.
const MAX_ORDERS: u64 = 400_000;
const MAX_CAMPAIGNS: u64 = 20;
const MAX_TOPICS: u64 = 10;
/// Square degrees that an outline may lose at a corner: some hundred metres on a map of a page's width.
const SIMPLIFY: f64 = 1e-5;

/// Writes a report.
pub struct WriteReport;

impl Job for WriteReport {
    const NAME: &'static str = "write_insight_report";
    const LANE: Lane = Lane::Heavy;
    type Input = ReportId;

    async fn run(app: &App, id: ReportId) -> Result<()> {
        write(app, id).await
    }
}

async fn write(app: &App, id: ReportId) -> Result<()> {
    let Some(report) = store::find(&app.db, id).await? else {
        return Ok(());
    };
    if report.status != ReportStatus::Queued {
        return Ok(());
    }
    let now = app.clock.now();
    let city = app.state::<CityHandle>().load();
    let period = DateRange {
        from: report.from_day,
        to: report.to_day,
    };
    let reach = ReportScope {
        from: period.before().instants(city.zone()).0,
        before: period.instants(city.zone()).1,
        area: report.area_code.clone(),
        topic: report.topic_id,
    };
    if store::count(&app.db, &reach).await? > MAX_ORDERS {
        tracing::warn!(report = %id, "report over too many orders");
        return Ok(store::mark(&app.db, id, ReportStatus::Failed, 0).await?);
    }
    let reading = async {
        let topics = alive(app, &report, period).await?;
        let mut facts = facts(&app.db, &city, &reach, period).await?;
        name_topics(&app.db, &topics, &mut facts).await?;
        let facts: Vec<ReportFact> = facts.into_iter().map(|(_, fact)| fact).collect();
        Ok::<_, Error>((topics, facts))
    };
    let (topics, facts) = app.db.in_job(reading).await?;
    store::mark(&app.db, id, ReportStatus::Queued, 60).await?;
    let cases = case_files::load(&app.db, &city, &facts, &topics).await?;
    let campaigns = store::campaigns(&app.db, &period_reach(&reach, period, &city), MAX_CAMPAIGNS).await?;
    let campaigns: Vec<_> = campaigns.into_iter().map(campaign_fact).collect();
    let outlines: Vec<_> = store::outlines(&app.db)
        .await?
        .into_iter()
        .filter_map(|(code, geometry)| outline(code, geometry))
        .collect();
    let head = report.clone();
    let finished = tokio::task::spawn_blocking(move || {
        let told = ReportContext {
            period,
            city: &city,
            facts: &facts,
            topics: &topics,
            campaigns: &campaigns,
            cases: &cases,
            outlines: &outlines,
        };
        finished(&head, &told, now)
    });
    let (finished, said) = finished.await.map_err(anyhow::Error::from)??;
    let txn = db::write(&app.db).await?;
    let first = first_revision(&report, finished.body.clone(), now);
    if store::finish(&txn, id, finished, now).await? {
        store::drafts::keep(&txn, first).await?;
        tell(app, &txn, &report, said, now).await?;
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    // The report is written; a tree that cannot be signed is the business of the operators.
    if let Err(error) = checkpoints::sign(app, CheckpointReason::Report).await {
        tracing::error!(error = &error as &dyn std::error::Error, "checkpoint not signed");
    }
    Ok(())
}

/// Returns the revision that the product has written.
fn first_revision(
    report: &insight_report::Model,
    body: serde_json::Value,
    now: DateTime<Utc>,
) -> insight_report_revision::Model {
    insight_report_revision::Model {
        report_id: report.id,
        revision: report.revision,
        title: report.title.clone(),
        body,
        edited_by: None,
        edited_at: now,
    }
}

fn period_reach(reach: &ReportScope, period: DateRange, city: &City) -> ReportScope {
    ReportScope {
        from: period.instants(city.zone()).0,
        ..reach.clone()
    }
}

/// Reads the orders that arrived or were decided in the two periods.
async fn facts(
    connection: &impl ConnectionTrait,
    city: &City,
    reach: &ReportScope,
    period: DateRange,
) -> Result<Vec<(OrderId, ReportFact)>> {
    let orders = store::orders(connection, reach).await?;
    let clocks = store::clocks(connection, reach).await?;
    let verdicts = store::verdicts(connection, reach).await?;
    let urges = store::urges(connection, reach).await?;
    let supervised = store::supervision_orders(connection, reach).await?;
    let endorsed = store::endorsements(connection, reach).await?;
    let delegates = store::numbered(&orders);
    let number = |of: &HashMap<_, i64>, order: &order::Model| {
        of.get(&order.id)
            .and_then(|count| u32::try_from(*count).ok())
            .unwrap_or(0)
    };
    let decided = |order: &order::Model| {
        let clocks = clocks.get(&order.id).map_or(&[][..], Vec::as_slice);
        let verdicts = verdicts.get(&order.id).map_or(&[][..], Vec::as_slice);
        let all = outcomes(order, clocks, verdicts, city.zone()).into_iter();
        let within = all.filter_map(|Outcome { on, what }| Some((period.when(on)?, what)));
        within.map(|(when, what)| DecidedOutcome { when, what }).collect()
    };
    let fact = |order: &order::Model| {
        let day = local_date(order.created_at, city.zone());
        ReportFact {
            number: order.number.clone(),
            when: period.when(day),
            day,
            channel: order.channel,
            area: order.area_code.clone(),
            category: order.category_code.clone(),
            unit: order.unit_id,
            topics: Vec::new(),
            status: order.status,
            delegate: delegates.get(&order.reporter_id).copied().unwrap_or(0),
            decided: decided(order),
            round: order.round,
            returns: order.returns,
            extensions: order.extensions_granted,
            urges: number(&urges, order),
            supervision_orders: number(&supervised, order),
            difficult: order.difficult,
            tracked: order.tracked,
            endorsements: number(&endorsed, order),
        }
    };
    let facts = orders.iter().map(|order| (order.id, fact(order)));
    Ok(facts
        .filter(|(_, fact)| fact.when.is_some() || !fact.decided.is_empty())
        .collect())
}

/// Adds the topics of each order.
async fn name_topics(
    connection: &impl ConnectionTrait,
    told: &[TopicFact],
    facts: &mut [(OrderId, ReportFact)],
) -> Result<()> {
    let ids: Vec<TopicId> = told.iter().map(|topic| topic.id).collect();
    let mut of_order: HashMap<OrderId, Vec<TopicId>> = HashMap::new();
    for row in topics::memberships(connection, &ids).await? {
        of_order.entry(row.order_id).or_default().push(row.topic_id);
    }
    for (order, fact) in facts {
        fact.topics = of_order.remove(order).unwrap_or_default();
    }
    Ok(())
}

fn campaign_fact(row: campaign::Model) -> CampaignFact {
    CampaignFact {
        title: row.title,
        closed: row.closed_at.is_some(),
        outcome: row.outcome,
    }
}

/// The topic that the report is about, or the hot topics that were alive in the period, the busiest first.
async fn alive(app: &App, report: &insight_report::Model, period: DateRange) -> Result<Vec<TopicFact>> {
    let rows = if let Some(topic) = report.topic_id {
        topics::topic(&app.db, topic).await?.into_iter().collect()
    } else {
        let wanted = TopicFilter {
            area: report.area_code.clone(),
            ..TopicFilter::default()
        };
        let (from, before) = period.instants(app.state::<CityHandle>().load().zone());
        let mut rows = topics::list(&app.db, &wanted, None, MAX_TOPICS).await?;
        rows.retain(|row| row.last_at >= from && row.first_at < before);
        rows
    };
    let fact = |topic: TopicView| TopicFact {
        id: topic.id,
        title: topic.title,
        areas: topic.areas.into_iter().map(|area| area.name).collect(),
        status: topic.status,
        window_days: topic.window_days,
        expected: topic.expected,
        p_value: topic.p_value,
    };
    Ok(views(app, rows).await?.into_iter().map(fact).collect())
}

/// The content of a report.
struct ReportContext<'a> {
    period: DateRange,
    city: &'a City,
    facts: &'a [ReportFact],
    topics: &'a [TopicFact],
    campaigns: &'a [CampaignFact],
    cases: &'a HashMap<Dimension, CaseFact>,
    outlines: &'a [Outline],
}

/// Counts and writes; gives also the line for the notice.
fn finished(
    report: &insight_report::Model,
    told: &ReportContext<'_>,
    now: DateTime<Utc>,
) -> anyhow::Result<(Finished, String)> {
    let ReportContext {
        period, city, facts, ..
    } = *told;
    let tally = Tally::of(facts);
    let names = names(city);
    let material = Material {
        period,
        tally: &tally,
        names: &names,
        topics: told.topics,
        campaigns: told.campaigns,
        cases: told.cases,
        outlines: told.outlines,
    };
    let made = now.with_timezone(&city.zone()).format("%Y年%-m月%-d日%H时");
    let head = ReportHead {
        title: report.title.clone(),
        subtitle: format!("{}，数据截至{made}", period.text()),
        issuer: city.organ(report.area_code.as_deref()).organ,
    };
    let body = sections::write(head, &material);
    let said = first_sentence(&body);
    Ok((
        Finished {
            body: body.to_stored(),
            facts: pack(facts)?,
        },
        said,
    ))
}

fn first_sentence(body: &Body) -> String {
    let plain = body.plain();
    let first = plain.lines().nth(1).unwrap_or_default();
    first.split_inclusive('。').next().unwrap_or_default().to_owned()
}

fn names(city: &City) -> Names {
    Names {
        areas: city
            .counties
            .divisions()
            .iter()
            .map(|division| (division.code.clone(), division.name.clone()))
            .collect(),
        categories: city
            .categories
            .leaves()
            .map(|leaf| (leaf.code.clone(), leaf.name.clone()))
            .collect(),
        units: city
            .units
            .all()
            .iter()
            .map(|unit| (unit.id.to_string(), unit.name.clone()))
            .collect(),
    }
}

/// An outline fit for a page; one that cannot be read is left out of the drawing.
fn outline(code: String, geometry: serde_json::Value) -> Option<Outline> {
    let geometry: geojson::Geometry = serde_json::from_value(geometry).ok()?;
    let rings = boundaries::simplified_rings(&geometry, SIMPLIFY).ok()?;
    Some(Outline { code, rings })
}

async fn tell(
    app: &App,
    connection: &impl ConnectionTrait,
    report: &insight_report::Model,
    said: String,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut event = Event::general(EventKind::ReportReady)
        .title(report.title.clone())
        .about(Subject::Report(report.id))
        .note(said);
    if let Some(area) = &report.area_code {
        event = event.area(area.clone());
    }
    notices::emit(connection, app.state::<MessageCatalog>(), &event, now).await
}

/// Encodes the facts for storage: JSON, compressed.
pub fn pack(facts: &[ReportFact]) -> anyhow::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&serde_json::to_vec(facts)?)?;
    Ok(packed.finish()?)
}

pub fn unpack(packed: &[u8]) -> anyhow::Result<Vec<ReportFact>> {
    let mut json = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}

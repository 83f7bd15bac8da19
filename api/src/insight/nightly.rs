//! The nightly search for hot topics. Its cost grows with the new reports and the active topics, not with all orders.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone as _, Utc};
use entity::ids::{OrderId, TopicId};
use entity::kinds::{TopicOrigin, TopicStatus};
use entity::{insight_run, topic};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::Result;
use crate::history_import::service as history_import;
use crate::insight::alert_rules;
use crate::insight::kind_assignment;
use crate::insight::persist::{self, RunContext};
use crate::insight::reports::service as reports;
use crate::insight::rises::{self, DetectedRise};
use crate::insight::store::{self, orders};
use crate::insight::topic_matching::{self, KnownTopic};
use crate::jobs::queue::{NewJob, enqueue};
use crate::jobs::{Job, Lane};
use crate::orders::search::text_index::TextIndex;
use crate::orders::search::text_index::{OVERLAP, WINDOW};

/// When few people work: 02:30 city time.
const AT: (u32, u32) = (2, 30);
/// A rise that is not seen any more for so long is over.
const RISE_LASTS: TimeDelta = TimeDelta::days(28);

/// Searches at the given time.
pub struct FindTopics;

impl Job for FindTopics {
    const NAME: &'static str = "find_topics";
    const LANE: Lane = Lane::Heavy;
    type Input = DateTime<Utc>;

    async fn run(app: &App, _at: DateTime<Utc>) -> Result<()> {
        find_topics(app).await
    }
}

/// Sees to it that the next search is in the queue. Called at the start, and by each search.
pub async fn schedule(app: &App, now: DateTime<Utc>) -> Result<()> {
    let zone = app.state::<CityHandle>().load().zone();
    let today = now.with_timezone(&zone).date_naive();
    let at = NaiveTime::from_hms_opt(AT.0, AT.1, 0).unwrap_or_default();
    let next = [today, today.checked_add_days(Days::new(1)).unwrap_or(today)]
        .into_iter()
        .filter_map(|day| zone.from_local_datetime(&day.and_time(at)).earliest())
        .map(|local| local.with_timezone(&Utc))
        .find(|moment| *moment > now);
    let run_at = next.unwrap_or(now + TimeDelta::days(1));
    let key = format!("{}:{}", FindTopics::NAME, run_at.to_rfc3339());
    enqueue(&app.db, NewJob::of::<FindTopics>(&run_at, run_at)?.once(key), now).await
}

/// One search. Run twice it finds nothing the second time.
pub async fn find_topics(app: &App) -> Result<()> {
    let now = app.clock.now();
    schedule(app, now).await?;
    let last = store::last_run(&app.db).await?;
    // Orders of an earlier system came in with their own, older times: everything is looked at again.
    let imported = match &last {
        Some(run) => history_import::earliest_imported_since(&app.db, run.until - OVERLAP).await?,
        None => None,
    };
    let last = last.filter(|_| imported.is_none());
    let from = last.as_ref().map_or(now - WINDOW, |run| run.until - OVERLAP);
    let rules = kind_assignment::sort_into_kinds(app, last.as_ref()).await?;
    let today = now
        .with_timezone(&app.state::<CityHandle>().load().zone())
        .date_naive();
    let risen = rises::find(app, today, imported).await?;
    let mut known = load_known(app, now).await?;
    let grouped: std::collections::HashSet<OrderId> = known
        .iter()
        .flat_map(|topic| topic.orders.iter().copied())
        .collect();
    let recent = app.state::<TextIndex>().read_fully(app, now).await?;
    let since = now - TimeDelta::days(insight::topics::trend::RECENT_DAYS);
    let looked_at = recent.since(since).count();
    let fresh: Vec<OrderId> = recent
        .since(from)
        .filter(|order| !grouped.contains(order))
        .collect();
    let seen = fresh.len();
    let deltas = tokio::task::spawn_blocking(move || {
        // What is older than memory cannot be compared any more.
        known
            .iter_mut()
            .for_each(|topic| topic.orders.retain(|order| recent.index.contains(*order)));
        topic_matching::find(&recent, &known, &fresh)
    })
    .await
    .map_err(anyhow::Error::from)?;
    let first = orders::first_order_at(&app.db).await?.unwrap_or(now);
    let moment = RunContext {
        now,
        today,
        since: first
            .with_timezone(&app.state::<CityHandle>().load().zone())
            .date_naive(),
        looked_at,
    };
    let search = Search {
        seen,
        kind_rules: rules,
        moment,
    };
    write(app, &deltas, &risen, search).await
}

/// A nightly search.
struct Search {
    /// Number of new orders.
    seen: usize,
    /// Hash of the rules by which the orders were sorted into kinds.
    kind_rules: Option<String>,
    moment: RunContext,
}

async fn write(
    app: &App,
    deltas: &[topic_matching::TopicDelta],
    risen: &[DetectedRise],
    search: Search,
) -> Result<()> {
    let Search {
        seen,
        kind_rules,
        moment,
    } = search;
    let now = moment.now;
    let txn = db::write(&app.db).await?;
    persist::apply(&txn, deltas, now).await?;
    let open = store::find_open(&txn, TopicOrigin::Rise, now - RISE_LASTS).await?;
    let mut seen_again: Vec<TopicId> = Vec::new();
    for rise in risen {
        seen_again.push(persist::upsert_rise(&txn, &open, rise, now).await?);
    }
    expire_rises(&txn, open, &seen_again, now).await?;
    let mut alive = store::find_open(&txn, TopicOrigin::Group, now - WINDOW).await?;
    alive.retain(|topic| {
        topic.status != TopicStatus::Over || deltas.iter().any(|delta| delta.topic == topic.id)
    });
    for id in &seen_again {
        alive.extend(store::topic(&txn, *id).await?);
    }
    let ids: Vec<TopicId> = alive.iter().map(|topic| topic.id).collect();
    let topics = ids.len();
    let changed = deltas.iter().map(|delta| delta.topic).chain(seen_again).collect();
    let crossed = persist::refresh(app, &txn, alive, &changed, moment).await?;
    reports::ask_about_topics(app, &txn, &ids, now).await?;
    let run = insight_run::ActiveModel {
        until: Set(now),
        orders: Set(i32::try_from(seen).unwrap_or(i32::MAX)),
        topics: Set(i32::try_from(topics).unwrap_or(i32::MAX)),
        crossed: Set(i32::try_from(crossed).unwrap_or(i32::MAX)),
        kind_rules: Set(kind_rules),
        ..Default::default()
    };
    run.insert(&txn).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    tracing::info!(seen, topics, crossed, "hot topic search finished");
    Ok(())
}

/// Marks rises that were not found today as steady, and later as over; those that never alerted as over at once.
async fn expire_rises(
    connection: &impl sea_orm::ConnectionTrait,
    open: Vec<topic::Model>,
    seen: &[TopicId],
    now: DateTime<Utc>,
) -> Result<()> {
    for topic in open.into_iter().filter(|topic| !seen.contains(&topic.id)) {
        let expired = now - topic.last_at >= RISE_LASTS - TimeDelta::days(1);
        let status = alert_rules::unseen_rise_status(topic.crossed_at.is_some(), expired);
        if status != topic.status {
            let change = topic::ActiveModel {
                id: Set(topic.id),
                status: Set(status),
                updated_at: Set(now),
                ..Default::default()
            };
            change.update(connection).await?;
        }
    }
    Ok(())
}

async fn load_known(app: &App, now: DateTime<Utc>) -> Result<Vec<KnownTopic>> {
    let topics = store::find_open(&app.db, TopicOrigin::Group, now - WINDOW).await?;
    let ids: Vec<TopicId> = topics.iter().map(|topic| topic.id).collect();
    let mut orders: std::collections::HashMap<TopicId, Vec<OrderId>> = std::collections::HashMap::new();
    for row in store::memberships(&app.db, &ids).await? {
        orders.entry(row.topic_id).or_default().push(row.order_id);
    }
    let known = topics.into_iter().map(|topic| KnownTopic {
        id: topic.id,
        orders: orders.remove(&topic.id).unwrap_or_default(),
        pinned: topic.pinned,
    });
    Ok(known.collect())
}

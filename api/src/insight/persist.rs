//! Writes down what was found: members, figures, history, and the notices of a topic that crosses the line.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{OrderId, TopicId};
use entity::kinds::{TopicAction, TopicOrigin, TopicStatus};
use entity::topic;
use insight::topics::{Status, keywords, trend};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, IntoActiveModel};
use serde::Deserialize as _;
use serde_json::json;

use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::insight::alert_rules;
use crate::insight::rises::DetectedRise;
use crate::insight::store::{self, Member, TopicEvent};
use crate::insight::topic_matching::TopicDelta;
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind, Subject};
use crate::webhooks::event_type::EventType;
use crate::webhooks::outbox;

/// Number of stored keywords.
const KEYWORDS: usize = 8;

/// The moment of a run, and what it looked at.
#[derive(Clone, Copy, Debug)]
pub struct RunContext {
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
    /// Where the records begin.
    pub since: NaiveDate,
    /// Reports of the last days.
    pub looked_at: usize,
}

/// A topic before anything is known of it but how it was found.
#[must_use]
pub fn new_topic(id: TopicId, origin: TopicOrigin, now: DateTime<Utc>) -> topic::Model {
    topic::Model {
        id,
        origin,
        title: String::new(),
        titled_by: None,
        keywords: serde_json::json!([]),
        kind: None,
        sorted_by: None,
        category_code: None,
        status: TopicStatus::Steady,
        orders: 0,
        delegates: 0,
        recent: 0,
        before: 0,
        expected: 0.0,
        p_value: 1.0,
        window_days: i32::try_from(insight::topics::trend::RECENT_DAYS).unwrap_or(0),
        first_at: now,
        last_at: now,
        crossed_at: None,
        crossed_recent: None,
        crossed_expected: None,
        dismissed_at: None,
        pinned: false,
        merged_into: None,
        campaign_id: None,
        created_at: now,
        updated_at: now,
    }
}

/// Changes the members of groups as they were found.
pub async fn apply(
    connection: &impl ConnectionTrait,
    deltas: &[TopicDelta],
    now: DateTime<Utc>,
) -> Result<()> {
    let new = || deltas.iter().filter(|delta| delta.is_new);
    let rows = new().map(|delta| new_topic(delta.topic, TopicOrigin::Group, now));
    store::upsert_topics(connection, rows.collect()).await?;
    let mut events = Vec::new();
    for delta in new() {
        let Some(from) = delta.split_from else {
            events.push(TopicEvent::new(delta.topic, TopicAction::Found));
            continue;
        };
        let split = |topic, other| TopicEvent::new(topic, TopicAction::Split).with(other);
        events.extend([split(delta.topic, from), split(from, delta.topic)]);
    }
    store::append_all(connection, events, now).await?;
    for delta in deltas {
        for gone in &delta.united {
            unite(connection, *gone, delta.topic, None, now).await?;
        }
    }
    let added = deltas
        .iter()
        .flat_map(|delta| delta.add.iter().map(|order| (delta.topic, *order)));
    store::put_all(connection, added.collect()).await?;
    for delta in deltas.iter().filter(|delta| !delta.take.is_empty()) {
        store::take(connection, delta.topic, &delta.take).await?;
    }
    Ok(())
}

/// Makes one topic part of another; both remember it.
pub async fn unite(
    connection: &impl ConnectionTrait,
    from: TopicId,
    into: TopicId,
    by: Option<entity::ids::PersonId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let held = store::memberships(connection, &[from]).await?;
    let orders: Vec<OrderId> = held.into_iter().map(|row| row.order_id).collect();
    store::put(connection, into, &orders).await?;
    store::take(connection, from, &orders).await?;
    let gone = topic::ActiveModel {
        id: Set(from),
        merged_into: Set(Some(into)),
        updated_at: Set(now),
        ..Default::default()
    };
    gone.update(connection).await?;
    let merged = |topic, other| TopicEvent::new(topic, TopicAction::Merged).by(by).with(other);
    let events = vec![merged(from, into), merged(into, from)];
    store::append_all(connection, events, now).await?;
    Ok(())
}

/// Recalculates the figures of topics from their orders, and their keywords if `changed` names them. Returns the number
/// of new alerts.
pub async fn refresh(
    app: &App,
    connection: &impl ConnectionTrait,
    topics: Vec<topic::Model>,
    changed: &BTreeSet<TopicId>,
    moment: RunContext,
) -> Result<usize> {
    let mut known = load(connection, &topics, changed).await?;
    let city = app.state::<CityHandle>().load();
    let work_out_all = move || -> Vec<UpdatedTopic> {
        let each = topics.into_iter().filter_map(|topic| {
            let known = known.remove(&topic.id).unwrap_or_default();
            recompute(&city, topic, &known, moment)
        });
        each.collect()
    };
    // Words are cut and tails of distributions summed for thousands of topics.
    let refreshed = tokio::task::spawn_blocking(work_out_all);
    let refreshed = refreshed.await.map_err(anyhow::Error::from)?;
    let areas = refreshed.iter().filter(|one| one.areas_changed);
    let areas: Vec<_> = areas.map(|one| (one.topic.id, one.areas.as_slice())).collect();
    store::set_areas(connection, &areas).await?;
    let event = |one: &UpdatedTopic, action| TopicEvent::new(one.topic.id, action);
    let over = refreshed.iter().filter(|one| one.over);
    let over = over.map(|one| event(one, TopicAction::Over));
    let told = refreshed.iter().filter(|one| one.told);
    let crossed = told.clone().map(|one| event(one, TopicAction::Crossed));
    store::append_all(connection, over.chain(crossed).collect(), moment.now).await?;
    let mut crossed = 0;
    for one in told {
        tell(app, connection, &one.topic, &one.areas, moment.now).await?;
        crossed += 1;
    }
    let rows = refreshed.into_iter().map(|one| one.topic);
    store::upsert_topics(connection, rows.collect()).await?;
    Ok(crossed)
}

/// Reads the data for the figures of topics.
async fn load(
    connection: &impl ConnectionTrait,
    topics: &[topic::Model],
    changed: &BTreeSet<TopicId>,
) -> Result<BTreeMap<TopicId, Known>> {
    let ids: Vec<TopicId> = topics.iter().map(|topic| topic.id).collect();
    let mut known: BTreeMap<TopicId, Known> = BTreeMap::new();
    for member in store::members(connection, &ids).await? {
        known.entry(member.topic_id).or_default().members.push(member);
    }
    for area in store::areas(connection, &ids).await? {
        let of_topic = known.entry(area.topic_id).or_default();
        of_topic.areas.push((area.area_code, area.orders));
    }
    let anew: Vec<TopicId> = ids.into_iter().filter(|id| changed.contains(id)).collect();
    for (topic, text) in store::texts(connection, &anew).await? {
        let of_topic = known.entry(topic).or_default();
        of_topic.texts.get_or_insert_default().push(text);
    }
    Ok(known)
}

/// The data for the figures of a topic.
#[derive(Default)]
struct Known {
    /// The oldest first.
    members: Vec<Member>,
    /// Of the members, where they are others than before.
    texts: Option<Vec<String>>,
    /// As they are on record, the most orders first.
    areas: Vec<(String, i32)>,
}

/// A topic with its new figures, and what is to be said of them.
struct UpdatedTopic {
    topic: topic::Model,
    /// The most orders first.
    areas: Vec<(String, i32)>,
    areas_changed: bool,
    /// It is over since this time.
    over: bool,
    /// It crossed the line this time.
    told: bool,
}

/// None for a topic without orders.
fn recompute(
    city: &City,
    mut topic: topic::Model,
    known: &Known,
    moment: RunContext,
) -> Option<UpdatedTopic> {
    let zone = city.zone();
    let members = &known.members;
    let days: Vec<NaiveDate> = members
        .iter()
        .map(|member| member.created_at.with_timezone(&zone).date_naive())
        .collect();
    let figures = trend(&days, moment.today, moment.since, moment.looked_at)?;
    let was_over = topic.status == TopicStatus::Over;
    let delegates: BTreeSet<_> = members.iter().map(|member| member.reporter_id).collect();
    topic.orders = i32::try_from(members.len()).unwrap_or(i32::MAX);
    topic.delegates = i32::try_from(delegates.len()).unwrap_or(i32::MAX);
    if let (Some(first), Some(last)) = (members.first(), members.last()) {
        topic.first_at = first.created_at;
        topic.last_at = last.created_at;
    }
    if topic.origin == TopicOrigin::Group {
        topic.status = match figures.status {
            Status::Rising => TopicStatus::Rising,
            Status::Steady => TopicStatus::Steady,
            Status::Over => TopicStatus::Over,
        };
        topic.recent = i32::try_from(figures.recent).unwrap_or(i32::MAX);
        topic.before = i32::try_from(figures.before).unwrap_or(i32::MAX);
        topic.expected = figures.expected;
        topic.p_value = figures.p_value;
    }
    let areas = tally(members.iter().filter_map(|member| member.area_code.as_deref()));
    describe(city, &mut topic, known, &areas);
    let told = topic.crossed_at.is_none() && topic.dismissed_at.is_none() && {
        match topic.origin {
            TopicOrigin::Rise => topic.status == TopicStatus::Rising,
            TopicOrigin::Group => {
                alert_rules::should_alert(topic.status, figures.recent, delegates.len(), topic.p_value)
            }
        }
    };
    if told {
        topic.crossed_at = Some(moment.now);
        topic.crossed_recent = Some(topic.recent);
        topic.crossed_expected = Some(topic.expected);
    }
    topic.updated_at = moment.now;
    Some(UpdatedTopic {
        areas_changed: areas != known.areas,
        over: topic.status == TopicStatus::Over && !was_over,
        told,
        areas,
        topic,
    })
}

/// The topic's words, category and kind, where no analyst has spoken.
fn describe(city: &City, topic: &mut topic::Model, known: &Known, areas: &[(String, i32)]) {
    let members = &known.members;
    if let Some(texts) = &known.texts {
        // Words have the dictionary's rarity within the topic; those of most members come first.
        let index = insight::similar::Index::<OrderId>::default();
        let words = keywords(&index, texts.iter().map(String::as_str), KEYWORDS);
        topic.keywords = serde_json::json!(words);
    }
    if topic.origin == TopicOrigin::Group {
        topic.category_code = most(
            members
                .iter()
                .filter_map(|member| member.category_code.as_deref()),
        );
    }
    if topic.sorted_by.is_none() {
        topic.kind = most(members.iter().filter_map(|member| member.kind.as_deref()));
    }
    if topic.titled_by.is_none() {
        let names: Vec<&str> = areas.iter().map(|(code, _)| city.county_name(code)).collect();
        let category = topic
            .category_code
            .as_deref()
            .map(|code| city.categories.name_of(code));
        let words: Vec<String> = Vec::deserialize(&topic.keywords).unwrap_or_default();
        topic.title = alert_rules::title(&names, category, &words);
    }
}

/// Notifies the supervisors, of the county if the topic is in one, otherwise of the city, and other systems.
async fn tell(
    app: &App,
    connection: &impl ConnectionTrait,
    topic: &topic::Model,
    areas: &[(String, i32)],
    now: DateTime<Utc>,
) -> Result<()> {
    let compared = alert_rules::compared(topic.recent, topic.expected);
    let note = format!(
        "最近{}天{compared}；涉及代表 {} 名。",
        topic.window_days, topic.delegates
    );
    let mut event = Event::general(EventKind::HotTopic)
        .title(topic.title.as_str())
        .reference(topic.orders.to_string())
        .about(Subject::Topic(topic.id))
        .note(note);
    if let [(only, _)] = areas {
        event = event.area(only.as_str());
    }
    notices::emit(connection, app.state::<MessageCatalog>(), &event, now).await?;
    let areas: Vec<&str> = areas.iter().map(|(code, _)| code.as_str()).collect();
    let data = json!({ "topic": {
        "id": topic.id, "title": topic.title, "category": topic.category_code, "areas": areas,
        "orders": topic.orders, "delegates": topic.delegates, "window_days": topic.window_days,
        "recent": topic.recent, "expected": topic.expected,
    } });
    outbox::record(connection, EventType::HotTopicFound, data, now).await
}

/// Keeps a rise: the topic of its category that is still open, or a new one.
pub async fn upsert_rise(
    connection: &impl ConnectionTrait,
    open: &[topic::Model],
    risen: &DetectedRise,
    now: DateTime<Utc>,
) -> Result<TopicId> {
    let same = open
        .iter()
        .find(|topic| topic.category_code.as_deref() == Some(&risen.category));
    let mut row = same
        .cloned()
        .unwrap_or_else(|| new_topic(TopicId::generate(), TopicOrigin::Rise, now));
    row.category_code = Some(risen.category.clone());
    row.status = alert_rules::rise_status(risen.p_value);
    row.recent = risen.observed;
    row.expected = risen.expected;
    row.p_value = risen.p_value;
    row.window_days = risen.days;
    let id = row.id;
    let row = row.into_active_model().reset_all();
    if same.is_some() {
        row.update(connection).await?;
    } else {
        row.insert(connection).await?;
        store::append(connection, TopicEvent::new(id, TopicAction::Found), now).await?;
    }
    store::put(connection, id, &risen.orders).await?;
    Ok(id)
}

fn tally<'a>(codes: impl Iterator<Item = &'a str>) -> Vec<(String, i32)> {
    let mut counts: BTreeMap<&str, i32> = BTreeMap::new();
    for code in codes {
        *counts.entry(code).or_default() += 1;
    }
    let mut counts: Vec<(String, i32)> = counts.into_iter().map(|(code, n)| (code.to_owned(), n)).collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}

/// Returns the value that more than half have.
fn most<'a>(values: impl Iterator<Item = &'a str>) -> Option<String> {
    let values: Vec<&str> = values.collect();
    let (value, count) = tally(values.iter().copied()).into_iter().next()?;
    (usize::try_from(count).ok()? * 2 > values.len()).then_some(value)
}

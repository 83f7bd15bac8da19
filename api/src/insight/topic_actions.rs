//! An analyst's actions on a topic.
//!
//! They take precedence: the nightly search does not rename a topic that an analyst has named, does not merge or split
//! one that an analyst has shaped, and does not restore a dismissed one.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, TopicId};
use entity::kinds::{Role, TopicAction, TopicOrigin};
use entity::{campaign, topic};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};

use crate::app::App;
use crate::caller::{Caller, OrderAccess};
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::{Error, ErrorKind, FieldError, Refusal, Result};
use crate::insight::persist::{self, RunContext};
use crate::insight::store::{self, TopicEvent, orders};
use crate::supervision::campaigns::service as campaigns;
use crate::supervision::campaigns::service::{MAX_ORDERS, NewCampaign};

const MAX_TITLE_CHARS: usize = 100;
const MAX_NOTE_CHARS: usize = 1_000;
const MAX_KIND_CHARS: usize = 64;

/// Why a topic cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It reaches into areas that are not the caller's.
    BeyondArea,
    IntoItself,
    /// A rise of a category has no members: it cannot be merged or split.
    NotAGroup,
    /// Orders that are not in the topic, or all of them.
    NoPart,
    HasCampaign,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::BeyondArea => "topic_beyond_area",
            Self::IntoItself => "topic_into_itself",
            Self::NotAGroup => "topic_not_a_group",
            Self::NoPart => "topic_no_part",
            Self::HasCampaign => "topic_has_campaign",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::BeyondArea => "这个问题群涉及其他县区，由市人大常委会处理。".to_owned(),
            Self::IntoItself => "不能把问题群并入它自己。".to_owned(),
            Self::NotAGroup => "按类别统计的上升不能合并或拆分。".to_owned(),
            Self::NoPart => "请选出问题群中的一部分工单，不能是全部，也不能是群外的。".to_owned(),
            Self::HasCampaign => "已经由这个问题群开展了专项监督。".to_owned(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::BeyondArea => ErrorKind::Forbidden,
            Self::HasCampaign => ErrorKind::Conflict,
            Self::IntoItself | Self::NotAGroup | Self::NoPart => ErrorKind::Rule,
        }
    }
}

/// The county whose topics a caller sees; none for the whole city. 403 for those who see no topics.
pub fn confined_to(caller: &Caller) -> Result<Option<String>> {
    caller.require_any(&[Role::Supervisor, Role::Operator, Role::Admin])?;
    match caller.order_access() {
        OrderAccess::City => Ok(None),
        OrderAccess::Area(code) => Ok(Some(code)),
        OrderAccess::OwnOrders(_) | OrderAccess::Unit(_) | OrderAccess::None => Err(Error::not_found()),
    }
}

/// The topic, if the caller may know of it: the city's people of all, a county's of those that touch it.
pub async fn visible(app: &App, caller: &Caller, id: TopicId) -> Result<topic::Model> {
    let confined = confined_to(caller)?;
    let topic = store::topic(&app.db, id).await?.ok_or_else(Error::not_found)?;
    if let Some(area) = confined {
        let areas = store::areas(&app.db, &[id]).await?;
        if areas.iter().all(|row| row.area_code != area) {
            return Err(Error::not_found());
        }
    }
    Ok(topic)
}

/// The topic, if the caller may change it: a county's people only what lies wholly in their county.
async fn own(app: &App, caller: &Caller, id: TopicId) -> Result<topic::Model> {
    caller.require(Role::Supervisor)?;
    let topic = visible(app, caller, id).await?;
    if let Some(area) = confined_to(caller)? {
        let areas = store::areas(&app.db, &[id]).await?;
        if areas.iter().any(|row| row.area_code != area) {
            return Err(Refused::BeyondArea.into());
        }
    }
    if topic.merged_into.is_some() {
        return Err(Error::not_found());
    }
    Ok(topic)
}

pub async fn rename(
    app: &App,
    caller: &Caller,
    id: TopicId,
    title: &str,
    now: DateTime<Utc>,
) -> Result<topic::Model> {
    own(app, caller, id).await?;
    check("title", title, MAX_TITLE_CHARS)?;
    let change = topic::ActiveModel {
        title: Set(title.trim().to_owned()),
        titled_by: Set(Some(caller.person)),
        ..Default::default()
    };
    let event = TopicEvent::new(id, TopicAction::Renamed).note(Some(title.trim().to_owned()));
    apply(app, caller, Change { row: change, event }, now).await
}

/// Puts a topic and its orders into a kind; none takes them out again.
pub async fn sort(
    app: &App,
    caller: &Caller,
    id: TopicId,
    kind: Option<&str>,
    now: DateTime<Utc>,
) -> Result<topic::Model> {
    own(app, caller, id).await?;
    if let Some(kind) = kind {
        check("kind", kind, MAX_KIND_CHARS)?;
    }
    let txn = db::write(&app.db).await?;
    let orders: Vec<OrderId> = store::memberships(&txn, &[id])
        .await?
        .iter()
        .map(|row| row.order_id)
        .collect();
    orders::set_kind(&txn, &orders, kind, true).await?;
    txn.commit().await?;
    let change = topic::ActiveModel {
        kind: Set(kind.map(str::to_owned)),
        sorted_by: Set(Some(caller.person)),
        ..Default::default()
    };
    let event = TopicEvent::new(id, TopicAction::Sorted).note(kind.map(str::to_owned));
    apply(app, caller, Change { row: change, event }, now).await
}

/// Says that a topic is nothing to follow.
pub async fn dismiss(
    app: &App,
    caller: &Caller,
    id: TopicId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<topic::Model> {
    let event = TopicEvent::new(id, TopicAction::Dismissed);
    set_dismissed(app, caller, event, reason, now).await
}

/// Says that a dismissed topic is to be followed after all.
pub async fn restore(
    app: &App,
    caller: &Caller,
    id: TopicId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<topic::Model> {
    let event = TopicEvent::new(id, TopicAction::Restored);
    set_dismissed(app, caller, event, reason, now).await
}

async fn set_dismissed(
    app: &App,
    caller: &Caller,
    event: TopicEvent,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<topic::Model> {
    own(app, caller, event.topic()).await?;
    check("reason", reason, MAX_NOTE_CHARS)?;
    let dismissed = event.action() == TopicAction::Dismissed;
    let row = topic::ActiveModel {
        dismissed_at: Set(dismissed.then_some(now)),
        ..Default::default()
    };
    let event = event.note(Some(reason.to_owned()));
    apply(app, caller, Change { row, event }, now).await
}

/// A change of a topic's row, and its event.
struct Change {
    row: topic::ActiveModel,
    event: TopicEvent,
}

async fn apply(app: &App, caller: &Caller, change: Change, now: DateTime<Utc>) -> Result<topic::Model> {
    let Change { row, event } = change;
    let txn = db::write(&app.db).await?;
    let row = topic::ActiveModel {
        id: Set(event.topic()),
        updated_at: Set(now),
        ..row
    };
    let changed = row.update(&txn).await?;
    store::append(&txn, event.by(caller.person), now).await?;
    txn.commit().await?;
    Ok(changed)
}

/// Makes one group part of another.
pub async fn merge(
    app: &App,
    caller: &Caller,
    from: TopicId,
    into: TopicId,
    now: DateTime<Utc>,
) -> Result<topic::Model> {
    let gone = own(app, caller, from).await?;
    if from == into {
        return Err(Refused::IntoItself.into());
    }
    let kept = own(app, caller, into).await?;
    if gone.origin != TopicOrigin::Group || kept.origin != TopicOrigin::Group {
        return Err(Refused::NotAGroup.into());
    }
    let txn = db::write(&app.db).await?;
    persist::unite(&txn, from, into, Some(caller.person), now).await?;
    let pinned = topic::ActiveModel {
        id: Set(into),
        pinned: Set(true),
        ..Default::default()
    };
    let kept = pinned.update(&txn).await?;
    let changed = BTreeSet::from([into]);
    persist::refresh(app, &txn, vec![kept], &changed, moment(app, now).await?).await?;
    txn.commit().await?;
    store::topic(&app.db, into).await?.ok_or_else(Error::not_found)
}

/// Orders that become a topic of their own.
#[derive(Clone, Copy)]
pub struct NewTopic<'a> {
    /// Numbers of the orders, each once.
    pub numbers: &'a [String],
    pub title: &'a str,
}

/// Takes some orders of a group out into a group of their own.
pub async fn split(
    app: &App,
    caller: &Caller,
    id: TopicId,
    part: NewTopic<'_>,
    now: DateTime<Utc>,
) -> Result<topic::Model> {
    let NewTopic { numbers, title } = part;
    let topic = own(app, caller, id).await?;
    check("title", title, MAX_TITLE_CHARS)?;
    if topic.origin != TopicOrigin::Group {
        return Err(Refused::NotAGroup.into());
    }
    let all = store::orders_of(&app.db, id, None, MAX_ORDERS).await?;
    let part: Vec<OrderId> = all
        .iter()
        .filter(|order| numbers.contains(&order.number))
        .map(|order| order.id)
        .collect();
    if part.is_empty() || part.len() != numbers.len() || part.len() == all.len() {
        return Err(Refused::NoPart.into());
    }
    let moment = moment(app, now).await?;
    let txn = db::write(&app.db).await?;
    let mut new = persist::new_topic(TopicId::generate(), TopicOrigin::Group, now);
    new.title = title.trim().to_owned();
    new.titled_by = Some(caller.person);
    new.pinned = true;
    let new_id = new.id;
    // The supervisors know: one of them made it.
    new.crossed_at = Some(now);
    let new = new.into_active_model().insert(&txn).await?;
    store::take(&txn, id, &part).await?;
    store::put(&txn, new_id, &part).await?;
    let rest = topic::ActiveModel {
        id: Set(id),
        pinned: Set(true),
        ..Default::default()
    };
    let rest = rest.update(&txn).await?;
    let split = |topic, other| {
        TopicEvent::new(topic, TopicAction::Split)
            .by(caller.person)
            .with(other)
    };
    let events = vec![split(id, new_id), split(new_id, id)];
    store::append_all(&txn, events, now).await?;
    let changed = BTreeSet::from([id, new_id]);
    persist::refresh(app, &txn, vec![new, rest], &changed, moment).await?;
    txn.commit().await?;
    store::topic(&app.db, new_id).await?.ok_or_else(Error::not_found)
}

/// Further fields of a campaign that is opened from a topic.
pub struct FromTopic {
    /// None: the topic's.
    pub title: Option<String>,
    pub purpose: String,
    pub committee: Option<String>,
}

/// Opens a campaign with all orders of the topic in it.
pub async fn open_campaign(
    app: &App,
    caller: &Caller,
    id: TopicId,
    asked: FromTopic,
    now: DateTime<Utc>,
) -> Result<campaign::Model> {
    let topic = own(app, caller, id).await?;
    if topic.campaign_id.is_some() {
        return Err(Refused::HasCampaign.into());
    }
    let txn = db::write(&app.db).await?;
    let orders = store::orders_of(&txn, id, None, MAX_ORDERS).await?;
    let areas = store::areas(&txn, &[id]).await?;
    let area = match areas.as_slice() {
        [only] => Some(only.area_code.clone()),
        _ => None,
    };
    let new = NewCampaign {
        title: asked.title.unwrap_or_else(|| topic.title.clone()),
        kind: topic.kind.clone(),
        area,
        purpose: asked.purpose,
        committee: asked.committee,
        parent: None,
    };
    let campaign = campaigns::open_in(app, &txn, caller, new, now).await?;
    // Of two who open it at once, one has come too late.
    if !store::take_campaign(&txn, id, campaign.id, now).await? {
        return Err(Refused::HasCampaign.into());
    }
    let orders = orders.into_iter().map(|order| order.id).collect();
    campaigns::add_orders_in(&txn, caller, &campaign, orders, now).await?;
    let event = TopicEvent::new(id, TopicAction::Campaign)
        .by(caller.person)
        .note(Some(campaign.title.clone()));
    store::append(&txn, event, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(campaign)
}

async fn moment(app: &App, now: DateTime<Utc>) -> Result<RunContext> {
    let zone = app.state::<CityHandle>().load().zone();
    let first = orders::first_order_at(&app.db).await?.unwrap_or(now);
    let recent = now - chrono::TimeDelta::days(insight::topics::trend::RECENT_DAYS);
    Ok(RunContext {
        now,
        today: now.with_timezone(&zone).date_naive(),
        since: first.with_timezone(&zone).date_naive(),
        looked_at: orders::counted(&app.db, recent, now).await?.len(),
    })
}

fn check(field: &str, text: &str, max: usize) -> Result<()> {
    let length = text.trim().chars().count();
    if (1..=max).contains(&length) {
        return Ok(());
    }
    let detail = format!("应为 1 到 {max} 个字。");
    Err(Error::invalid(vec![FieldError::new(field, "bad_length", detail)]))
}

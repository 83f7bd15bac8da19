//! Highlights for the committee: the orders nearest their deadlines, unanswered supervision orders, campaigns. A few
//! rows each, found through an index, never by a scan.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{CampaignId, UnitId};
use entity::kinds::{CampaignStatus, Light, Status, SupervisionLevel, TopicStatus};
use entity::{campaign, campaign_order, order, supervision_order, topic, topic_area};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait as _, RelationDef, Select,
};

use super::excerpts::{excerpt, unit_name};
use super::view::{CampaignLine, DueOrder, HotTopic, OpenSupervisionOrder};
use crate::city::snapshot::City;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::http::time::local;

const NEAREST: u64 = 8;
const OVERDUE: u64 = 4;
const DEMANDS: u64 = 5;
const CAMPAIGNS: u64 = 5;
const TOPICS: u64 = 6;
/// Below this the remaining hours are shown, above it the working days.
const SHOW_HOURS_BELOW: TimeDelta = TimeDelta::hours(24);

type Row = (
    String,
    Light,
    Status,
    String,
    Option<String>,
    Option<String>,
    Option<UnitId>,
    DateTime<Utc>,
);

/// The orders that run out next, and those that have been overdue the longest.
pub async fn deadlines(
    db: &impl ConnectionTrait,
    city: &City,
    area: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(Vec<DueOrder>, Vec<DueOrder>)> {
    let next = with_running_deadline(area)
        .filter(order::Column::DueAt.gte(now))
        .limit(NEAREST);
    let late = with_running_deadline(area)
        .filter(order::Column::DueAt.lt(now))
        .limit(OVERDUE);
    let next: Vec<Row> = next.into_tuple().all(db).await?;
    let late: Vec<Row> = late.into_tuple().all(db).await?;
    let told = |rows: Vec<Row>| rows.into_iter().map(|row| nearest(city, row, now)).collect();
    Ok((told(next), told(late)))
}

fn with_running_deadline(area: Option<&str>) -> Select<order::Entity> {
    use order::Column as C;
    order::Entity::find()
        .select_only()
        .columns([
            C::Number,
            C::Light,
            C::Status,
            C::Description,
            C::CategoryCode,
            C::AreaCode,
            C::UnitId,
            C::DueAt,
        ])
        .filter(C::DueAt.is_not_null())
        .filter(Condition::all().add_option(area.map(|area| C::AreaCode.eq(area))))
        .order_by_asc(C::DueAt)
}

fn nearest(city: &City, row: Row, now: DateTime<Utc>) -> DueOrder {
    let (number, light, status, description, category, area, unit, due_at) = row;
    let last_moment = due_at - TimeDelta::microseconds(1);
    let days = city
        .calendar
        .working_days_between(local_date(now, city.zone()), local_date(last_moment, city.zone()));
    DueOrder {
        number,
        light,
        status,
        title: excerpt(&description),
        category: category.map(|code| city.categories.name_of(&code).to_owned()),
        area: area.map(|code| city.county_name(&code).to_owned()),
        unit: unit_name(city, unit),
        due_at: local(due_at, city.zone()),
        working_days_left: (due_at > now).then_some(days),
        remaining: remaining(due_at, days, now),
    }
}

/// 剩 2 个工作日, 剩 5 小时, 超期 3 小时, 超期 2 天.
#[must_use]
pub fn remaining(due_at: DateTime<Utc>, working_days: usize, now: DateTime<Utc>) -> String {
    let left = due_at - now;
    let hours = |time: TimeDelta| match (time.num_hours(), time.num_minutes()) {
        (0, minutes) => format!("{} 分钟", minutes.max(1)),
        (hours, _) => format!("{hours} 小时"),
    };
    if left <= TimeDelta::zero() {
        let late = -left;
        if late < SHOW_HOURS_BELOW * 2 {
            return format!("超期 {}", hours(late));
        }
        return format!("超期 {} 天", late.num_days());
    }
    if left <= SHOW_HOURS_BELOW || working_days == 0 {
        return format!("剩 {}", hours(left));
    }
    format!("剩 {working_days} 个工作日")
}

/// The supervision orders that run out next, overdue ones first.
pub async fn open_supervision_orders(
    db: &impl ConnectionTrait,
    city: &City,
    area: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Vec<OpenSupervisionOrder>> {
    let mut query = supervision_order::Entity::find()
        .select_only()
        .columns([
            supervision_order::Column::Number,
            supervision_order::Column::Level,
            supervision_order::Column::UnitId,
            supervision_order::Column::DueAt,
        ])
        .column_as(order::Column::Number, "of_order")
        .join(JoinType::InnerJoin, to_order())
        .filter(supervision_order::Column::AnsweredAt.is_null())
        .filter(supervision_order::Column::ClosedAt.is_null())
        .order_by_asc(supervision_order::Column::DueAt)
        .limit(DEMANDS);
    if let Some(area) = area {
        query = query.filter(order::Column::AreaCode.eq(area));
    }
    let rows: Vec<(String, SupervisionLevel, UnitId, DateTime<Utc>, String)> =
        query.into_tuple().all(db).await?;
    let demand = |(number, level, unit, due_at, order): (_, _, _, DateTime<Utc>, _)| {
        let last_moment = due_at - TimeDelta::microseconds(1);
        let days = city
            .calendar
            .working_days_between(local_date(now, city.zone()), local_date(last_moment, city.zone()));
        OpenSupervisionOrder {
            number,
            order,
            level,
            unit: unit_name(city, Some(unit)),
            due_at: local(due_at, city.zone()),
            overdue: due_at <= now,
            remaining: remaining(due_at, days, now),
        }
    };
    Ok(rows.into_iter().map(demand).collect())
}

fn to_order() -> RelationDef {
    supervision_order::Entity::belongs_to(order::Entity)
        .from(supervision_order::Column::OrderId)
        .to(order::Column::Id)
        .into()
}

/// 专项监督 under way, the newest first. A county sees its own.
pub async fn campaigns(db: &impl ConnectionTrait, area: Option<&str>) -> Result<Vec<CampaignLine>> {
    let open: Vec<(CampaignId, String, Option<String>)> = campaign::Entity::find()
        .select_only()
        .columns([
            campaign::Column::Id,
            campaign::Column::Title,
            campaign::Column::Committee,
        ])
        .filter(campaign::Column::Status.eq(CampaignStatus::Open))
        .filter(Condition::all().add_option(area.map(|area| campaign::Column::AreaCode.eq(area))))
        .order_by_desc(campaign::Column::OpenedAt)
        .limit(CAMPAIGNS)
        .into_tuple()
        .all(db)
        .await?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let counts: Vec<(CampaignId, i64)> = campaign_order::Entity::find()
        .select_only()
        .column(campaign_order::Column::CampaignId)
        .column_as(campaign_order::Column::OrderId.count(), "orders")
        .filter(campaign_order::Column::CampaignId.is_in(open.iter().map(|(id, ..)| *id)))
        .group_by(campaign_order::Column::CampaignId)
        .into_tuple()
        .all(db)
        .await?;
    let line = |(id, title, committee)| CampaignLine {
        id,
        title,
        committee,
        orders: counts.iter().find(|(of, _)| *of == id).map_or(0, |(_, n)| *n),
    };
    Ok(open.into_iter().map(line).collect())
}

/// The hot topics that are not over and not merely watched, the busiest first.
pub async fn topics(db: &impl ConnectionTrait, area: Option<&str>) -> Result<Vec<HotTopic>> {
    let mut query = topic::Entity::find()
        .filter(topic::Column::MergedInto.is_null())
        .filter(topic::Column::DismissedAt.is_null())
        .filter(topic::Column::Status.is_not_in([TopicStatus::Over, TopicStatus::Watch]))
        .order_by_desc(topic::Column::Recent)
        .order_by_desc(topic::Column::Id)
        .limit(TOPICS);
    if let Some(area) = area {
        let there = topic_area::Entity::find()
            .select_only()
            .column(topic_area::Column::TopicId)
            .filter(topic_area::Column::AreaCode.eq(area))
            .into_query();
        query = query.filter(topic::Column::Id.in_subquery(there));
    }
    let rows = query.all(db).await?;
    let shown = |row: topic::Model| HotTopic {
        id: row.id.0,
        title: row.title,
        orders: i64::from(row.orders),
    };
    Ok(rows.into_iter().map(shown).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_as_people_say_it() {
        let now: DateTime<Utc> = "2025-09-08T01:00:00Z".parse().unwrap();
        for (minutes, working_days, expected) in [
            (3 * 24 * 60, 3, "剩 3 个工作日"),
            (24 * 60, 1, "剩 24 小时"),
            (59, 0, "剩 59 分钟"),
            (0, 0, "超期 1 分钟"),
            (-90, 0, "超期 1 小时"),
            (-47 * 60, 0, "超期 47 小时"),
            (-49 * 60, 0, "超期 2 天"),
            // A weekend is in between: no working day is left, so the hours are shown.
            (40 * 60, 0, "剩 40 小时"),
        ] {
            let due_at = now + TimeDelta::minutes(minutes);
            assert_eq!(
                remaining(due_at, working_days, now),
                expected,
                "{minutes} minutes"
            );
        }
    }
}

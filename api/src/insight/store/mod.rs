//! Queries of insight: topics and the data for finding them. `history.rs` is what was done with a
//! topic; `orders.rs` reads the orders, `day_counts.rs` their counts.

pub mod day_counts;
pub mod history;
pub mod orders;

pub use history::{TopicEvent, append, append_all, history};

use chrono::{DateTime, Utc};
use entity::ids::{CampaignId, OrderId, PersonId, TopicId, UnitId};
use entity::kinds::{Status, TopicOrigin, TopicStatus};
use entity::{insight_run, order, topic, topic_area, topic_order};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait,
    FromQueryResult, IntoActiveModel, Iterable, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    RelationDef,
};

/// Ids in one statement; SQLite takes 32,766 parameters.
pub(super) const MANY: usize = 5_000;
/// Topics whose members are asked for at once: some thousands of rows, each a kilobyte until it is read.
const TOPICS_AT_ONCE: usize = 500;
/// Rows of many columns in one statement.
const ROWS_AT_ONCE: usize = 500;

/// An order as topics count it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Member {
    pub topic_id: TopicId,
    pub id: OrderId,
    pub created_at: DateTime<Utc>,
    pub reporter_id: PersonId,
    pub area_code: Option<String>,
    pub category_code: Option<String>,
    pub kind: Option<String>,
}

pub async fn last_run(connection: &impl ConnectionTrait) -> Result<Option<insight_run::Model>, DbErr> {
    let newest = insight_run::Entity::find().order_by_desc(insight_run::Column::Id);
    newest.one(connection).await
}

pub async fn topic(connection: &impl ConnectionTrait, id: TopicId) -> Result<Option<topic::Model>, DbErr> {
    topic::Entity::find_by_id(id).one(connection).await
}

/// Topics that may still grow: not united with another, touched since then. Dismissed ones too: they go on
/// taking what belongs to them, so that it does not come back as news.
pub async fn find_open(
    connection: &impl ConnectionTrait,
    origin: TopicOrigin,
    since: DateTime<Utc>,
) -> Result<Vec<topic::Model>, DbErr> {
    topic::Entity::find()
        .filter(topic::Column::Origin.eq(origin))
        .filter(topic::Column::MergedInto.is_null())
        .filter(topic::Column::LastAt.gte(since))
        .order_by_asc(topic::Column::Id)
        .all(connection)
        .await
}

/// Notes the campaign that was opened from a topic; false where there was one already.
pub async fn take_campaign(
    connection: &impl ConnectionTrait,
    topic: TopicId,
    campaign: CampaignId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let taken = topic::Entity::update_many()
        .col_expr(topic::Column::CampaignId, Expr::value(campaign))
        .col_expr(topic::Column::UpdatedAt, Expr::value(now))
        .filter(topic::Column::Id.eq(topic))
        .filter(topic::Column::CampaignId.is_null())
        .exec(connection)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// The pairs of topics and orders.
pub async fn memberships(
    connection: &impl ConnectionTrait,
    topics: &[TopicId],
) -> Result<Vec<topic_order::Model>, DbErr> {
    let mut rows = Vec::new();
    for part in topics.chunks(TOPICS_AT_ONCE) {
        let of_part = topic_order::Entity::find()
            .filter(topic_order::Column::TopicId.is_in(part.iter().copied()))
            .order_by_asc(topic_order::Column::OrderId);
        rows.extend(of_part.all(connection).await?);
    }
    Ok(rows)
}

fn order_of_membership() -> RelationDef {
    topic_order::Entity::belongs_to(order::Entity)
        .from(topic_order::Column::OrderId)
        .to(order::Column::Id)
        .into()
}

/// The orders of topics, the oldest first.
pub async fn members(connection: &impl ConnectionTrait, topics: &[TopicId]) -> Result<Vec<Member>, DbErr> {
    let mut rows = Vec::new();
    for part in topics.chunks(TOPICS_AT_ONCE) {
        let of_part = topic_order::Entity::find()
            .select_only()
            .column(topic_order::Column::TopicId)
            .columns([
                order::Column::Id,
                order::Column::CreatedAt,
                order::Column::ReporterId,
                order::Column::AreaCode,
                order::Column::CategoryCode,
                order::Column::Kind,
            ])
            .join(JoinType::InnerJoin, order_of_membership())
            .filter(topic_order::Column::TopicId.is_in(part.iter().copied()))
            .order_by_asc(order::Column::CreatedAt)
            .order_by_asc(order::Column::Id);
        rows.extend(of_part.into_model::<Member>().all(connection).await?);
    }
    Ok(rows)
}

/// Reads the texts of the topics' orders, with the topic, oldest first.
pub async fn texts(
    connection: &impl ConnectionTrait,
    topics: &[TopicId],
) -> Result<Vec<(TopicId, String)>, DbErr> {
    let mut rows = Vec::new();
    for part in topics.chunks(TOPICS_AT_ONCE) {
        let of_part = topic_order::Entity::find()
            .select_only()
            .column(topic_order::Column::TopicId)
            .column(order::Column::Description)
            .join(JoinType::InnerJoin, order_of_membership())
            .filter(topic_order::Column::TopicId.is_in(part.iter().copied()))
            .order_by_asc(order::Column::CreatedAt)
            .order_by_asc(order::Column::Id);
        rows.extend(of_part.into_tuple::<(TopicId, String)>().all(connection).await?);
    }
    Ok(rows)
}

pub async fn put(connection: &impl ConnectionTrait, topic: TopicId, orders: &[OrderId]) -> Result<(), DbErr> {
    put_all(connection, orders.iter().map(|order| (topic, *order)).collect()).await
}

/// Makes orders members of topics; who is one already stays one.
pub async fn put_all(connection: &impl ConnectionTrait, pairs: Vec<(TopicId, OrderId)>) -> Result<(), DbErr> {
    for part in pairs.chunks(MANY) {
        let rows = part.iter().map(|(topic, order)| topic_order::ActiveModel {
            topic_id: Set(*topic),
            order_id: Set(*order),
        });
        topic_order::Entity::insert_many(rows)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}

/// Writes topics as they are now, new ones and those on record.
pub async fn upsert_topics(
    connection: &impl ConnectionTrait,
    topics: Vec<topic::Model>,
) -> Result<(), DbErr> {
    let columns = || topic::Column::iter().filter(|column| !matches!(column, topic::Column::Id));
    for part in topics.chunks(ROWS_AT_ONCE) {
        let rows = part
            .iter()
            .map(|topic| topic.clone().into_active_model().reset_all());
        let anew = OnConflict::column(topic::Column::Id)
            .update_columns(columns())
            .to_owned();
        topic::Entity::insert_many(rows)
            .on_conflict(anew)
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}

pub async fn take(
    connection: &impl ConnectionTrait,
    topic: TopicId,
    orders: &[OrderId],
) -> Result<(), DbErr> {
    for part in orders.chunks(MANY) {
        topic_order::Entity::delete_many()
            .filter(topic_order::Column::TopicId.eq(topic))
            .filter(topic_order::Column::OrderId.is_in(part.iter().copied()))
            .exec(connection)
            .await?;
    }
    Ok(())
}

/// Replaces the areas of topics.
pub async fn set_areas(
    connection: &impl ConnectionTrait,
    areas: &[(TopicId, &[(String, i32)])],
) -> Result<(), DbErr> {
    for part in areas.chunks(MANY) {
        topic_area::Entity::delete_many()
            .filter(topic_area::Column::TopicId.is_in(part.iter().map(|(topic, _)| *topic)))
            .exec(connection)
            .await?;
    }
    let rows = areas.iter().flat_map(|(topic, areas)| {
        areas.iter().map(|(area, orders)| topic_area::ActiveModel {
            topic_id: Set(*topic),
            area_code: Set(area.clone()),
            orders: Set(*orders),
        })
    });
    let rows: Vec<_> = rows.collect();
    for part in rows.chunks(MANY) {
        topic_area::Entity::insert_many(part.to_vec())
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}

pub async fn areas(
    connection: &impl ConnectionTrait,
    topics: &[TopicId],
) -> Result<Vec<topic_area::Model>, DbErr> {
    topic_area::Entity::find()
        .filter(topic_area::Column::TopicId.is_in(topics.iter().copied()))
        .order_by_desc(topic_area::Column::Orders)
        .order_by_asc(topic_area::Column::AreaCode)
        .all(connection)
        .await
}

/// Returns those of the topics that supervisors were alerted of and that are not dismissed.
pub async fn find_alerted(
    connection: &impl ConnectionTrait,
    topics: &[TopicId],
) -> Result<Vec<topic::Model>, DbErr> {
    topic::Entity::find()
        .filter(topic::Column::Id.is_in(topics.iter().copied()))
        .filter(topic::Column::CrossedAt.is_not_null())
        .filter(topic::Column::DismissedAt.is_null())
        .filter(topic::Column::MergedInto.is_null())
        .order_by_asc(topic::Column::Id)
        .all(connection)
        .await
}

/// A request for a list of topics.
#[derive(Clone, Debug, Default)]
pub struct TopicFilter {
    pub status: Option<TopicStatus>,
    pub kind: Option<String>,
    /// County-level code.
    pub area: Option<String>,
    pub dismissed: bool,
}

/// The busiest first.
pub async fn list(
    connection: &impl ConnectionTrait,
    wanted: &TopicFilter,
    after: Option<(i32, TopicId)>,
    limit: u64,
) -> Result<Vec<topic::Model>, DbErr> {
    let mut query = topic::Entity::find().filter(topic::Column::MergedInto.is_null());
    query = if wanted.dismissed {
        query.filter(topic::Column::DismissedAt.is_not_null())
    } else {
        query.filter(topic::Column::DismissedAt.is_null())
    };
    if let Some(status) = wanted.status {
        query = query.filter(topic::Column::Status.eq(status));
    }
    if let Some(kind) = &wanted.kind {
        query = query.filter(topic::Column::Kind.eq(kind.as_str()));
    }
    if let Some(area) = &wanted.area {
        let there = topic_area::Entity::find()
            .select_only()
            .column(topic_area::Column::TopicId)
            .filter(topic_area::Column::AreaCode.eq(area.as_str()))
            .into_query();
        query = query.filter(topic::Column::Id.in_subquery(there));
    }
    if let Some((recent, id)) = after {
        let as_busy = topic::Column::Recent.eq(recent).and(topic::Column::Id.lt(id));
        query = query.filter(
            Condition::any()
                .add(topic::Column::Recent.lt(recent))
                .add(as_busy),
        );
    }
    query
        .order_by_desc(topic::Column::Recent)
        .order_by_desc(topic::Column::Id)
        .limit(limit)
        .all(connection)
        .await
}

/// An order as its topic lists it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct TopicRow {
    pub id: OrderId,
    pub number: String,
    pub status: Status,
    pub area_code: Option<String>,
    pub unit_id: Option<UnitId>,
    pub created_at: DateTime<Utc>,
}

/// The orders of a topic, the newest first; `area` is what a county's people see.
pub async fn orders_of(
    connection: &impl ConnectionTrait,
    topic: TopicId,
    area: Option<&str>,
    limit: u64,
) -> Result<Vec<TopicRow>, DbErr> {
    let mine = topic_order::Entity::find()
        .select_only()
        .column(topic_order::Column::OrderId)
        .filter(topic_order::Column::TopicId.eq(topic))
        .into_query();
    let mut query = order::Entity::find()
        .select_only()
        .columns([
            order::Column::Id,
            order::Column::Number,
            order::Column::Status,
            order::Column::AreaCode,
            order::Column::UnitId,
            order::Column::CreatedAt,
        ])
        .filter(order::Column::Id.in_subquery(mine));
    if let Some(area) = area {
        query = query.filter(order::Column::AreaCode.eq(area));
    }
    query
        .order_by_desc(order::Column::CreatedAt)
        .order_by_desc(order::Column::Id)
        .limit(limit)
        .into_model()
        .all(connection)
        .await
}

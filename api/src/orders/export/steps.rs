//! The times of every step of some orders: a fixed number of queries, however many orders there are.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::OrderId;
use entity::kinds::{EventAction, ExtensionStatus, Satisfaction, Solved};
use entity::{extension, order, order_event, verdict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::error::Result;

/// Events that begin or end a step.
const STEPS: [EventAction; 5] = [
    EventAction::Dispatched,
    EventAction::Redispatched,
    EventAction::Accepted,
    EventAction::Replied,
    EventAction::ExtensionGranted,
];

/// The steps of an order with their times.
#[derive(Clone, Debug, Default)]
pub struct OrderSteps {
    pub dispatched_at: Option<DateTime<Utc>>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub replied_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    /// The latest.
    pub verdict: Option<GivenVerdict>,
    pub extensions: i32,
    /// Working days of all extensions together.
    pub extended_days: i32,
    pub extended_to: Option<DateTime<Utc>>,
    /// Of all rounds, the first first.
    pub all: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
pub struct GivenVerdict {
    pub result: Satisfaction,
    pub solved: Solved,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub round: i32,
    pub title: String,
    pub at: DateTime<Utc>,
}

/// Loads the steps of orders by number. The caller has checked that the reader sees the orders.
pub async fn load(
    connection: &impl ConnectionTrait,
    numbers: &[String],
) -> Result<HashMap<String, OrderSteps>> {
    let rows = order::Entity::find()
        .filter(order::Column::Number.is_in(numbers))
        .all(connection)
        .await?;
    let mut steps: HashMap<OrderId, OrderSteps> = HashMap::new();
    for row in &rows {
        let of_order = OrderSteps {
            dispatched_at: row.dispatched_at,
            accepted_at: row.accepted_at,
            replied_at: row.replied_at,
            closed_at: row.closed_at,
            extensions: row.extensions_granted,
            ..OrderSteps::default()
        };
        steps.insert(row.id, of_order);
    }
    let ids: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
    add_events(connection, &ids, &mut steps).await?;
    add_verdicts(connection, &ids, &mut steps).await?;
    add_extensions(connection, &ids, &mut steps).await?;
    for of_order in steps.values_mut() {
        of_order.all.sort_by_key(|step| (step.round, step.at));
    }
    let named = rows
        .into_iter()
        .filter_map(|row| Some((row.number, steps.remove(&row.id)?)));
    Ok(named.collect())
}

async fn add_events(
    connection: &impl ConnectionTrait,
    ids: &[OrderId],
    steps: &mut HashMap<OrderId, OrderSteps>,
) -> Result<()> {
    use order_event::Column as C;
    type Row = (OrderId, EventAction, i32, DateTime<Utc>);
    let rows: Vec<Row> = order_event::Entity::find()
        .select_only()
        .columns([C::OrderId, C::Action, C::Round, C::At])
        .filter(C::OrderId.is_in(ids.iter().copied()))
        .filter(C::Action.is_in(STEPS))
        .order_by_asc(C::OrderId)
        .order_by_asc(C::Seq)
        .into_tuple()
        .all(connection)
        .await?;
    for (order, action, round, at) in rows {
        if let Some(of_order) = steps.get_mut(&order) {
            let title = action.label().to_owned();
            of_order.all.push(Step { round, title, at });
        }
    }
    Ok(())
}

async fn add_verdicts(
    connection: &impl ConnectionTrait,
    ids: &[OrderId],
    steps: &mut HashMap<OrderId, OrderSteps>,
) -> Result<()> {
    let rows = verdict::Entity::find()
        .filter(verdict::Column::OrderId.is_in(ids.iter().copied()))
        .order_by_asc(verdict::Column::CreatedAt)
        .order_by_asc(verdict::Column::Id)
        .all(connection)
        .await?;
    for row in rows {
        let Some(of_order) = steps.get_mut(&row.order_id) else {
            continue;
        };
        of_order.all.push(Step {
            round: row.round,
            title: format!("评价（{}）", row.result.label()),
            at: row.created_at,
        });
        of_order.verdict = Some(GivenVerdict {
            result: row.result,
            solved: row.solved,
            at: row.created_at,
        });
    }
    Ok(())
}

async fn add_extensions(
    connection: &impl ConnectionTrait,
    ids: &[OrderId],
    steps: &mut HashMap<OrderId, OrderSteps>,
) -> Result<()> {
    let rows = extension::Entity::find()
        .filter(extension::Column::OrderId.is_in(ids.iter().copied()))
        .filter(extension::Column::Status.eq(ExtensionStatus::Granted))
        .order_by_asc(extension::Column::AskedAt)
        .all(connection)
        .await?;
    for row in rows {
        if let Some(of_order) = steps.get_mut(&row.order_id) {
            of_order.extended_days += row.days;
            of_order.extended_to = row.due_after.or(of_order.extended_to);
        }
    }
    Ok(())
}

//! Open orders of certain delegates, for the operator whom one of them calls.

use std::collections::HashMap;

use entity::ids::PersonId;
use entity::kinds::Status;
use entity::order;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::error::Result;
use crate::orders::rules::actor::Actor;
use crate::orders::search::list::access_condition;
use crate::orders::view::summary::{OrderSummary, summaries};

/// Orders of all these people together; delegates have a few open at a time.
const MAX_ORDERS: u64 = 200;

/// Returns the open orders that these people reported and that the actor may see, newest first, by reporter. At most
/// 200 orders.
pub async fn open_by_reporter(
    app: &App,
    actor: &Actor,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<OrderSummary>>> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = order::Entity::find()
        .filter(order::Column::ReporterId.is_in(people.iter().copied()))
        .filter(order::Column::Status.is_in(Status::OPEN))
        .filter(access_condition(&actor.order_access))
        .order_by_desc(order::Column::CreatedAt)
        .limit(MAX_ORDERS)
        .all(&app.db)
        .await?;
    let shown = summaries(app, &app.db, actor, &rows).await?;
    let mut found: HashMap<PersonId, Vec<OrderSummary>> = HashMap::new();
    for (row, order) in rows.iter().zip(shown) {
        found.entry(row.reporter_id).or_default().push(order);
    }
    Ok(found)
}

//! Walking through all orders in the order of time, a portion after the other.

use chrono::{DateTime, Utc};
use entity::ids::OrderId;
use entity::order;
use sea_orm::{ColumnTrait, Condition};

/// Where a walk goes on: an instant, and the last order of that instant that has been seen.
pub type KeysetCursor = (DateTime<Utc>, Option<OrderId>);

/// What comes from there on.
#[must_use]
pub fn after_cursor((at, last): KeysetCursor) -> Condition {
    use order::Column as C;
    match last {
        None => Condition::all().add(C::CreatedAt.gte(at)),
        Some(last) => Condition::any()
            .add(C::CreatedAt.gt(at))
            .add(Condition::all().add(C::CreatedAt.eq(at)).add(C::Id.gt(last))),
    }
}

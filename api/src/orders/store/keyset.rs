//! Walking through all orders in the order of time, a portion after the other.

use chrono::{DateTime, Utc};
use entity::ids::OrderId;
use entity::order;
use sea_orm::{ColumnTrait, Condition};

/// The cursor of a list: an instant, and the last order of that instant.
pub type KeysetCursor = (DateTime<Utc>, Option<OrderId>);

/// Selects the rows after the cursor.
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

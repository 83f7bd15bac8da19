//! Which 人工回访 wait for a call: the one place that says so, for `GET /follow-ups` and for the operators' queue.

use entity::kinds::{FollowUpKind, Status};
use entity::{follow_up, order};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait as _, Select};

/// Calls to delegates who have not answered, as long as the order waits for their verdict.
#[must_use]
pub fn calls() -> Select<follow_up::Entity> {
    let replied = order::Entity::find()
        .select_only()
        .expr(Expr::value(1))
        .filter(
            Expr::col((order::Entity, order::Column::Id))
                .eq(Expr::col((follow_up::Entity, follow_up::Column::OrderId))),
        )
        .filter(order::Column::Status.eq(Status::Replied));
    follow_up::Entity::find()
        .filter(follow_up::Column::Kind.eq(FollowUpKind::Manual))
        .filter(follow_up::Column::AnsweredAt.is_null())
        .filter(Expr::exists(replied.into_query()))
}

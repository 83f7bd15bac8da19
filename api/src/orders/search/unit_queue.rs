//! Queues of a unit as conditions of the order list: every number of its landing page is a list.

use entity::ids::UnitId;
use entity::kinds::{AssignmentStatus, Light, Satisfaction, Status};
use entity::{assignment, order, order_return, supervision_order, verdict};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, Condition};

use super::filter::Queue;

/// Statuses in which a unit has something to do.
const WITH_UNIT: [Status; 2] = [Status::Dispatched, Status::InProgress];

/// The orders of one queue of the unit.
#[must_use]
pub fn condition(queue: Queue, unit: UnitId) -> Condition {
    use order::Column as C;
    let with_unit = || Condition::all().add(C::Status.is_in(WITH_UNIT));
    match queue {
        Queue::ToAccept => with_unit().add(C::Id.in_subquery(charged(unit, AssignmentStatus::Open))),
        Queue::InProgress => with_unit().add(C::Id.in_subquery(charged(unit, AssignmentStatus::Accepted))),
        Queue::DueSoon => with_unit()
            .add(C::UnitId.eq(unit))
            .add(C::Light.is_in([Light::Yellow, Light::Red]))
            .add(C::DueAt.is_not_null()),
        Queue::ToAnswer => Condition::all().add(C::Id.in_subquery(unanswered(unit))),
        Queue::SentBack => with_unit().add(C::UnitId.eq(unit)).add(
            Condition::any()
                .add(C::Round.gt(1))
                .add(C::Id.in_subquery(warned()))
                .add(C::Id.in_subquery(returned_in_vain(unit))),
        ),
    }
}

/// Orders of which the unit has a charge with this status.
fn charged(unit: UnitId, status: AssignmentStatus) -> SelectStatement {
    Query::select()
        .column(assignment::Column::OrderId)
        .from(assignment::Entity)
        .and_where(assignment::Column::UnitId.eq(unit))
        .and_where(assignment::Column::Status.eq(status))
        .to_owned()
}

fn unanswered(unit: UnitId) -> SelectStatement {
    Query::select()
        .column(supervision_order::Column::OrderId)
        .from(supervision_order::Entity)
        .and_where(supervision_order::Column::UnitId.eq(unit))
        .and_where(supervision_order::Column::AnsweredAt.is_null())
        .and_where(supervision_order::Column::ClosedAt.is_null())
        .to_owned()
}

/// 补充办理: 基本满意 in the present round of the outer order.
fn warned() -> SelectStatement {
    let of_outer = |column: verdict::Column, outer: order::Column| {
        Expr::col((verdict::Entity, column)).equals((order::Entity, outer))
    };
    Query::select()
        .column(verdict::Column::OrderId)
        .from(verdict::Entity)
        .and_where(of_outer(verdict::Column::OrderId, order::Column::Id))
        .and_where(of_outer(verdict::Column::Round, order::Column::Round))
        .and_where(verdict::Column::Result.eq(Satisfaction::BasicallySatisfied))
        .to_owned()
}

/// 终审派单: the unit returned it, and has it all the same.
fn returned_in_vain(unit: UnitId) -> SelectStatement {
    Query::select()
        .column(order_return::Column::OrderId)
        .from(order_return::Entity)
        .and_where(order_return::Column::UnitId.eq(unit))
        .to_owned()
}

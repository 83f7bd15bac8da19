//! 派单: which units have charge of the order in a round.

use chrono::{DateTime, Utc};
use entity::ids::{AssignmentId, OrderId, PersonId, UnitId};
use entity::kinds::{AssignmentRole, AssignmentStatus};
use entity::{assignment, order};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::error::Result;

/// A charge in the making.
#[derive(Clone, Debug)]
pub struct NewAssignment {
    pub unit: UnitId,
    pub role: AssignmentRole,
    pub parent: Option<AssignmentId>,
    pub requirement: Option<String>,
    pub due_at: Option<DateTime<Utc>>,
    pub by: Option<PersonId>,
}

/// Gives a unit a charge of the order in its present round.
pub async fn assign(
    txn: &impl ConnectionTrait,
    order: &order::Model,
    charge: NewAssignment,
    now: DateTime<Utc>,
) -> Result<AssignmentId> {
    let row = open(order, charge, now);
    let id = row.id;
    let row = assignment::ActiveModel::from(row).reset_all();
    assignment::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    Ok(id)
}

fn open(order: &order::Model, charge: NewAssignment, now: DateTime<Utc>) -> assignment::Model {
    assignment::Model {
        id: AssignmentId::generate(),
        order_id: order.id,
        round: order.round,
        unit_id: charge.unit,
        role: charge.role,
        parent_id: charge.parent,
        requirement: charge.requirement,
        due_at: charge.due_at,
        status: AssignmentStatus::Open,
        account: None,
        created_by: charge.by,
        created_at: now,
        accepted_at: None,
        done_at: None,
    }
}

/// The units of a round.
#[derive(Clone, Copy, Debug)]
pub struct RoundUnits<'a> {
    pub lead: UnitId,
    pub supports: &'a [UnitId],
}

/// Inserts the assignments of the lead unit and the support units, and returns them.
pub async fn assign_round(
    txn: &impl ConnectionTrait,
    order: &order::Model,
    units: RoundUnits<'_>,
    by: Option<PersonId>,
    now: DateTime<Utc>,
) -> Result<Vec<assignment::Model>> {
    let RoundUnits { lead, supports } = units;
    let supports = supports.iter().filter(|unit| **unit != lead);
    let supports = supports.map(|unit| (*unit, AssignmentRole::Support));
    let charge = |(unit, role)| NewAssignment {
        unit,
        role,
        parent: None,
        requirement: None,
        due_at: None,
        by,
    };
    let given: Vec<_> = std::iter::once((lead, AssignmentRole::Lead))
        .chain(supports)
        .map(|whose| open(order, charge(whose), now))
        .collect();
    let rows = given
        .iter()
        .map(|row| assignment::ActiveModel::from(row.clone()).reset_all());
    assignment::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(given)
}

/// Ends every open charge of the order: done when it was answered, withdrawn when it was taken away.
pub async fn close_open(
    txn: &impl ConnectionTrait,
    order: OrderId,
    roles: &[AssignmentRole],
    status: AssignmentStatus,
    now: DateTime<Utc>,
) -> Result<()> {
    assignment::Entity::update_many()
        .col_expr(assignment::Column::Status, Expr::value(status.as_str()))
        .col_expr(assignment::Column::DoneAt, Expr::value(now))
        .filter(assignment::Column::OrderId.eq(order))
        .filter(assignment::Column::Role.is_in(roles.iter().copied()))
        .filter(assignment::Column::Status.is_in([AssignmentStatus::Open, AssignmentStatus::Accepted]))
        .exec(txn)
        .await?;
    Ok(())
}

/// The unit has taken its charge on.
pub async fn accept(
    txn: &impl ConnectionTrait,
    charge: &assignment::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut row: assignment::ActiveModel = charge.clone().into();
    row.status = Set(AssignmentStatus::Accepted);
    row.accepted_at = Set(Some(now));
    row.update(txn).await?;
    Ok(())
}

/// The unit has done its part and says what.
pub async fn complete(
    txn: &impl ConnectionTrait,
    charge: &assignment::Model,
    account: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut row: assignment::ActiveModel = charge.clone().into();
    row.status = Set(AssignmentStatus::Done);
    row.account = Set(Some(account.to_owned()));
    row.accepted_at = Set(charge.accepted_at.or(Some(now)));
    row.done_at = Set(Some(now));
    row.update(txn).await?;
    Ok(())
}

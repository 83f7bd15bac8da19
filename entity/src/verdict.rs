//! The delegate's verdict on one round, with process and result apart.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, VerdictId};
use crate::kinds::{Satisfaction, Solved};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "verdict")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VerdictId,
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// The handling round, from 1.
    pub round: i32,
    /// The delegate whose verdict it is.
    pub person_id: PersonId,
    /// The delegate, or the operator who recorded it on a call.
    pub given_by: PersonId,
    /// The verdict on the result.
    pub result: Satisfaction,
    /// The verdict on the handling.
    pub process: Option<Satisfaction>,
    /// Whether the delegate finds the problem solved.
    pub solved: Solved,
    /// The delegate's words.
    #[sea_orm(column_type = "Text", nullable)]
    pub comment: Option<String>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

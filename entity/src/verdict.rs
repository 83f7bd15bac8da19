//! The delegate's verdict on one round, with process and result apart.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, VerdictId};
use crate::kinds::{Satisfaction, Solved};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "verdict")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VerdictId,
    pub order_id: OrderId,
    pub round: i32,
    /// The delegate whose verdict it is.
    pub person_id: PersonId,
    /// The delegate, or the operator who recorded it on a call.
    pub given_by: PersonId,
    pub result: Satisfaction,
    pub process: Option<Satisfaction>,
    pub solved: Solved,
    #[sea_orm(column_type = "Text", nullable)]
    pub comment: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

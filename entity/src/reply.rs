//! 办理情况 and 公开答复 of one unit in one round.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, ReplyId, UnitId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reply")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReplyId,
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// The handling round, from 1.
    pub round: i32,
    /// The unit that it concerns.
    pub unit_id: UnitId,
    /// The person that it belongs to.
    pub person_id: PersonId,
    /// The unit's account, for staff (办理情况).
    #[sea_orm(column_type = "Text")]
    pub account: String,
    /// The reply for the delegate (公开答复).
    #[sea_orm(column_type = "Text")]
    pub public_reply: String,
    /// When the unit spoke with the delegate.
    pub contacted_at: Option<DateTimeUtc>,
    /// How it reached the delegate.
    pub contacted_how: Option<String>,
    /// Whether it supplements an earlier reply.
    pub supplementary: bool,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! 回访: one request for a verdict, automatic or by phone.

use sea_orm::entity::prelude::*;

use crate::ids::{FollowUpId, OrderId, PersonId};
use crate::kinds::{FollowUpKind, FollowUpStatus};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "follow_up")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FollowUpId,
    pub order_id: OrderId,
    pub round: i32,
    pub kind: FollowUpKind,
    pub status: FollowUpStatus,
    pub tries: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    pub asked_at: DateTimeUtc,
    /// Time of the reminder or of the move to the manual queue.
    pub next_at: Option<DateTimeUtc>,
    pub answered_at: Option<DateTimeUtc>,
    pub handled_by: Option<PersonId>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

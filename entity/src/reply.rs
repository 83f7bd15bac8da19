//! 办理情况 and 公开答复 of one unit in one round.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, ReplyId, UnitId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reply")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReplyId,
    pub order_id: OrderId,
    pub round: i32,
    pub unit_id: UnitId,
    pub person_id: PersonId,
    #[sea_orm(column_type = "Text")]
    pub account: String,
    #[sea_orm(column_type = "Text")]
    pub public_reply: String,
    pub contacted_at: Option<DateTimeUtc>,
    pub contacted_how: Option<String>,
    pub supplementary: bool,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

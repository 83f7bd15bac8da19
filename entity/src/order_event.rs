//! 全程留痕: append-only; each row carries the hash of the one before it.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, UnitId};
use crate::kinds::{ActorRole, Status, Visibility};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_event")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub order_id: OrderId,
    pub seq: i32,
    pub action: String,
    pub actor_id: Option<PersonId>,
    pub actor_role: ActorRole,
    pub unit_id: Option<UnitId>,
    pub at: DateTimeUtc,
    pub from_status: Option<Status>,
    pub to_status: Status,
    pub round: i32,
    pub visibility: Visibility,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub detail: Json,
    pub photo_ids: Json,
    pub prev_hash: String,
    pub hash: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

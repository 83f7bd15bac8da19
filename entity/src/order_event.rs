//! 全程留痕: append-only; each row carries the hash of the one before it.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, UnitId};
use crate::kinds::{ActorRole, EventAction, Status, Visibility};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_event")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// Position in the order's history.
    pub seq: i32,
    /// The act, in words.
    pub action: EventAction,
    /// The person who acted. `None` for the product.
    pub actor_id: Option<PersonId>,
    /// The role in which they acted.
    pub actor_role: ActorRole,
    /// The unit that it concerns.
    pub unit_id: Option<UnitId>,
    /// When it happened.
    pub at: DateTimeUtc,
    /// The status before. `None` for the first event.
    pub from_status: Option<Status>,
    /// The status after.
    pub to_status: Status,
    /// The handling round, from 1.
    pub round: i32,
    /// Who may read the event.
    pub visibility: Visibility,
    /// The remark of the person who acted.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// Structured facts as JSON.
    pub detail: Json,
    /// Ids of its photos, a JSON list.
    pub photo_ids: Json,
    /// Hash of the previous link; the genesis hash at the beginning.
    pub prev_hash: String,
    /// SHA-256 over the previous hash and every other field.
    pub hash: String,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

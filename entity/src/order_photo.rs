//! A photo of an order, with its role and position.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, PhotoId};
use crate::kinds::PhotoRole;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_photo")]
pub struct Model {
    /// The order that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    /// The photo.
    #[sea_orm(primary_key, auto_increment = false)]
    pub photo_id: PhotoId,
    /// The photo's part in this order.
    pub role: PhotoRole,
    /// The handling round, from 1.
    pub round: i32,
    /// Contradictions and gaps, a JSON list.
    pub flags: Json,
    /// The person who added it.
    pub added_by: Option<PersonId>,
    /// When it was added.
    pub added_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

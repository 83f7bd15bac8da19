//! A photo of an order, with its role and position.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, PhotoId};
use crate::kinds::PhotoRole;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_photo")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub photo_id: PhotoId,
    pub role: PhotoRole,
    pub round: i32,
    pub flags: Json,
    pub added_by: Option<PersonId>,
    pub added_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

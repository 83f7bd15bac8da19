//! An order that a finding of an activity is about.

use sea_orm::entity::prelude::*;

use crate::ids::{ActivityId, OrderId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_activity_order")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub activity_id: ActivityId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

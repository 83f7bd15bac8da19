//! An area of a hot topic, with its number of orders.

use sea_orm::entity::prelude::*;

use crate::ids::TopicId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "topic_area")]
pub struct Model {
    /// The hot topic that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic_id: TopicId,
    /// Code of the county-level area.
    #[sea_orm(primary_key, auto_increment = false)]
    pub area_code: String,
    /// Number of orders.
    pub orders: i32,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

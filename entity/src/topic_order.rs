//! An order of a hot topic. An order is in at most one topic of each origin.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, TopicId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "topic_order")]
pub struct Model {
    /// The hot topic that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic_id: TopicId,
    /// The order that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

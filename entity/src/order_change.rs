//! The order change feed: a row is appended in the transaction of the change and deleted by the projection that has
//! counted the order. Ids say nothing about the order of commits.

use sea_orm::entity::prelude::*;

use crate::ids::OrderId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_change")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The order that it belongs to.
    pub order_id: OrderId,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

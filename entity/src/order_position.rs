//! The position of an order's last change. The database writes it itself, in the transaction of the change.

use sea_orm::entity::prelude::*;

use crate::ids::OrderId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_position")]
pub struct Model {
    /// The order that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    /// SQLite: larger than all positions committed before. PostgreSQL: the id of the transaction.
    pub position: i64,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! The number that the linked platform knows an order by.

use sea_orm::entity::prelude::*;

use crate::ids::{ClientId, OrderId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "link_order")]
pub struct Model {
    /// The order that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    /// The API client that sent it.
    pub client_id: ClientId,
    /// The other platform's number.
    pub external_number: String,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

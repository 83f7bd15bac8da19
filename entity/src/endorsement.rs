//! 附议: another delegate supports the same matter.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "endorsement")]
pub struct Model {
    /// The order that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    /// The person that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// The remark of the person who acted.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// The merged order it came from. `None` if the delegate endorsed on their own.
    pub merged_from: Option<OrderId>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

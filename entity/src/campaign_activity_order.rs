//! An order that a finding of an activity is about.

use sea_orm::entity::prelude::*;

use crate::ids::{ActivityId, OrderId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_activity_order")]
pub struct Model {
    /// The activity with the finding.
    #[sea_orm(primary_key, auto_increment = false)]
    pub activity_id: ActivityId,
    /// The order that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! The delegates of a site.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, SiteId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site_delegate")]
pub struct Model {
    /// The site that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub site_id: SiteId,
    /// The person that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

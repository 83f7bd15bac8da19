//! 重点监管名单: a standing register of subjects that are inspected again and again.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, PersonId, WatchListId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "watch_list")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WatchListId,
    /// The title as people read it.
    pub title: String,
    /// None for the whole city.
    pub area_code: Option<String>,
    /// The committee that follows it.
    pub committee: Option<String>,
    /// The campaign it came from.
    pub campaign_id: Option<CampaignId>,
    /// The person who created it.
    pub created_by: PersonId,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! 重点监管名单: a standing register of subjects that are inspected again and again.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, PersonId, WatchListId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "watch_list")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WatchListId,
    pub title: String,
    /// None for the whole city.
    pub area_code: Option<String>,
    pub committee: Option<String>,
    /// The campaign it came from.
    pub campaign_id: Option<CampaignId>,
    pub created_by: PersonId,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

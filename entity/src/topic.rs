//! 高频问题群: many orders about one thing.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, PersonId, TopicId};
use crate::kinds::{TopicOrigin, TopicStatus};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "topic")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TopicId,
    pub origin: TopicOrigin,
    pub title: String,
    /// The analyst who named the topic; otherwise the title follows the topic.
    pub titled_by: Option<PersonId>,
    /// Texts, most characteristic first.
    pub keywords: Json,
    pub kind: Option<String>,
    /// The analyst who set the kind.
    pub sorted_by: Option<PersonId>,
    pub category_code: Option<String>,
    pub status: TopicStatus,
    pub orders: i32,
    pub delegates: i32,
    /// Orders in the recent days, and in as many days before them.
    pub recent: i32,
    pub before: i32,
    /// The number of orders that the past predicts for the recent days.
    pub expected: f64,
    /// Corrected for the number of groups examined.
    pub p_value: f64,
    /// Length in days of the period of `recent` and `expected`.
    pub window_days: i32,
    pub first_at: DateTimeUtc,
    pub last_at: DateTimeUtc,
    /// Time of the alert to the supervisors.
    pub crossed_at: Option<DateTimeUtc>,
    pub dismissed_at: Option<DateTimeUtc>,
    /// Shaped by an analyst: never merged or split automatically.
    pub pinned: bool,
    pub merged_into: Option<TopicId>,
    pub campaign_id: Option<CampaignId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

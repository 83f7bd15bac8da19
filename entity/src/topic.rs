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
    /// The analyst whose title it is; the system's own follows the topic.
    pub titled_by: Option<PersonId>,
    /// Texts, the most telling first.
    pub keywords: Json,
    pub kind: Option<String>,
    /// The analyst whose word the kind is.
    pub sorted_by: Option<PersonId>,
    pub category_code: Option<String>,
    pub status: TopicStatus,
    pub orders: i32,
    pub delegates: i32,
    /// In the last days, and in as many before them.
    pub recent: i32,
    pub before: i32,
    /// What the past lets expect for the last days.
    pub expected: f64,
    /// Corrected for looking everywhere.
    pub p_value: f64,
    /// How many days `recent` and `expected` are about.
    pub window_days: i32,
    pub first_at: DateTimeUtc,
    pub last_at: DateTimeUtc,
    /// When it crossed the line and the supervisors were told.
    pub crossed_at: Option<DateTimeUtc>,
    pub dismissed_at: Option<DateTimeUtc>,
    /// Shaped by an analyst: never united or parted by the system.
    pub pinned: bool,
    pub merged_into: Option<TopicId>,
    pub campaign_id: Option<CampaignId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

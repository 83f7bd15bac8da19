//! 高频问题群: many orders about one thing.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, PersonId, TopicId};
use crate::kinds::{TopicOrigin, TopicStatus};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "topic")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TopicId,
    /// How the topic was found.
    pub origin: TopicOrigin,
    /// The title as people read it.
    pub title: String,
    /// The analyst who named the topic; otherwise the title follows the topic.
    pub titled_by: Option<PersonId>,
    /// Texts, most characteristic first.
    pub keywords: Json,
    /// The kind of the row.
    pub kind: Option<String>,
    /// The analyst who set the kind.
    pub sorted_by: Option<PersonId>,
    /// Code of the category. `None` if it is unknown.
    pub category_code: Option<String>,
    /// The present state.
    pub status: TopicStatus,
    /// Number of orders.
    pub orders: i32,
    /// Number of delegates who reported.
    pub delegates: i32,
    /// Orders in the recent days, and in as many days before them.
    pub recent: i32,
    /// Orders of the window before the present one.
    pub before: i32,
    /// The number of orders that the past predicts for the recent days.
    pub expected: f64,
    /// Corrected for the number of groups examined.
    pub p_value: f64,
    /// Length in days of the period of `recent` and `expected`.
    pub window_days: i32,
    /// Time of the first order.
    pub first_at: DateTimeUtc,
    /// Time of the latest order.
    pub last_at: DateTimeUtc,
    /// Time of the alert to the supervisors.
    pub crossed_at: Option<DateTimeUtc>,
    /// `recent` at that time.
    pub crossed_recent: Option<i32>,
    /// `expected` at that time.
    pub crossed_expected: Option<f64>,
    /// When an analyst dismissed it. `None` while it counts.
    pub dismissed_at: Option<DateTimeUtc>,
    /// Shaped by an analyst: never merged or split automatically.
    pub pinned: bool,
    /// The row that this one became part of.
    pub merged_into: Option<TopicId>,
    /// The campaign that it belongs to.
    pub campaign_id: Option<CampaignId>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

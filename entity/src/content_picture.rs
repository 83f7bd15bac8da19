//! A picture of published content, and WeChat's finding.

use sea_orm::entity::prelude::*;

use crate::ids::{ContentCheckId, ContentPictureId, PhotoId};
use crate::kinds::ContentCheck;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "content_picture")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContentPictureId,
    /// The content check that it belongs to.
    pub check_id: ContentCheckId,
    /// The photo.
    pub photo_id: PhotoId,
    /// The result so far.
    pub state: ContentCheck,
    /// WeChat's own label of the finding.
    pub label: Option<i64>,
    /// The id under which WeChat pushes its verdict.
    pub trace_id: Option<String>,
    /// Number of attempts so far.
    pub attempts: i32,
    /// When it was requested.
    pub asked_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

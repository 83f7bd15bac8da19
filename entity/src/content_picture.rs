//! A picture of published content, and WeChat's finding.

use sea_orm::entity::prelude::*;

use crate::ids::{ContentCheckId, ContentPictureId, PhotoId};
use crate::kinds::ContentCheck;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "content_picture")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContentPictureId,
    pub check_id: ContentCheckId,
    pub photo_id: PhotoId,
    pub state: ContentCheck,
    pub label: Option<i64>,
    /// The id under which WeChat pushes its verdict.
    pub trace_id: Option<String>,
    pub attempts: i32,
    pub asked_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

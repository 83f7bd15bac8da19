//! A short video of a report. The content is stored without the metadata of place that the phone wrote.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, PhotoId, VideoId};
use crate::kinds::ContentCheck;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "video")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VideoId,
    /// The delegate who uploaded it.
    pub owner_id: PersonId,
    /// SHA-256 of the stored content, in hexadecimal.
    pub sha256: String,
    /// The MIME type.
    pub media_type: String,
    /// Size in bytes.
    pub byte_size: i64,
    /// Duration in milliseconds.
    pub duration_ms: i32,
    /// Width in pixels as it is shown.
    pub width: i32,
    /// Height in pixels as it is shown.
    pub height: i32,
    /// The photo that is shown in its place until it is played.
    pub poster_id: Option<PhotoId>,
    /// Object key of the content.
    pub object_key: String,
    /// The order that it belongs to; none until it is attached.
    #[sea_orm(unique)]
    pub order_id: Option<OrderId>,
    /// The reviewer's decision; `unavailable` until a person has looked.
    pub review: ContentCheck,
    /// Set by the clean-up before it deletes the object.
    pub removing_at: Option<DateTimeUtc>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

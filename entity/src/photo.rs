//! A photo: the original and its derivatives. Objects are addressed by content.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, PhotoId};
use crate::kinds::{Datum, PhotoRole, PhotoSource};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "photo")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PhotoId,
    /// `None` for a resident's photo.
    pub owner_id: Option<PersonId>,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// The MIME type.
    pub media_type: String,
    /// Size in bytes.
    pub byte_size: i64,
    /// Width of the original in pixels, upright.
    pub width: i32,
    /// Height of the original in pixels, upright.
    pub height: i32,
    /// The photo's part: before, after, or evidence.
    pub role: PhotoRole,
    /// The file's own time if it can be true, else the sender's.
    pub taken_at: Option<DateTimeUtc>,
    /// WGS-84 degrees: the file's own place, else the sender's.
    pub longitude: Option<f64>,
    /// WGS-84 degrees.
    pub latitude: Option<f64>,
    /// The time in the file's metadata.
    pub exif_taken_at: Option<DateTimeUtc>,
    /// The place in the file's metadata.
    pub exif_longitude: Option<f64>,
    /// The place in the file's metadata.
    pub exif_latitude: Option<f64>,
    /// The time that the sender stated.
    pub claimed_taken_at: Option<DateTimeUtc>,
    /// The place that the sender stated.
    pub claimed_longitude: Option<f64>,
    /// The place that the sender stated.
    pub claimed_latitude: Option<f64>,
    /// The datum of the coordinate as received.
    pub given_datum: Option<Datum>,
    /// Whether it was taken just now or chosen from the album.
    pub source: Option<PhotoSource>,
    /// Contradictions and gaps, a JSON list.
    pub flags: Json,
    /// dHash: equal pictures differ in few of its 64 bits.
    pub perceptual_hash: i64,
    /// Object key of the original.
    pub original_key: String,
    /// Object key of the large derivative.
    pub large_key: String,
    /// Object key of the thumbnail.
    pub thumb_key: String,
    /// Whether a report or message refers to it.
    pub attached: bool,
    /// Set by the clean-up before it deletes the objects.
    pub removing_at: Option<DateTimeUtc>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

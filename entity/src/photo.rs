//! A photo: the original and its derivatives. Objects are addressed by content.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, PhotoId};
use crate::kinds::{Datum, PhotoRole, PhotoSource};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "photo")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PhotoId,
    /// `None` for a resident's photo.
    pub owner_id: Option<PersonId>,
    pub sha256: String,
    pub media_type: String,
    pub byte_size: i64,
    pub width: i32,
    pub height: i32,
    pub role: PhotoRole,
    /// The file's own time if it can be true, else the sender's.
    pub taken_at: Option<DateTimeUtc>,
    /// WGS-84 degrees: the file's own place, else the sender's.
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
    pub exif_taken_at: Option<DateTimeUtc>,
    pub exif_longitude: Option<f64>,
    pub exif_latitude: Option<f64>,
    pub claimed_taken_at: Option<DateTimeUtc>,
    pub claimed_longitude: Option<f64>,
    pub claimed_latitude: Option<f64>,
    pub given_datum: Option<Datum>,
    pub source: Option<PhotoSource>,
    pub flags: Json,
    pub perceptual_hash: i64,
    pub original_key: String,
    pub large_key: String,
    pub thumb_key: String,
    /// Whether a report or message refers to it.
    pub attached: bool,
    /// Set by the clean-up before it deletes the objects.
    pub removing_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! Photos into orders: each must exist and be the caller's own. What does not fit the report is flagged, never
//! refused: clocks of phones are wrong, and people report from home.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{OrderId, PersonId, PhotoId};
use entity::kinds::PhotoRole;
use entity::{order_photo, photo};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::error::{Refusal, Result};
use crate::photos::limits::{MAX_EVIDENCE_PHOTOS, too_many};
use places::datum::Wgs84;

const FAR_M: f64 = 500.0;
const LONG: TimeDelta = TimeDelta::hours(24);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Unknown,
    TooMany,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "photo_unknown",
            Self::TooMany => "too_many_photos",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Unknown => "有的照片不存在或已过期，请重新上传。".to_owned(),
            Self::TooMany => too_many(MAX_EVIDENCE_PHOTOS),
        }
    }
}

/// Where and when the report says it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct SubmissionContext {
    pub place: Option<Wgs84>,
    pub at: Option<DateTime<Utc>>,
}

/// Pure: returns the flags of a photo that needs a second look.
#[must_use]
pub fn flags(photo: &photo::Model, report: SubmissionContext) -> Vec<String> {
    let place = photo
        .longitude
        .zip(photo.latitude)
        .map(|(longitude, latitude)| Wgs84 { longitude, latitude });
    let far = place
        .zip(report.place)
        .is_some_and(|(photo, report)| photo.distance_m(report) > FAR_M);
    let long = photo
        .taken_at
        .zip(report.at)
        .is_some_and(|(taken, at)| (at - taken).abs() > LONG);
    let own: Vec<String> = serde_json::from_value(photo.flags.clone()).unwrap_or_default();
    let against_report = [(far, "taken_far_away"), (long, "taken_long_ago")]
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, flag)| flag.to_owned());
    own.into_iter().chain(against_report).collect()
}

/// Photos to attach to an order, and their uploader.
pub struct Attachment<'a> {
    pub photos: &'a [PhotoId],
    pub order: OrderId,
    /// None keeps the role that each was uploaded with.
    pub role: Option<PhotoRole>,
    pub round: i32,
    pub by: PersonId,
    /// The uploader. `None` for a resident's photos.
    pub owner: Option<PersonId>,
    pub report: SubmissionContext,
}

/// Puts photos into an order, inside the caller's transaction.
pub async fn attach(
    connection: &impl ConnectionTrait,
    wanted: Attachment<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let Attachment {
        photos,
        order,
        role,
        round,
        by,
        owner,
        report,
    } = wanted;
    if photos.is_empty() {
        return Ok(());
    }
    if photos.len() > MAX_EVIDENCE_PHOTOS {
        return Err(Refused::TooMany.into());
    }
    let wanted: std::collections::BTreeSet<PhotoId> = photos.iter().copied().collect();
    // Taking the rows by a write keeps the clean-up from removing them meanwhile.
    let taken = photo::Entity::update_many()
        .col_expr(photo::Column::Attached, Expr::value(true))
        .filter(photo::Column::Id.is_in(wanted.iter().copied()))
        .filter(owner.map_or(photo::Column::OwnerId.is_null(), |owner| {
            photo::Column::OwnerId.eq(owner)
        }))
        .filter(photo::Column::RemovingAt.is_null())
        .exec(connection)
        .await?;
    if taken.rows_affected != wanted.len() as u64 {
        return Err(Refused::Unknown.into());
    }
    let found = photo::Entity::find()
        .filter(photo::Column::Id.is_in(wanted))
        .all(connection)
        .await?;
    let rows = found.iter().map(|photo| order_photo::ActiveModel {
        order_id: Set(order),
        photo_id: Set(photo.id),
        role: Set(role.unwrap_or(photo.role)),
        round: Set(round),
        flags: Set(flags(photo, report).into()),
        added_by: Set(Some(by)),
        added_at: Set(now),
    });
    order_photo::Entity::insert_many(rows)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// # Errors
/// `photo_unknown` (422) unless the photo is this person's upload.
pub async fn require_own(connection: &impl ConnectionTrait, owner: PersonId, id: PhotoId) -> Result<()> {
    let own = photo::Entity::find_by_id(id)
        .filter(photo::Column::OwnerId.eq(owner))
        .filter(photo::Column::RemovingAt.is_null())
        .one(connection)
        .await?;
    own.map(|_| ()).ok_or_else(|| Refused::Unknown.into())
}

/// Keeps the owner's photo from the clean-up although no report lists it: the poster of a video. `false` if it is gone.
pub async fn keep(connection: &impl ConnectionTrait, owner: PersonId, id: PhotoId) -> Result<bool> {
    let kept = photo::Entity::update_many()
        .col_expr(photo::Column::Attached, Expr::value(true))
        .filter(photo::Column::Id.eq(id))
        .filter(photo::Column::OwnerId.eq(owner))
        .filter(photo::Column::RemovingAt.is_null())
        .exec(connection)
        .await?;
    Ok(kept.rows_affected > 0)
}

#[cfg(test)]
mod tests {
    use entity::kinds::PhotoRole;

    use super::*;

    fn photo(longitude: f64, taken_at: &str) -> photo::Model {
        photo::Model {
            id: PhotoId::generate(),
            owner_id: None,
            sha256: String::new(),
            media_type: "image/jpeg".to_owned(),
            byte_size: 1,
            width: 1,
            height: 1,
            role: PhotoRole::Before,
            taken_at: Some(taken_at.parse().unwrap()),
            longitude: Some(longitude),
            latitude: Some(34.6),
            exif_taken_at: None,
            exif_longitude: None,
            exif_latitude: None,
            claimed_taken_at: None,
            claimed_longitude: None,
            claimed_latitude: None,
            given_datum: None,
            source: None,
            flags: serde_json::json!([]),
            perceptual_hash: 0,
            original_key: String::new(),
            large_key: String::new(),
            thumb_key: String::new(),
            attached: false,
            removing_at: None,
            created_at: taken_at.parse().unwrap(),
        }
    }

    #[test]
    fn far_away_and_long_ago_are_flagged_and_not_refused() {
        let report = SubmissionContext {
            place: Some(Wgs84 {
                longitude: 112.4,
                latitude: 34.6,
            }),
            at: Some("2025-09-15T08:00:00Z".parse().unwrap()),
        };
        // 0.005° of longitude are 458 m here, 0.006° are 549 m.
        assert!(flags(&photo(112.405, "2025-09-14T08:00:00Z"), report).is_empty());
        assert_eq!(
            flags(&photo(112.406, "2025-09-14T07:59:00Z"), report),
            ["taken_far_away", "taken_long_ago"]
        );
        assert!(
            flags(
                &photo(112.9, "2020-01-01T00:00:00Z"),
                SubmissionContext::default()
            )
            .is_empty()
        );
    }
}

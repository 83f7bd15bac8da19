//! Counties that see photos of other counties' orders, because a document with the photos was sent to them.

use entity::ids::PhotoId;
use entity::photo_reader;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait as _, ConnectionTrait, EntityTrait, IntoActiveModel as _};

use crate::error::Result;

/// Shows the photos to the committee of a county, inside the transaction that sends them. Idempotent.
pub async fn admit(connection: &impl ConnectionTrait, area: &str, photos: &[PhotoId]) -> Result<()> {
    use photo_reader::Column as C;
    let row = |photo: &PhotoId| photo_reader::Model {
        photo_id: *photo,
        area_code: area.to_owned(),
    };
    let rows = photos
        .iter()
        .map(|photo| row(photo).into_active_model().reset_all());
    photo_reader::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([C::PhotoId, C::AreaCode])
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Whether a photo was sent to a county.
pub async fn is_admitted(connection: &impl ConnectionTrait, area: &str, photo: PhotoId) -> Result<bool> {
    let row = photo_reader::Entity::find_by_id((photo, area.to_owned()));
    Ok(row.one(connection).await?.is_some())
}

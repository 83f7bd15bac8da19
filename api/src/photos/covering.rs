//! Covering faces and plates: the derivatives are made anew, the original stays as it was sent.

use bytes::Bytes;
use entity::ids::PhotoId;
use entity::photo;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::objects::client::ObjectStore;
use crate::photos::intake::Refused;
use crate::photos::permits::PhotoPermits;
use crate::photos::store;
use pixels::Rectangle;

/// More parts than this are another picture.
const MAX_PARTS: usize = 50;
/// Hexadecimal digits that tell one covered version from another.
const DIGITS: usize = 16;

/// Derivatives that are stored and not shown yet.
pub struct Covered {
    sha256: String,
    /// The derivative that was covered: another covering in between must not be lost.
    from: String,
    large: String,
    thumb: String,
}

pub fn check(parts: &[Rectangle]) -> Result<()> {
    let detail = match parts.len() {
        0 => "请在照片上框选要遮挡的部分。",
        count if count > MAX_PARTS => "一次最多遮挡 50 处。",
        _ if parts.iter().all(Rectangle::is_sound) => return Ok(()),
        _ => "遮挡的部分应在照片以内。",
    };
    Err(Error::invalid(vec![FieldError::new(
        "rectangles",
        "bad_rectangles",
        detail,
    )]))
}

/// Makes and stores the covered derivatives.
pub async fn prepare(app: &App, id: PhotoId, parts: Vec<Rectangle>) -> Result<Covered> {
    let photo = store::by_ids(&app.db, &[id]).await?.pop();
    let photo = photo.ok_or_else(Error::not_found)?;
    let bytes = app.state::<ObjectStore>().get(&photo.large_key).await?;
    let place = app.state::<PhotoPermits>().decode().await?;
    let work = move || {
        let _held = place;
        pixels::cover(&bytes, &parts)
    };
    let (large, thumb) = tokio::task::spawn_blocking(work)
        .await
        .map_err(anyhow::Error::from)?
        .map_err(Refused::from)?;
    let mut version = hex::encode(Sha256::digest(&large));
    version.truncate(DIGITS);
    let folder = photo.sha256.get(..2).unwrap_or("00");
    let key = |kind: &str| format!("{kind}/{folder}/{}-{version}", photo.sha256);
    let covered = Covered {
        from: photo.large_key.clone(),
        large: key("large"),
        thumb: key("thumb"),
        sha256: photo.sha256.clone(),
    };
    tokio::try_join!(
        app.state::<ObjectStore>()
            .put(&covered.large, Bytes::from(large), "image/jpeg"),
        app.state::<ObjectStore>()
            .put(&covered.thumb, Bytes::from(thumb), "image/jpeg"),
    )?;
    Ok(covered)
}

/// Shows the covered derivatives from now on, wherever the same picture was sent. `false` if it was covered meanwhile.
pub async fn apply(txn: &impl ConnectionTrait, covered: &Covered) -> Result<bool> {
    let updated = photo::Entity::update_many()
        .col_expr(photo::Column::LargeKey, Expr::value(covered.large.as_str()))
        .col_expr(photo::Column::ThumbKey, Expr::value(covered.thumb.as_str()))
        .filter(photo::Column::Sha256.eq(covered.sha256.as_str()))
        .filter(photo::Column::LargeKey.eq(covered.from.as_str()))
        .exec(txn)
        .await?;
    Ok(updated.rows_affected > 0)
}

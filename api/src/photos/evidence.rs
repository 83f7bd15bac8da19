//! Photos that belong to something other than an order: an activity, a measure, an inspection. Kept from the clean-up,
//! and shown by the page of what they belong to.

use std::collections::{BTreeSet, HashMap};

use entity::ids::{PersonId, PhotoId};
use entity::photo;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::Serialize;

use crate::app::App;
use crate::error::Result;
use crate::photos::attach::Refused;
use crate::photos::limits::MAX_EVIDENCE_PHOTOS;
use crate::photos::service::links;

/// A photo as the page of its evidence shows it; the links expire after an hour.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct EvidencePhoto {
    pub id: PhotoId,
    pub large: String,
    pub thumb: String,
}

/// Keeps the owner's photos from the clean-up, inside the transaction that refers to them.
///
/// # Errors
/// `photo_unknown` (422) if one is not the owner's or was removed, `too_many_photos` (422) above 20.
pub async fn keep(connection: &impl ConnectionTrait, owner: PersonId, photos: &[PhotoId]) -> Result<()> {
    let wanted: BTreeSet<PhotoId> = photos.iter().copied().collect();
    if wanted.is_empty() {
        return Ok(());
    }
    if wanted.len() > MAX_EVIDENCE_PHOTOS {
        return Err(Refused::TooMany.into());
    }
    let kept = photo::Entity::update_many()
        .col_expr(photo::Column::Attached, Expr::value(true))
        .filter(photo::Column::Id.is_in(wanted.iter().copied()))
        .filter(photo::Column::OwnerId.eq(owner))
        .filter(photo::Column::RemovingAt.is_null())
        .exec(connection)
        .await?;
    if kept.rows_affected == wanted.len() as u64 {
        Ok(())
    } else {
        Err(Refused::Unknown.into())
    }
}

/// Loads links of photos, in one query. Photos that were removed are left out.
pub async fn by_id(app: &App, ids: Vec<PhotoId>) -> Result<HashMap<PhotoId, EvidencePhoto>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = photo::Entity::find()
        .filter(photo::Column::Id.is_in(ids))
        .all(&app.db)
        .await?;
    let mut found = HashMap::new();
    for row in rows {
        let (large, thumb) = links(app, &row).await?;
        let id = row.id;
        found.insert(id, EvidencePhoto { id, large, thumb });
    }
    Ok(found)
}

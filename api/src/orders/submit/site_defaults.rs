//! Defaults that a report takes from the scanned site.

use entity::ids::UnitId;
use entity::site;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::error::{Error, FieldError, Result};
use places::datum::Wgs84;

/// Returns the site with this code, if one is given. An unknown code is refused.
pub async fn site(db: &impl ConnectionTrait, code: Option<&str>) -> Result<Option<site::Model>> {
    let Some(code) = code.map(str::trim).filter(|code| !code.is_empty()) else {
        return Ok(None);
    };
    let found = site::Entity::find()
        .filter(site::Column::Code.eq(code))
        .filter(site::Column::Active.eq(true))
        .one(db)
        .await?;
    let unknown = || {
        Error::invalid(vec![FieldError::new(
            "site_code",
            "unknown_site",
            "没有这个点位，请重新扫码。",
        )])
    };
    found.map(Some).ok_or_else(unknown)
}

/// Returns the site's unit, unless the matter is of another category than the site.
#[must_use]
pub fn unit_of(site: &site::Model, category: Option<&str>) -> Option<UnitId> {
    let fits = site.category_code.is_none() || site.category_code.as_deref() == category;
    site.unit_id.filter(|_| fits)
}

#[must_use]
pub fn point_of(site: &site::Model) -> Wgs84 {
    Wgs84 {
        longitude: site.longitude,
        latitude: site.latitude,
    }
}

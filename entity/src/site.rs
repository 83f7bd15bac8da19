//! 扫码点位: a printed code at a place.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, SiteId, UnitId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SiteId,
    pub code: String,
    pub name: String,
    pub kind: String,
    /// WGS-84 degrees.
    pub longitude: f64,
    pub latitude: f64,
    pub area_code: Option<String>,
    pub township_code: Option<String>,
    pub category_code: Option<String>,
    pub unit_id: Option<UnitId>,
    pub address: Option<String>,
    pub active: bool,
    pub created_by: Option<PersonId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! 催办 with a note.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, UnitId, UrgeId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "urge")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UrgeId,
    pub order_id: OrderId,
    pub unit_id: Option<UnitId>,
    /// `None` if the yellow light urged automatically.
    pub person_id: Option<PersonId>,
    #[sea_orm(column_type = "Text")]
    pub note: String,
    pub phoned: bool,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

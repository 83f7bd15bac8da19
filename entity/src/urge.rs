//! 催办 with a note.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, UnitId, UrgeId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "urge")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UrgeId,
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// The unit that it concerns.
    pub unit_id: Option<UnitId>,
    /// `None` if the yellow light urged automatically.
    pub person_id: Option<PersonId>,
    /// The remark of the person who acted.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// Whether the unit was also called.
    pub phoned: bool,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

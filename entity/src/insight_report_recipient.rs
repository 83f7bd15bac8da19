//! To whom a report was sent.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, ReportId};
use crate::kinds::RecipientKind;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "insight_report_recipient")]
pub struct Model {
    /// The report that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub report_id: ReportId,
    /// The kind of the row.
    pub kind: RecipientKind,
    /// County-level code, or the name of a committee: no two recipients have one name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Sent by.
    pub sent_by: PersonId,
    /// When it was sent.
    pub sent_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

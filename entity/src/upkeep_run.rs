//! One run of scheduled maintenance.

use sea_orm::entity::prelude::*;

use crate::ids::UpkeepRunId;
use crate::kinds::UpkeepKind;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "upkeep_run")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UpkeepRunId,
    /// The kind of the row.
    pub kind: UpkeepKind,
    /// When it was started.
    pub started_at: DateTimeUtc,
    /// `None` while it runs, and if its process was killed.
    pub finished_at: Option<DateTimeUtc>,
    /// Succeeded.
    pub succeeded: bool,
    /// Rows deleted or the file written, else why it failed; for administrators.
    #[sea_orm(column_type = "Text")]
    pub detail: String,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

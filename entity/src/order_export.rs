//! A list of orders as a file, too long to be made while somebody waits.

use sea_orm::entity::prelude::*;

use crate::ids::{ExportId, PersonId};
use crate::kinds::{ExportFormat, ExportStatus};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_export")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExportId,
    pub person_id: PersonId,
    pub format: ExportFormat,
    /// The list's address after the question mark.
    #[sea_orm(column_type = "Text")]
    pub address: String,
    /// The same, read.
    pub query: Json,
    /// Of format and address: one person has one unfinished file of each.
    pub asked_hash: String,
    /// What the person might see when he asked; with other rights he gets nothing of it.
    pub sight: String,
    pub status: ExportStatus,
    /// Orders that the list had when it was asked for.
    pub total: i64,
    /// Orders read so far.
    pub done: i64,
    /// Where the reading of the list stands.
    #[sea_orm(column_type = "Text", nullable)]
    pub cursor: Option<String>,
    /// Keys of the objects that hold the rows, in order; of the file itself once it is ready.
    pub pieces: Json,
    pub asked_at: DateTimeUtc,
    pub ready_at: Option<DateTimeUtc>,
    /// When it is removed.
    pub expires_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! An export of a list of orders that is too long for one response.

use sea_orm::entity::prelude::*;

use crate::ids::{ExportId, PersonId};
use crate::kinds::{ExportFormat, ExportStatus};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_export")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExportId,
    /// The person that it belongs to.
    pub person_id: PersonId,
    /// The format of the file.
    pub format: ExportFormat,
    /// The query string of the list.
    #[sea_orm(column_type = "Text")]
    pub address: String,
    /// The parsed filter.
    pub query: Json,
    /// Hash of format and query string: a person has at most one unfinished file of each.
    pub asked_hash: String,
    /// The rights of the person at the time of the request. With other rights the file is not delivered.
    pub sight: String,
    /// The present state.
    pub status: ExportStatus,
    /// Number of orders at the time of the request.
    pub total: i64,
    /// Orders read so far.
    pub done: i64,
    /// The cursor of the next page.
    #[sea_orm(column_type = "Text", nullable)]
    pub cursor: Option<String>,
    /// Keys of the objects with the rows, in order; the key of the file once it is ready.
    pub pieces: Json,
    /// When it was requested.
    pub asked_at: DateTimeUtc,
    /// When it was ready. `None` while it is being made.
    pub ready_at: Option<DateTimeUtc>,
    /// Time of deletion.
    pub expires_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

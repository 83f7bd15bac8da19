//! A signed checkpoint of the Merkle tree, as it was sent out.

use sea_orm::entity::prelude::*;

use crate::kinds::{CheckpointMail, CheckpointReason};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_checkpoint")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Leaves of the tree.
    pub size: i64,
    /// Hexadecimal.
    pub root: String,
    /// Why it was made.
    pub reason: CheckpointReason,
    /// When it happened.
    pub at: DateTimeUtc,
    /// The signed note.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// The RFC 3161 response over the note, if a timestamp authority is configured.
    pub timestamp_token: Option<Vec<u8>>,
    /// Outcome of the mail to the committee; `None` if none was sent yet.
    pub mail: Option<CheckpointMail>,
    /// The mail server's reply code, or why it was not reached.
    pub mail_code: Option<String>,
    /// When the mail was last tried.
    pub mail_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

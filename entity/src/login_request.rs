//! A console sign-in page that waits for a scan of its code, or an admin's one-time link.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;
use crate::kinds::LoginRequestKind;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "login_request")]
pub struct Model {
    /// Hash of the code in the link or the QR code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code_hash: String,
    /// The kind of the row.
    pub kind: LoginRequestKind,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// From when on it is no longer valid.
    pub expires_at: DateTimeUtc,
    /// Browser and address of the console, shown on the phone.
    pub origin: Option<String>,
    /// The person who confirmed the sign-in.
    pub approved_by: Option<PersonId>,
    /// When it was confirmed.
    pub approved_at: Option<DateTimeUtc>,
    /// When it was used. `None` while it is unused.
    pub used_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

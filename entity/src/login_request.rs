//! A console sign-in page that waits for a scan of its code, or an admin's one-time link.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;
use crate::kinds::LoginRequestKind;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "login_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code_hash: String,
    pub kind: LoginRequestKind,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    /// Browser and address of the console, shown on the phone.
    pub origin: Option<String>,
    pub approved_by: Option<PersonId>,
    pub approved_at: Option<DateTimeUtc>,
    pub used_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

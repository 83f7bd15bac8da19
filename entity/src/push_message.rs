//! A push from WeChat, stored before the response.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "push_message")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Equal for repeated pushes of one event.
    pub dedupe_key: String,
    /// The decrypted fields as JSON.
    pub payload: Json,
    /// When it arrived.
    pub received_at: DateTimeUtc,
    /// When it was handled. `None` while it waits.
    pub handled_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! Calendar feeds: deadlines of a unit or a committee under a secret address that can be revoked.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("calendar_feed")
            .col(uuid("id").primary_key())
            .col(string_len("token_hash", 64).unique_key())
            .col(uuid_null("unit_id"))
            .col(string_len_null("committee", 60))
            .col(uuid("created_by"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("revoked_at"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["calendar_feed"]).await
    }
}

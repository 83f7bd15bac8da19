//! Scheduled maintenance: what ran when, and with which result.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("upkeep_run")
            .col(uuid("id").primary_key())
            .col(string_len("kind", 16))
            .col(timestamp_with_time_zone("started_at"))
            .col(timestamp_with_time_zone_null("finished_at"))
            .col(boolean("succeeded"))
            .col(text("detail"))
            .to_owned();
        manager.create_table(table).await?;
        crate::indexes(
            manager,
            &["CREATE INDEX upkeep_run_by_kind ON upkeep_run (kind, started_at)"],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["upkeep_run"]).await
    }
}

//! The position of the log at the last write of each person: what a replica must have replayed to answer them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("last_write")
            .col(uuid("person_id").primary_key())
            .col(big_integer("lsn"))
            .col(timestamp_with_time_zone("written_at"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["last_write"]).await
    }
}

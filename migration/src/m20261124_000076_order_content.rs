//! Whether other delegates may read what a delegate wrote.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Earlier reports were published without a check.
        let table = Table::alter()
            .table("orders")
            .add_column(string_len("content_check", 32).default("pass"))
            .to_owned();
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("orders")
            .drop_column("content_check")
            .to_owned();
        manager.alter_table(table).await
    }
}

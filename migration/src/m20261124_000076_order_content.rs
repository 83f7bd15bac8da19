//! Whether others than those who handle an order may read what its delegate wrote.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What was reported before there was a check has been read by others already.
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

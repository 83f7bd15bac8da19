//! The rules by which a search assigned orders to kinds, so that changed rules apply to earlier orders too.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let change = Table::alter()
            .table("insight_run")
            .add_column(string_len_null("kind_rules", 64))
            .to_owned();
        manager.alter_table(change).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let change = Table::alter()
            .table("insight_run")
            .drop_column("kind_rules")
            .to_owned();
        manager.alter_table(change).await
    }
}

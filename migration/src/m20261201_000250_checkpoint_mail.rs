//! Outcome of the mail with a checkpoint.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "audit_checkpoint";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            string_len_null("mail", 32),
            string_len_null("mail_code", 16),
            timestamp_with_time_zone_null("mail_at"),
        ] {
            let table = Table::alter().table(TABLE).add_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["mail_at", "mail_code", "mail"] {
            let table = Table::alter().table(TABLE).drop_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

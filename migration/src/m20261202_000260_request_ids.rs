//! The id of the request that caused a job, a push or a webhook's delivery, so that one id finds all of them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// On PostgreSQL the partitions of `webhook_delivery`, if there are any, get the column with it.
const TABLES: [&str; 4] = ["job", "delivery", "outbound_event", "webhook_delivery"];
const COLUMN: &str = "request_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let column = string_len_null(COLUMN, 64);
            let table = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let table = Table::alter().table(table).drop_column(COLUMN).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

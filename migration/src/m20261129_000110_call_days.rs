//! When a manual follow-up was last tried, and on how many working days.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for column in [
            timestamp_with_time_zone_null("called_at"),
            integer("call_days").default(0).take(),
        ] {
            let table = Table::alter().table("follow_up").add_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["call_days", "called_at"] {
            let table = Table::alter().table("follow_up").drop_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

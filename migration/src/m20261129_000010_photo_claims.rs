//! Columns for the sender's statements about a photo, beside those of its file.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for column in [
            timestamp_with_time_zone_null("claimed_taken_at"),
            double_null("claimed_longitude"),
            double_null("claimed_latitude"),
            string_len_null("source", 32),
        ] {
            let table = Table::alter().table("photo").add_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            "source",
            "claimed_latitude",
            "claimed_longitude",
            "claimed_taken_at",
        ] {
            let table = Table::alter().table("photo").drop_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

//! The delegate to whom a resident's message was handed over, by whom and why.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEX: &str =
    r#"CREATE INDEX "ix_site_message_handed_to" ON "site_message" ("handed_to", "created_at")"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for column in [
            uuid_null("handed_to"),
            uuid_null("handed_by"),
            text_null("hand_over_note"),
            timestamp_with_time_zone_null("handed_at"),
        ] {
            let table = Table::alter().table("site_message").add_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        manager.get_connection().execute_unprepared(INDEX).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = r#"DROP INDEX "ix_site_message_handed_to""#;
        manager.get_connection().execute_unprepared(index).await?;
        for column in ["handed_at", "hand_over_note", "handed_by", "handed_to"] {
            let table = Table::alter()
                .table("site_message")
                .drop_column(column)
                .to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

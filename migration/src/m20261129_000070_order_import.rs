//! Orders of an earlier system that came in by import: one row per file, and the mark on each order.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("order_import")
            .col(big_pk_auto("id"))
            .col(string_len("file_name", 255))
            .col(string_len("file_hash", 64).unique_key().to_owned())
            .col(integer("orders"))
            .col(timestamp_with_time_zone("first_at"))
            .col(uuid_null("imported_by"))
            .col(timestamp_with_time_zone("imported_at"))
            .to_owned();
        manager.create_table(table).await?;
        manager
            .alter_table(
                Table::alter()
                    .table("orders")
                    .add_column(big_integer_null("import_id"))
                    .to_owned(),
            )
            .await?;
        // Other platforms' numbers are longer than this product's own; SQLite does not enforce the length.
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("ALTER TABLE orders ALTER COLUMN number TYPE varchar(40)")
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("orders").drop_column("import_id").to_owned())
            .await?;
        crate::drop_tables(manager, &["order_import"]).await
    }
}

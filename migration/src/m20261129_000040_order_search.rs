//! The index of words of orders: FTS5 on SQLite, GIN over `tsvector` on PostgreSQL. Both hold terms that the product makes
//! (pairs of neighbouring characters), so both find the same.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &[
                "CREATE TABLE order_text (order_id uuid PRIMARY KEY, terms tsvector NOT NULL)",
                "CREATE INDEX order_text_terms ON order_text USING gin (terms)",
            ],
            _ => &[
                "CREATE TABLE order_text (seq integer PRIMARY KEY, order_id uuid_text NOT NULL UNIQUE)",
                "CREATE VIRTUAL TABLE order_search USING fts5(terms, content='', detail=none, columnsize=0)",
            ],
        };
        crate::indexes(manager, statements).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &["DROP TABLE order_text"],
            _ => &["DROP TABLE order_search", "DROP TABLE order_text"],
        };
        crate::indexes(manager, statements).await
    }
}

//! On SQLite, the letters of an order beside its place in the index of words: words that many orders have are looked for there,
//! from the newest order on. The product fills both tables again at its next start.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

const DROP: [&str; 2] = ["DROP TABLE order_search", "DROP TABLE order_text"];
const SEARCH: &str =
    "CREATE VIRTUAL TABLE order_search USING fts5(terms, content='', detail=none, columnsize=0)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let text = "CREATE TABLE order_text (seq integer PRIMARY KEY, order_id uuid_text NOT NULL UNIQUE, letters text NOT NULL)";
        replace(manager, text).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let text = "CREATE TABLE order_text (seq integer PRIMARY KEY, order_id uuid_text NOT NULL UNIQUE)";
        replace(manager, text).await
    }
}

async fn replace(manager: &SchemaManager<'_>, text: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        return Ok(());
    }
    crate::indexes(manager, &[DROP[0], DROP[1], text, SEARCH]).await
}

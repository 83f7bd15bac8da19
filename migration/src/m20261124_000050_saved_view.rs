//! A person's saved filters of the order list in the console.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("saved_view")
            .col(uuid("person_id"))
            .col(text("name"))
            .col(text("query"))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("person_id").col("name"))
            .foreign_key(
                ForeignKey::create()
                    .from("saved_view", "person_id")
                    .to("person", "id"),
            )
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["saved_view"]).await
    }
}

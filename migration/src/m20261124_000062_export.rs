//! Exports of order lists, written in the background.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("order_export")
            .col(uuid("id").primary_key())
            .col(uuid("person_id"))
            .col(string_len("format", 32))
            .col(text("address"))
            .col(json_binary("query"))
            .col(string_len("asked_hash", 64))
            .col(text("sight"))
            .col(string_len("status", 32))
            .col(big_integer("total"))
            .col(big_integer("done"))
            .col(text_null("cursor"))
            .col(json_binary("pieces"))
            .col(timestamp_with_time_zone("asked_at"))
            .col(timestamp_with_time_zone_null("ready_at"))
            .col(timestamp_with_time_zone_null("expires_at"))
            .foreign_key(
                ForeignKey::create()
                    .from("order_export", "person_id")
                    .to("person", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["order_export"]).await
    }
}

const INDEXES: &[&str] = &[
    "CREATE INDEX order_export_person ON order_export (person_id, id)",
    "CREATE UNIQUE INDEX order_export_going ON order_export (person_id, asked_hash) WHERE status IN ('reading', 'binding')",
];

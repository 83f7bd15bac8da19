//! Sites, residents' messages and uploads.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        site(manager).await?;
        site_delegate(manager).await?;
        site_message(manager).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["site_message", "site_delegate", "site"]).await
    }
}

async fn site(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("site")
        .col(uuid("id").primary_key())
        .col(string_len("code", 32).unique_key().to_owned())
        .col(string_len("name", 128))
        .col(string_len("kind", 32))
        .col(double("longitude"))
        .col(double("latitude"))
        .col(string_len_null("area_code", 16))
        .col(string_len_null("township_code", 16))
        .col(string_len_null("category_code", 16))
        .col(uuid_null("unit_id"))
        .col(string_len_null("address", 256))
        .col(boolean("active"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(ForeignKey::create().from("site", "unit_id").to("unit", "id"))
        .foreign_key(ForeignKey::create().from("site", "created_by").to("person", "id"))
        .to_owned();
    manager.create_table(table).await
}

async fn site_delegate(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("site_delegate")
        .col(uuid("site_id"))
        .col(uuid("person_id"))
        .primary_key(Index::create().col("site_id").col("person_id"))
        .foreign_key(
            ForeignKey::create()
                .from("site_delegate", "site_id")
                .to("site", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("site_delegate", "person_id")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn site_message(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("site_message")
        .col(uuid("id").primary_key())
        .col(uuid("site_id"))
        .col(text("text"))
        .col(blob_null("contact_sealed"))
        .col(string_len("receipt_hash", 64).unique_key().to_owned())
        .col(string_len("device_hash", 64))
        .col(string_len("status", 32))
        .col(text_null("answer"))
        .col(uuid_null("order_id"))
        .col(uuid_null("handled_by"))
        .col(json_binary("photo_ids"))
        .col(string_len("content_check", 32))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("handled_at"))
        .foreign_key(
            ForeignKey::create()
                .from("site_message", "site_id")
                .to("site", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("site_message", "handled_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE INDEX site_message_site ON site_message (site_id, created_at)",
    "CREATE INDEX site_message_device ON site_message (device_hash, created_at)",
];

//! Photos.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        photo(manager).await?;
        order_photo(manager).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["order_photo", "photo"]).await
    }
}

async fn photo(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("photo")
        .col(uuid("id").primary_key())
        .col(uuid_null("owner_id"))
        .col(string_len("sha256", 64))
        .col(string_len("media_type", 32))
        .col(big_integer("byte_size"))
        .col(integer("width"))
        .col(integer("height"))
        .col(string_len("role", 32))
        .col(timestamp_with_time_zone_null("taken_at"))
        .col(double_null("longitude"))
        .col(double_null("latitude"))
        .col(timestamp_with_time_zone_null("exif_taken_at"))
        .col(double_null("exif_longitude"))
        .col(double_null("exif_latitude"))
        .col(string_len_null("given_datum", 32))
        .col(json_binary("flags"))
        .col(big_integer("perceptual_hash"))
        .col(string_len("original_key", 128))
        .col(string_len("large_key", 128))
        .col(string_len("thumb_key", 128))
        .col(boolean("attached"))
        .col(timestamp_with_time_zone_null("removing_at"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(ForeignKey::create().from("photo", "owner_id").to("person", "id"))
        .to_owned();
    manager.create_table(table).await
}

async fn order_photo(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("order_photo")
        .col(uuid("order_id"))
        .col(uuid("photo_id"))
        .col(string_len("role", 32))
        .col(integer("round"))
        .col(json_binary("flags"))
        .col(uuid_null("added_by"))
        .col(timestamp_with_time_zone("added_at"))
        .primary_key(Index::create().col("order_id").col("photo_id"))
        .foreign_key(
            ForeignKey::create()
                .from("order_photo", "order_id")
                .to("orders", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("order_photo", "photo_id")
                .to("photo", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("order_photo", "added_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX photo_owner ON photo (owner_id, sha256) WHERE owner_id IS NOT NULL",
    "CREATE INDEX photo_sha256 ON photo (sha256)",
    "CREATE INDEX photo_orphan ON photo (created_at) WHERE NOT attached",
    "CREATE INDEX photo_look ON photo (perceptual_hash)",
    "CREATE INDEX order_photo_photo ON order_photo (photo_id)",
];

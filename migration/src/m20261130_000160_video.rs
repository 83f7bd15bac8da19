//! Short videos of reports: one order has at most one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        video(manager).await?;
        crate::indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["video"]).await
    }
}

async fn video(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let reference = |column: &'static str, to: &'static str| {
        ForeignKey::create().from("video", column).to(to, "id").to_owned()
    };
    let table = Table::create()
        .table("video")
        .col(uuid("id").primary_key())
        .col(uuid("owner_id"))
        .col(string_len("sha256", 64))
        .col(string_len("media_type", 32))
        .col(big_integer("byte_size"))
        .col(integer("duration_ms"))
        .col(integer("width"))
        .col(integer("height"))
        .col(uuid_null("poster_id"))
        .col(string_len("object_key", 128))
        .col(uuid_null("order_id"))
        .col(string_len("review", 32))
        .col(timestamp_with_time_zone_null("removing_at"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut reference("owner_id", "person"))
        .foreign_key(&mut reference("order_id", "orders"))
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX video_order ON video (order_id) WHERE order_id IS NOT NULL",
    "CREATE INDEX video_owner ON video (owner_id)",
];

//! Inbox, pushes and consents.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        notice(manager).await?;
        delivery(manager).await?;
        subscription(manager).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["subscription", "delivery", "notice"]).await
    }
}

async fn notice(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("notice")
        .col(uuid("id").primary_key())
        .col(uuid("person_id"))
        .col(uuid_null("order_id"))
        .col(string_len("event", 48))
        .col(string_len("title", 64))
        .col(text("body"))
        .col(json_binary("data"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("read_at"))
        .foreign_key(
            ForeignKey::create()
                .from("notice", "person_id")
                .to("person", "id"),
        )
        .foreign_key(ForeignKey::create().from("notice", "order_id").to("orders", "id"))
        .to_owned();
    manager.create_table(table).await
}

async fn delivery(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("delivery")
        .col(uuid("id").primary_key())
        .col(uuid("notice_id"))
        .col(uuid("person_id"))
        .col(string_len("template_key", 48))
        .col(string_len("page", 256))
        .col(json_binary("data"))
        .col(string_len("status", 32))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone_null("next_at"))
        .col(timestamp_with_time_zone_null("leased_until"))
        .col(integer_null("errcode"))
        .col(string_len_null("message_id", 32))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("settled_at"))
        .foreign_key(
            ForeignKey::create()
                .from("delivery", "notice_id")
                .to("notice", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("delivery", "person_id")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn subscription(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("subscription")
        .col(uuid("person_id"))
        .col(string_len("template_key", 48))
        .col(integer("remaining"))
        .col(boolean("long_term"))
        .col(boolean("refused"))
        .col(timestamp_with_time_zone("updated_at"))
        .primary_key(Index::create().col("person_id").col("template_key"))
        .foreign_key(
            ForeignKey::create()
                .from("subscription", "person_id")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE INDEX notice_person ON notice (person_id, created_at, id)",
    "CREATE INDEX notice_unread ON notice (person_id) WHERE read_at IS NULL",
    "CREATE UNIQUE INDEX delivery_notice ON delivery (notice_id, template_key)",
    "CREATE INDEX delivery_due ON delivery (next_at) WHERE next_at IS NOT NULL",
    "CREATE INDEX delivery_unsettled ON delivery (person_id, template_key, status)",
];

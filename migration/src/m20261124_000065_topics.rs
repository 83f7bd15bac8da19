//! Hot topics with their orders, areas and history, counts per day, and the searches that found them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        topic(manager).await?;
        parts(manager).await?;
        topic_event(manager).await?;
        runs(manager).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(
            manager,
            &[
                "insight_run",
                "insight_day",
                "topic_event",
                "topic_area",
                "topic_order",
                "topic",
            ],
        )
        .await
    }
}

const INDEXES: &[&str] = &[
    "CREATE INDEX topic_by_strength ON topic (recent, id)",
    "CREATE INDEX topic_order_by_order ON topic_order (order_id)",
    "CREATE INDEX topic_event_by_topic ON topic_event (topic_id, id)",
];

async fn topic(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("topic")
        .col(uuid("id").primary_key())
        .col(string_len("origin", 32))
        .col(string_len("title", 256))
        .col(uuid_null("titled_by"))
        .col(json_binary("keywords"))
        .col(string_len_null("kind", 64))
        .col(uuid_null("sorted_by"))
        .col(string_len_null("category_code", 16))
        .col(string_len("status", 32))
        .col(integer("orders"))
        .col(integer("delegates"))
        .col(integer("recent"))
        .col(integer("before"))
        .col(double("expected"))
        .col(double("p_value"))
        .col(integer("window_days"))
        .col(timestamp_with_time_zone("first_at"))
        .col(timestamp_with_time_zone("last_at"))
        .col(timestamp_with_time_zone_null("crossed_at"))
        .col(timestamp_with_time_zone_null("dismissed_at"))
        .col(boolean("pinned"))
        .col(uuid_null("merged_into"))
        .col(uuid_null("campaign_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(ForeignKey::create().from("topic", "titled_by").to("person", "id"))
        .foreign_key(ForeignKey::create().from("topic", "sorted_by").to("person", "id"))
        .foreign_key(
            ForeignKey::create()
                .from("topic", "campaign_id")
                .to("campaign", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn parts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let orders = Table::create()
        .table("topic_order")
        .col(uuid("topic_id"))
        .col(uuid("order_id"))
        .primary_key(Index::create().col("topic_id").col("order_id"))
        .foreign_key(
            ForeignKey::create()
                .from("topic_order", "topic_id")
                .to("topic", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("topic_order", "order_id")
                .to("orders", "id"),
        )
        .to_owned();
    manager.create_table(orders).await?;
    let areas = Table::create()
        .table("topic_area")
        .col(uuid("topic_id"))
        .col(string_len("area_code", 16))
        .col(integer("orders"))
        .primary_key(Index::create().col("topic_id").col("area_code"))
        .foreign_key(
            ForeignKey::create()
                .from("topic_area", "topic_id")
                .to("topic", "id"),
        )
        .to_owned();
    manager.create_table(areas).await
}

async fn topic_event(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("topic_event")
        .col(big_pk_auto("id"))
        .col(uuid("topic_id"))
        .col(string_len("action", 32))
        .col(uuid_null("person_id"))
        .col(uuid_null("other_id"))
        .col(text_null("note"))
        .col(timestamp_with_time_zone("at"))
        .foreign_key(
            ForeignKey::create()
                .from("topic_event", "topic_id")
                .to("topic", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("topic_event", "person_id")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn runs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let days = Table::create()
        .table("insight_day")
        .col(date("day").primary_key())
        .col(json_binary("counts"))
        .to_owned();
    manager.create_table(days).await?;
    let runs = Table::create()
        .table("insight_run")
        .col(big_pk_auto("id"))
        .col(timestamp_with_time_zone("until"))
        .col(integer("orders"))
        .col(integer("topics"))
        .col(integer("crossed"))
        .to_owned();
    manager.create_table(runs).await
}

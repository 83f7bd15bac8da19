//! Urges, supervision orders and campaigns.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        urge(manager).await?;
        supervision_order(manager).await?;
        supervision_number(manager).await?;
        campaign(manager).await?;
        campaign_order(manager).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(
            manager,
            &[
                "campaign_order",
                "campaign",
                "supervision_number",
                "supervision_order",
                "urge",
            ],
        )
        .await
    }
}

async fn urge(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("urge")
        .col(uuid("id").primary_key())
        .col(uuid("order_id"))
        .col(uuid_null("unit_id"))
        .col(uuid_null("person_id"))
        .col(text("note"))
        .col(boolean("phoned"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(ForeignKey::create().from("urge", "order_id").to("orders", "id"))
        .foreign_key(ForeignKey::create().from("urge", "unit_id").to("unit", "id"))
        .foreign_key(ForeignKey::create().from("urge", "person_id").to("person", "id"))
        .to_owned();
    manager.create_table(table).await
}

async fn supervision_order(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("supervision_order")
        .col(uuid("id").primary_key())
        .col(string_len("number", 32).unique_key().to_owned())
        .col(uuid("order_id"))
        .col(integer("round"))
        .col(uuid("unit_id"))
        .col(string_len("level", 32))
        .col(text("requirement"))
        .col(uuid_null("issued_by"))
        .col(timestamp_with_time_zone("issued_at"))
        .col(timestamp_with_time_zone("due_at"))
        .col(text_null("answer"))
        .col(uuid_null("answered_by"))
        .col(timestamp_with_time_zone_null("answered_at"))
        .foreign_key(
            ForeignKey::create()
                .from("supervision_order", "order_id")
                .to("orders", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("supervision_order", "unit_id")
                .to("unit", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("supervision_order", "issued_by")
                .to("person", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("supervision_order", "answered_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn supervision_number(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("supervision_number")
        .col(integer("year").primary_key())
        .col(integer("next"))
        .to_owned();
    manager.create_table(table).await
}

async fn campaign(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("campaign")
        .col(uuid("id").primary_key())
        .col(string_len("title", 128))
        .col(string_len_null("kind", 64))
        .col(string_len_null("area_code", 16))
        .col(text("purpose"))
        .col(string_len("status", 32))
        .col(string_len_null("committee", 128))
        .col(text_null("findings"))
        .col(text_null("measures"))
        .col(text_null("outcome"))
        .col(json_binary("watch_list"))
        .col(uuid("opened_by"))
        .col(timestamp_with_time_zone("opened_at"))
        .col(uuid_null("closed_by"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .col(integer("version"))
        .foreign_key(
            ForeignKey::create()
                .from("campaign", "opened_by")
                .to("person", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("campaign", "closed_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn campaign_order(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("campaign_order")
        .col(uuid("campaign_id"))
        .col(uuid("order_id"))
        .col(uuid("added_by"))
        .col(timestamp_with_time_zone("added_at"))
        .primary_key(Index::create().col("campaign_id").col("order_id"))
        .foreign_key(
            ForeignKey::create()
                .from("campaign_order", "campaign_id")
                .to("campaign", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("campaign_order", "order_id")
                .to("orders", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("campaign_order", "added_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE INDEX urge_order ON urge (order_id, created_at)",
    "CREATE INDEX supervision_order_order ON supervision_order (order_id)",
    "CREATE INDEX supervision_order_open ON supervision_order (due_at) WHERE answered_at IS NULL",
    "CREATE INDEX campaign_area ON campaign (area_code, opened_at)",
    "CREATE INDEX campaign_order_order ON campaign_order (order_id)",
];

//! API clients, webhook endpoints, the outbox of events and their deliveries.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        api_client(manager).await?;
        webhook_endpoint(manager).await?;
        outbound_event(manager).await?;
        webhook_delivery(manager).await?;
        link_event(manager).await?;
        link_order(manager).await?;
        crate::indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "link_order",
            "link_event",
            "webhook_delivery",
            "outbound_event",
            "webhook_endpoint",
            "api_client",
        ];
        crate::drop_tables(manager, &tables).await
    }
}

async fn api_client(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("api_client")
        .col(uuid("id").primary_key())
        .col(uuid("person_id"))
        .col(string_len("name", 100))
        .col(json_binary("scopes"))
        .col(string_len("key_hash", 64).unique_key().to_owned())
        .col(string_len_null("previous_key_hash", 64))
        .col(timestamp_with_time_zone_null("previous_key_until"))
        .col(integer("requests_per_minute"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("expires_at"))
        .col(timestamp_with_time_zone_null("last_used_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .to_owned();
    manager.create_table(table).await
}

async fn webhook_endpoint(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("webhook_endpoint")
        .col(uuid("id").primary_key())
        .col(string_len("url", 500))
        .col(json_binary("events"))
        .col(string_len_null("description", 200))
        .col(boolean("include_personal_data"))
        .col(blob("secret_sealed"))
        .col(blob_null("previous_secret_sealed"))
        .col(timestamp_with_time_zone_null("previous_secret_until"))
        .col(boolean("active"))
        .col(string_len_null("disabled_reason", 64))
        .col(timestamp_with_time_zone_null("failing_since"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .to_owned();
    manager.create_table(table).await
}

async fn outbound_event(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("outbound_event")
        .col(big_pk_auto("id"))
        .col(string_len("event_type", 64))
        .col(uuid_null("order_id"))
        .col(json_binary("detail"))
        .col(timestamp_with_time_zone("at"))
        .to_owned();
    manager.create_table(table).await
}

async fn webhook_delivery(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("webhook_delivery")
        .col(uuid("id").primary_key())
        .col(uuid("endpoint_id"))
        .col(big_integer("sequence"))
        .col(uuid_null("order_id"))
        .col(string_len("event_type", 64))
        .col(text("body"))
        .col(string_len("status", 32))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone_null("next_at"))
        .col(integer_null("last_status"))
        .col(string_len_null("last_error", 200))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .to_owned();
    manager.create_table(table).await
}

async fn link_event(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("link_event")
        .col(uuid("client_id"))
        .col(string_len("event_id", 128))
        .col(string_len("body_hash", 64))
        .col(integer("answer_status"))
        .col(json_binary("answer"))
        .col(timestamp_with_time_zone("received_at"))
        .primary_key(Index::create().col("client_id").col("event_id"))
        .to_owned();
    manager.create_table(table).await
}

async fn link_order(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("link_order")
        .col(uuid("order_id").primary_key())
        .col(uuid("client_id"))
        .col(string_len("external_number", 64))
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX link_order_external ON link_order (client_id, external_number)",
    "CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at) WHERE next_at IS NOT NULL",
    "CREATE INDEX webhook_delivery_of_order ON webhook_delivery (endpoint_id, order_id, sequence) WHERE next_at IS NOT NULL",
    "CREATE INDEX webhook_delivery_log ON webhook_delivery (endpoint_id, created_at)",
    "CREATE UNIQUE INDEX api_client_previous_key ON api_client (previous_key_hash) WHERE previous_key_hash IS NOT NULL",
];

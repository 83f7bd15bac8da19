//! The operators' desk: nonces of the call centre's requests, confirmed phone numbers of delegates, and the index of
//! the queue.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        hotline_nonce(manager).await?;
        caller_number(manager).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        indexes(manager, &["DROP INDEX orders_triage"]).await?;
        crate::drop_tables(manager, &["caller_number", "hotline_nonce"]).await
    }
}

async fn hotline_nonce(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("hotline_nonce")
        .col(string_len("nonce", 64).primary_key())
        .col(timestamp_with_time_zone("expires_at"))
        .to_owned();
    manager.create_table(table).await
}

async fn caller_number(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("caller_number")
        .col(string_len("number_hash", 64))
        .col(uuid("person_id"))
        .col(uuid("confirmed_by"))
        .col(text("how"))
        .col(timestamp_with_time_zone("confirmed_at"))
        .primary_key(Index::create().col("number_hash").col("person_id"))
        .foreign_key(
            ForeignKey::create()
                .from("caller_number", "person_id")
                .to("person", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("caller_number", "confirmed_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE INDEX hotline_nonce_expiry ON hotline_nonce (expires_at)",
    "CREATE INDEX orders_triage ON orders (stage_since, id) WHERE status = 'triage'",
];

//! Jobs, idempotency keys, received pushes, claims.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        job(manager).await?;
        idempotency_key(manager).await?;
        push_message(manager).await?;
        queue_claim(manager).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(
            manager,
            &["queue_claim", "push_message", "idempotency_key", "job"],
        )
        .await
    }
}

async fn job(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("job")
        .col(big_pk_auto("id"))
        .col(string_len("kind", 48))
        .col(string_len("subject", 128))
        .col(string_len_null("dedup_key", 192))
        .col(timestamp_with_time_zone("run_at"))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone_null("locked_until"))
        .col(timestamp_with_time_zone_null("done_at"))
        .col(timestamp_with_time_zone_null("failed_at"))
        .col(text_null("last_error"))
        .col(timestamp_with_time_zone("created_at"))
        .to_owned();
    manager.create_table(table).await
}

async fn idempotency_key(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("idempotency_key")
        .col(uuid("person_id"))
        .col(string_len("key", 128))
        .col(string_len("request_hash", 64))
        .col(integer_null("status"))
        .col(text_null("body"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .primary_key(Index::create().col("person_id").col("key"))
        .foreign_key(
            ForeignKey::create()
                .from("idempotency_key", "person_id")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn push_message(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("push_message")
        .col(big_pk_auto("id"))
        .col(string_len("dedupe_key", 64).unique_key().to_owned())
        .col(json_binary("payload"))
        .col(timestamp_with_time_zone("received_at"))
        .col(timestamp_with_time_zone_null("handled_at"))
        .to_owned();
    manager.create_table(table).await
}

async fn queue_claim(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("queue_claim")
        .col(string_len("subject_kind", 32))
        .col(string_len("subject_id", 64))
        .col(uuid("person_id"))
        .col(timestamp_with_time_zone("until"))
        .primary_key(Index::create().col("subject_kind").col("subject_id"))
        .foreign_key(
            ForeignKey::create()
                .from("queue_claim", "person_id")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX job_dedup ON job (dedup_key) WHERE dedup_key IS NOT NULL AND done_at IS NULL AND failed_at IS NULL",
    "CREATE INDEX job_due ON job (run_at) WHERE done_at IS NULL AND failed_at IS NULL",
    "CREATE INDEX job_done ON job (done_at) WHERE done_at IS NOT NULL",
    "CREATE INDEX idempotency_key_expiry ON idempotency_key (expires_at)",
];

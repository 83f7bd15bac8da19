//! Follow-ups and verdicts.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        verdict(manager).await?;
        follow_up(manager).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["follow_up", "verdict"]).await
    }
}

async fn verdict(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("verdict")
        .col(uuid("id").primary_key())
        .col(uuid("order_id"))
        .col(integer("round"))
        .col(uuid("person_id"))
        .col(uuid("given_by"))
        .col(string_len("result", 32))
        .col(string_len_null("process", 32))
        .col(string_len("solved", 32))
        .col(text_null("comment"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(
            ForeignKey::create()
                .from("verdict", "order_id")
                .to("orders", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("verdict", "person_id")
                .to("person", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("verdict", "given_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn follow_up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("follow_up")
        .col(uuid("id").primary_key())
        .col(uuid("order_id"))
        .col(integer("round"))
        .col(string_len("kind", 32))
        .col(string_len("status", 32))
        .col(integer("tries"))
        .col(text_null("outcome"))
        .col(timestamp_with_time_zone("asked_at"))
        .col(timestamp_with_time_zone_null("next_at"))
        .col(timestamp_with_time_zone_null("answered_at"))
        .col(uuid_null("handled_by"))
        .foreign_key(
            ForeignKey::create()
                .from("follow_up", "order_id")
                .to("orders", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("follow_up", "handled_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE INDEX verdict_order ON verdict (order_id, created_at)",
    "CREATE INDEX follow_up_order ON follow_up (order_id, asked_at)",
    "CREATE INDEX follow_up_manual ON follow_up (asked_at) WHERE kind = 'manual' AND answered_at IS NULL",
];

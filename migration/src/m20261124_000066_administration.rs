//! Administrators' actions (append-only), runs that verify the history, and results of the template check.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        admin_act(manager).await?;
        history_check(manager).await?;
        template_check(manager).await?;
        crate::indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::indexes(
            manager,
            &["DROP INDEX delivery_created", "DROP INDEX person_name"],
        )
        .await?;
        crate::drop_tables(manager, &["template_check", "history_check", "admin_act"]).await
    }
}

/// Row 0 is no action: it is the start of the chain. A transaction that appends locks it.
async fn admin_act(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("admin_act")
        .col(big_integer("seq").primary_key())
        .col(timestamp_with_time_zone("at"))
        .col(uuid_null("person_id"))
        .col(string_len("kind", 32))
        .col(string_len("subject", 200))
        .col(json_binary("detail"))
        .col(string_len("prev_hash", 64))
        .col(string_len("hash", 64))
        .foreign_key(
            ForeignKey::create()
                .from("admin_act", "person_id")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await?;
    crate::indexes(manager, &[BEFORE_THE_FIRST]).await
}

async fn history_check(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("history_check")
        .col(uuid("id").primary_key())
        .col(uuid_null("asked_by"))
        .col(timestamp_with_time_zone("asked_at"))
        .col(big_integer("total"))
        .col(big_integer("events"))
        .col(big_integer("orders"))
        .col(big_integer("acts"))
        .col(json_binary_null("reached"))
        .col(json_binary_null("broken"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .foreign_key(
            ForeignKey::create()
                .from("history_check", "asked_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn template_check(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("template_check")
        .col(string_len("template_key", 64).primary_key())
        .col(timestamp_with_time_zone("checked_at"))
        .col(boolean("known"))
        .col(json_binary("problems"))
        .to_owned();
    manager.create_table(table).await
}

const BEFORE_THE_FIRST: &str = "INSERT INTO admin_act (seq, at, kind, subject, detail, prev_hash, hash) VALUES \
    (0, '1970-01-01T00:00:00+00:00', 'before_the_first', '', '{}', '', \
     '0000000000000000000000000000000000000000000000000000000000000000')";

const INDEXES: &[&str] = &[
    "CREATE INDEX history_check_asked ON history_check (asked_at, id)",
    "CREATE INDEX delivery_created ON delivery (created_at)",
    "CREATE INDEX person_name ON person (name, id)",
];

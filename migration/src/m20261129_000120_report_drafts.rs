//! Reports are drafts that people edit, issue and send: stages, revisions, recipients, numbers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [&str; 6] = [
    "stage",
    "revision",
    "document_number",
    "issued_by",
    "issued_at",
    "sent_at",
];
const TABLES: [&str; 3] = [
    "insight_report_number",
    "insight_report_recipient",
    "insight_report_revision",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite takes one column at a time.
        add(manager, string_len("stage", 32).default("draft")).await?;
        add(manager, integer("revision").default(1)).await?;
        add(manager, string_len_null("document_number", 64)).await?;
        add(manager, uuid_null("issued_by")).await?;
        add(manager, timestamp_with_time_zone_null("issued_at")).await?;
        add(manager, timestamp_with_time_zone_null("sent_at")).await?;
        revision(manager).await?;
        recipient(manager).await?;
        number(manager).await?;
        crate::indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &TABLES).await?;
        for column in COLUMNS {
            let table = Table::alter()
                .table("insight_report")
                .drop_column(column)
                .to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

async fn add(manager: &SchemaManager<'_>, column: impl IntoColumnDef) -> Result<(), DbErr> {
    let table = Table::alter()
        .table("insight_report")
        .add_column(column)
        .to_owned();
    manager.alter_table(table).await
}

async fn revision(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("insight_report_revision")
        .col(uuid("report_id"))
        .col(integer("revision"))
        .col(string_len("title", 200))
        .col(json_binary("body"))
        .col(uuid_null("edited_by"))
        .col(timestamp_with_time_zone("edited_at"))
        .primary_key(Index::create().col("report_id").col("revision"))
        .to_owned();
    manager.create_table(table).await
}

async fn recipient(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("insight_report_recipient")
        .col(uuid("report_id"))
        .col(string_len("kind", 32))
        .col(string_len("name", 100))
        .col(uuid("sent_by"))
        .col(timestamp_with_time_zone("sent_at"))
        .primary_key(Index::create().col("report_id").col("name"))
        .to_owned();
    manager.create_table(table).await
}

async fn number(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("insight_report_number")
        .col(string_len("organ", 16))
        .col(integer("year"))
        .col(integer("next"))
        .primary_key(Index::create().col("organ").col("year"))
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] =
    &["CREATE INDEX insight_report_sent_to ON insight_report_recipient (kind, name, report_id)"];

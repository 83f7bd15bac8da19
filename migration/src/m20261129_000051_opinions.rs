//! Opinions to government and the rectification ledger of a campaign.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        opinion(manager).await?;
        opinion_number(manager).await?;
        measure(manager).await?;
        crate::indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["measure", "opinion_number", "opinion"]).await
    }
}

fn reference(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(to, "id").to_owned()
}

async fn opinion(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("opinion")
        .col(uuid("id").primary_key())
        .col(string_len("number", 32).unique_key().to_owned())
        .col(string_len("document_number", 64))
        .col(uuid("campaign_id"))
        .col(string_len("kind", 32))
        .col(string_len("status", 32))
        .col(uuid("unit_id"))
        .col(string_len("title", 200))
        .col(text("text"))
        .col(json_binary("file_ids"))
        .col(timestamp_with_time_zone_null("due_at"))
        .col(string_len("issuer", 128))
        .col(uuid("issued_by"))
        .col(timestamp_with_time_zone("issued_at"))
        .col(text_null("reply"))
        .col(json_binary("reply_file_ids"))
        .col(uuid_null("replied_by"))
        .col(timestamp_with_time_zone_null("replied_at"))
        .col(text_null("decision_note"))
        .col(uuid_null("decided_by"))
        .col(timestamp_with_time_zone_null("decided_at"))
        .col(integer("returns"))
        .col(timestamp_with_time_zone_null("reminded_at"))
        .col(timestamp_with_time_zone_null("overdue_told_at"))
        .col(integer("version"))
        .foreign_key(&mut reference("opinion", "campaign_id", "campaign"))
        .foreign_key(&mut reference("opinion", "unit_id", "unit"))
        .foreign_key(&mut reference("opinion", "issued_by", "person"))
        .foreign_key(&mut reference("opinion", "replied_by", "person"))
        .foreign_key(&mut reference("opinion", "decided_by", "person"))
        .to_owned();
    manager.create_table(table).await
}

async fn opinion_number(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("opinion_number")
        .col(string_len("organ", 16))
        .col(integer("year"))
        .col(integer("next"))
        .primary_key(Index::create().col("organ").col("year"))
        .to_owned();
    manager.create_table(table).await
}

async fn measure(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("measure")
        .col(uuid("id").primary_key())
        .col(uuid("campaign_id"))
        .col(integer("seq"))
        .col(text("text"))
        .col(uuid("unit_id"))
        .col(timestamp_with_time_zone("due_at"))
        .col(string_len("status", 32))
        .col(text_null("done_text"))
        .col(json_binary("done_photo_ids"))
        .col(json_binary("done_file_ids"))
        .col(uuid_null("done_by"))
        .col(timestamp_with_time_zone_null("done_at"))
        .col(text_null("verify_note"))
        .col(uuid_null("verified_by"))
        .col(timestamp_with_time_zone_null("verified_at"))
        .col(integer("returns"))
        .col(uuid("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("reminded_at"))
        .col(timestamp_with_time_zone_null("overdue_told_at"))
        .col(integer("version"))
        .foreign_key(&mut reference("measure", "campaign_id", "campaign"))
        .foreign_key(&mut reference("measure", "unit_id", "unit"))
        .foreign_key(&mut reference("measure", "done_by", "person"))
        .foreign_key(&mut reference("measure", "verified_by", "person"))
        .foreign_key(&mut reference("measure", "created_by", "person"))
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE INDEX opinion_campaign ON opinion (campaign_id, id)",
    "CREATE INDEX opinion_unit ON opinion (unit_id, id)",
    "CREATE UNIQUE INDEX measure_campaign ON measure (campaign_id, seq)",
    "CREATE INDEX measure_unit ON measure (unit_id, id)",
];

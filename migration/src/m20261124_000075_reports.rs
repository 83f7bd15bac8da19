//! Analysis reports in all versions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("insight_report")
            .col(uuid("id").primary_key())
            .col(string_len("kind", 32))
            .col(string_len_null("area_code", 16))
            .col(uuid_null("topic_id"))
            .col(date("from_day"))
            .col(date("to_day"))
            .col(integer("version"))
            .col(string_len("title", 200))
            .col(string_len("status", 32))
            .col(integer("progress"))
            .col(uuid_null("requested_by"))
            .col(timestamp_with_time_zone("requested_at"))
            .col(timestamp_with_time_zone_null("ready_at"))
            .col(json_binary_null("body"))
            .col(blob_null("facts"))
            .foreign_key(
                ForeignKey::create()
                    .from("insight_report", "requested_by")
                    .to("person", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        crate::indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["insight_report"]).await
    }
}

const INDEXES: &[&str] = &[
    "CREATE INDEX insight_report_newest ON insight_report (requested_at, id)",
    "CREATE INDEX insight_report_about ON insight_report (kind, from_day, to_day)",
];

//! Published content, the results of its check, and residents' quotas.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        content_check(manager).await?;
        content_picture(manager).await?;
        media_verdict(manager).await?;
        site_quota(manager).await?;
        site_upload(manager).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "site_upload",
            "site_quota",
            "media_verdict",
            "content_picture",
            "content_check",
        ];
        crate::drop_tables(manager, &tables).await?;
        indexes(
            manager,
            &["DROP INDEX site_delegate_person", "DROP INDEX site_area"],
        )
        .await
    }
}

async fn content_check(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("content_check")
        .col(uuid("id").primary_key())
        .col(string_len("subject", 32))
        .col(uuid("subject_id"))
        .col(string_len("title", 160))
        .col(text("text"))
        .col(string_len("state", 32))
        .col(string_len("text_state", 32))
        .col(big_integer_null("text_label"))
        .col(integer("text_attempts"))
        .col(blob_null("openid_sealed"))
        .col(uuid_null("decided_by"))
        .col(timestamp_with_time_zone_null("decided_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("settled_at"))
        .foreign_key(
            ForeignKey::create()
                .from("content_check", "decided_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn content_picture(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("content_picture")
        .col(uuid("id").primary_key())
        .col(uuid("check_id"))
        .col(uuid("photo_id"))
        .col(string_len("state", 32))
        .col(big_integer_null("label"))
        .col(string_len_null("trace_id", 128))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone_null("asked_at"))
        .foreign_key(
            ForeignKey::create()
                .from("content_picture", "check_id")
                .to("content_check", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("content_picture", "photo_id")
                .to("photo", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn media_verdict(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("media_verdict")
        .col(string_len("trace_id", 128).primary_key())
        .col(string_len("state", 32))
        .col(big_integer("label"))
        .col(timestamp_with_time_zone("received_at"))
        .to_owned();
    manager.create_table(table).await
}

async fn site_quota(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("site_quota")
        .col(string_len("key", 128).primary_key())
        .col(integer("used"))
        .col(timestamp_with_time_zone("ends_at"))
        .to_owned();
    manager.create_table(table).await
}

async fn site_upload(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("site_upload")
        .col(uuid("photo_id").primary_key())
        .col(uuid("site_id"))
        .col(string_len("device_hash", 64))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(
            ForeignKey::create()
                .from("site_upload", "photo_id")
                .to("photo", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("site_upload", "site_id")
                .to("site", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX content_check_subject ON content_check (subject, subject_id)",
    "CREATE INDEX content_check_state ON content_check (state, created_at, id)",
    "CREATE UNIQUE INDEX content_picture_photo ON content_picture (check_id, photo_id)",
    "CREATE INDEX content_picture_trace ON content_picture (trace_id) WHERE trace_id IS NOT NULL",
    "CREATE INDEX site_quota_end ON site_quota (ends_at)",
    "CREATE INDEX site_delegate_person ON site_delegate (person_id)",
    "CREATE INDEX site_area ON site (area_code)",
];

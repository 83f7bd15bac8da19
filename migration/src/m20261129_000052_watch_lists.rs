//! Standing watch lists, uploaded documents, administrative decisions on a reply.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        watch_list(manager).await?;
        watch_entry(manager).await?;
        watch_inspection(manager).await?;
        stored_file(manager).await?;
        reply_decision(manager).await?;
        crate::indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(
            manager,
            &[
                "reply_decision",
                "stored_file",
                "watch_inspection",
                "watch_entry",
                "watch_list",
            ],
        )
        .await
    }
}

fn reference(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(to, "id").to_owned()
}

async fn watch_list(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("watch_list")
        .col(uuid("id").primary_key())
        .col(string_len("title", 128))
        .col(string_len_null("area_code", 16))
        .col(string_len_null("committee", 128))
        .col(uuid_null("campaign_id"))
        .col(uuid("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut reference("watch_list", "campaign_id", "campaign"))
        .foreign_key(&mut reference("watch_list", "created_by", "person"))
        .to_owned();
    manager.create_table(table).await
}

async fn watch_entry(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("watch_entry")
        .col(uuid("id").primary_key())
        .col(uuid("list_id"))
        .col(string_len("subject", 200))
        .col(string_len_null("place", 200))
        .col(double_null("longitude"))
        .col(double_null("latitude"))
        .col(uuid_null("owner_unit"))
        .col(text("reason"))
        .col(integer_null("reinspect_every_days"))
        .col(timestamp_with_time_zone_null("next_inspection_at"))
        .col(timestamp_with_time_zone_null("reminded_for"))
        .col(uuid("added_by"))
        .col(timestamp_with_time_zone("added_at"))
        .col(uuid_null("removed_by"))
        .col(timestamp_with_time_zone_null("removed_at"))
        .col(text_null("removal_reason"))
        .col(integer("version"))
        .foreign_key(&mut reference("watch_entry", "list_id", "watch_list"))
        .foreign_key(&mut reference("watch_entry", "owner_unit", "unit"))
        .foreign_key(&mut reference("watch_entry", "added_by", "person"))
        .foreign_key(&mut reference("watch_entry", "removed_by", "person"))
        .to_owned();
    manager.create_table(table).await
}

async fn watch_inspection(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("watch_inspection")
        .col(uuid("id").primary_key())
        .col(uuid("entry_id"))
        .col(timestamp_with_time_zone("at"))
        .col(text("note"))
        .col(json_binary("photo_ids"))
        .col(boolean("passed"))
        .col(uuid("inspected_by"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut reference("watch_inspection", "entry_id", "watch_entry"))
        .foreign_key(&mut reference("watch_inspection", "inspected_by", "person"))
        .to_owned();
    manager.create_table(table).await
}

async fn stored_file(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("stored_file")
        .col(uuid("id").primary_key())
        .col(uuid("owner_id"))
        .col(string_len("name", 200))
        .col(string_len("media_type", 128))
        .col(big_integer("byte_size"))
        .col(string_len("sha256", 64))
        .col(string_len("object_key", 128))
        .col(uuid_null("campaign_id"))
        .col(uuid_null("order_id"))
        .col(uuid_null("unit_id"))
        .col(timestamp_with_time_zone_null("removing_at"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut reference("stored_file", "owner_id", "person"))
        .foreign_key(&mut reference("stored_file", "campaign_id", "campaign"))
        .foreign_key(&mut reference("stored_file", "order_id", "orders"))
        .foreign_key(&mut reference("stored_file", "unit_id", "unit"))
        .to_owned();
    manager.create_table(table).await
}

async fn reply_decision(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("reply_decision")
        .col(uuid("reply_id"))
        .col(integer("seq"))
        .col(uuid("order_id"))
        .col(string_len("kind", 32))
        .col(string_len("document_number", 100))
        .col(date("issued_on"))
        .col(uuid_null("file_id"))
        .col(text_null("summary"))
        .primary_key(Index::create().col("reply_id").col("seq"))
        .foreign_key(&mut reference("reply_decision", "reply_id", "reply"))
        .foreign_key(&mut reference("reply_decision", "order_id", "orders"))
        .foreign_key(&mut reference("reply_decision", "file_id", "stored_file"))
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE INDEX watch_list_area ON watch_list (area_code, id)",
    "CREATE INDEX watch_entry_list ON watch_entry (list_id, id)",
    "CREATE INDEX watch_entry_place ON watch_entry (latitude) WHERE removed_at IS NULL AND latitude IS NOT NULL",
    "CREATE INDEX watch_inspection_entry ON watch_inspection (entry_id, at)",
    "CREATE INDEX stored_file_owner ON stored_file (owner_id)",
    "CREATE INDEX reply_decision_order ON reply_decision (order_id)",
];

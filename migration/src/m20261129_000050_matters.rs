//! A campaign becomes a matter under supervision: stages and diary, activities, votes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite takes one column at a time.
        add(manager, "campaign", string_len("stage", 32).default("filed")).await?;
        add(manager, "campaign", uuid_null("parent_id")).await?;
        add(manager, "campaign", timestamp_with_time_zone_null("due_at")).await?;
        add(manager, "campaign", text_null("open_reason")).await?;
        add(manager, "campaign", json_binary_null("look_back")).await?;
        add(manager, "supervision_order", string_len_null("issuer", 128)).await?;
        add(
            manager,
            "supervision_order",
            timestamp_with_time_zone_null("closed_at"),
        )
        .await?;
        campaign_event(manager).await?;
        campaign_activity(manager).await?;
        campaign_activity_order(manager).await?;
        campaign_vote(manager).await?;
        crate::indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::indexes(manager, &["DROP INDEX campaign_parent"]).await?;
        crate::drop_tables(
            manager,
            &[
                "campaign_vote",
                "campaign_activity_order",
                "campaign_activity",
                "campaign_event",
            ],
        )
        .await?;
        for (table, column) in [
            ("supervision_order", "closed_at"),
            ("supervision_order", "issuer"),
            ("campaign", "look_back"),
            ("campaign", "open_reason"),
            ("campaign", "due_at"),
            ("campaign", "parent_id"),
            ("campaign", "stage"),
        ] {
            let table = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

async fn add(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: impl IntoColumnDef,
) -> Result<(), DbErr> {
    let table = Table::alter().table(table).add_column(column).to_owned();
    manager.alter_table(table).await
}

fn reference(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(to, "id").to_owned()
}

async fn campaign_event(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("campaign_event")
        .col(uuid("id").primary_key())
        .col(uuid("campaign_id"))
        .col(string_len("action", 32))
        .col(string_len("stage", 32))
        .col(text("note"))
        .col(string_len_null("reference", 64))
        .col(uuid_null("person_id"))
        .col(timestamp_with_time_zone("at"))
        .foreign_key(&mut reference("campaign_event", "campaign_id", "campaign"))
        .foreign_key(&mut reference("campaign_event", "person_id", "person"))
        .to_owned();
    manager.create_table(table).await
}

async fn campaign_activity(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("campaign_activity")
        .col(uuid("id").primary_key())
        .col(uuid("campaign_id"))
        .col(string_len("kind", 32))
        .col(timestamp_with_time_zone("at"))
        .col(string_len_null("place", 200))
        .col(double_null("longitude"))
        .col(double_null("latitude"))
        .col(json_binary("participants"))
        .col(string_len_null("led_by", 100))
        .col(text("note"))
        .col(text_null("outcome"))
        .col(string_len_null("phone_masked", 32))
        .col(json_binary("photo_ids"))
        .col(json_binary("file_ids"))
        .col(uuid("added_by"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut reference("campaign_activity", "campaign_id", "campaign"))
        .foreign_key(&mut reference("campaign_activity", "added_by", "person"))
        .to_owned();
    manager.create_table(table).await
}

async fn campaign_activity_order(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("campaign_activity_order")
        .col(uuid("activity_id"))
        .col(uuid("order_id"))
        .primary_key(Index::create().col("activity_id").col("order_id"))
        .foreign_key(&mut reference(
            "campaign_activity_order",
            "activity_id",
            "campaign_activity",
        ))
        .foreign_key(&mut reference("campaign_activity_order", "order_id", "orders"))
        .to_owned();
    manager.create_table(table).await
}

async fn campaign_vote(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("campaign_vote")
        .col(uuid("id").primary_key())
        .col(uuid("campaign_id"))
        .col(integer("satisfied"))
        .col(integer("basically_satisfied"))
        .col(integer("dissatisfied"))
        .col(integer("present"))
        .col(integer("threshold_percent"))
        .col(boolean("passed"))
        .col(uuid("recorded_by"))
        .col(timestamp_with_time_zone("held_at"))
        .foreign_key(&mut reference("campaign_vote", "campaign_id", "campaign"))
        .foreign_key(&mut reference("campaign_vote", "recorded_by", "person"))
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "UPDATE campaign SET stage = 'closed' WHERE status = 'closed'",
    "CREATE INDEX campaign_parent ON campaign (parent_id)",
    "CREATE INDEX campaign_event_campaign ON campaign_event (campaign_id, id)",
    "CREATE INDEX campaign_activity_campaign ON campaign_activity (campaign_id, at)",
    "CREATE INDEX campaign_activity_order_order ON campaign_activity_order (order_id)",
    "CREATE INDEX campaign_vote_campaign ON campaign_vote (campaign_id, id)",
];

//! For each order of a campaign, whether the notices have been sent.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("campaign_order")
            .add_column(timestamp_with_time_zone_null("told_at"))
            .to_owned();
        manager.alter_table(add).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        indexes(manager, &["DROP INDEX campaign_order_untold"]).await?;
        let remove = Table::alter()
            .table("campaign_order")
            .drop_column("told_at")
            .to_owned();
        manager.alter_table(remove).await
    }
}

const INDEXES: &[&str] =
    &["CREATE INDEX campaign_order_untold ON campaign_order (campaign_id) WHERE told_at IS NULL"];

//! Indexes on the time of decisions, for figures of a period.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::indexes(manager, NO_INDEXES).await
    }
}

const INDEXES: &[&str] = &[
    "CREATE INDEX deadline_stopped ON deadline (stopped_at) WHERE stopped_at IS NOT NULL",
    "CREATE INDEX deadline_ends ON deadline (due_at)",
    "CREATE INDEX verdict_newest ON verdict (created_at)",
    "CREATE INDEX orders_closed ON orders (closed_at) WHERE closed_at IS NOT NULL",
];

const NO_INDEXES: &[&str] = &[
    "DROP INDEX deadline_stopped",
    "DROP INDEX deadline_ends",
    "DROP INDEX verdict_newest",
    "DROP INDEX orders_closed",
];

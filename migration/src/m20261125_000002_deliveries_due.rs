//! A delivery stores its own due time instead of having a job. While a worker processes it, the due time is the end of
//! the worker's lease.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::indexes(manager, UP).await
    }

    /// Deliveries that are pending at a downgrade have no job: the older release leaves them in the inbox only.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::indexes(manager, &["DROP INDEX delivery_leased"]).await
    }
}

const UP: &[&str] = &[
    "CREATE INDEX delivery_leased ON delivery (person_id) WHERE leased_until IS NOT NULL",
    "UPDATE delivery SET next_at = leased_until WHERE status = 'waiting' AND leased_until IS NOT NULL",
    "DELETE FROM job WHERE kind = 'deliver_notice' AND done_at IS NULL",
];

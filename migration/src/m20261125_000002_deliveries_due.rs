//! A delivery says itself when something is to be done with it: its job goes, and while somebody is at it, it is due when
//! his lease runs out.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::indexes(manager, UP).await
    }

    /// What waits then has no job: the older release leaves it in the inbox only.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::indexes(manager, &["DROP INDEX delivery_leased"]).await
    }
}

const UP: &[&str] = &[
    "CREATE INDEX delivery_leased ON delivery (person_id) WHERE leased_until IS NOT NULL",
    "UPDATE delivery SET next_at = leased_until WHERE status = 'waiting' AND leased_until IS NOT NULL",
    "DELETE FROM job WHERE kind = 'deliver_notice' AND done_at IS NULL",
];

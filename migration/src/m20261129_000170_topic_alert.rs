//! The figures of a topic at the time of its alert: later ones say nothing about why it was raised.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = [
            "ALTER TABLE topic ADD COLUMN crossed_recent integer",
            "ALTER TABLE topic ADD COLUMN crossed_expected double precision",
        ];
        crate::indexes(manager, &statements).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = [
            "ALTER TABLE topic DROP COLUMN crossed_expected",
            "ALTER TABLE topic DROP COLUMN crossed_recent",
        ];
        crate::indexes(manager, &statements).await
    }
}

//! Indexes for the supervision register: tracked orders, urges by people, supervision orders of a unit.

use sea_orm_migration::prelude::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropped = [
            "DROP INDEX orders_tracked",
            "DROP INDEX urge_made",
            "DROP INDEX supervision_order_unit",
        ];
        indexes(manager, &dropped).await
    }
}

const INDEXES: &[&str] = &[
    "CREATE INDEX orders_tracked ON orders (id) WHERE tracked",
    "CREATE INDEX urge_made ON urge (id) WHERE person_id IS NOT NULL",
    "CREATE INDEX supervision_order_unit ON supervision_order (unit_id, due_at)",
];

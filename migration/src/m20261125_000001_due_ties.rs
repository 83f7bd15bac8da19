//! Hundreds of orders are due at one midnight: the index of the list by nearest deadline includes the id to order them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::indexes(manager, WITH_ID).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::indexes(manager, WITHOUT_ID).await
    }
}

const WITH_ID: &[&str] = &[
    "DROP INDEX orders_due",
    "DROP INDEX orders_area_due",
    "DROP INDEX orders_unit_due",
    "CREATE INDEX orders_due_id ON orders (due_at, id) WHERE due_at IS NOT NULL",
    "CREATE INDEX orders_area_due_id ON orders (area_code, due_at, id) WHERE due_at IS NOT NULL",
    "CREATE INDEX orders_unit_due_id ON orders (unit_id, due_at, id) WHERE due_at IS NOT NULL",
];

const WITHOUT_ID: &[&str] = &[
    "DROP INDEX orders_due_id",
    "DROP INDEX orders_area_due_id",
    "DROP INDEX orders_unit_due_id",
    "CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX orders_area_due ON orders (area_code, due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX orders_unit_due ON orders (unit_id, due_at) WHERE due_at IS NOT NULL",
];

//! Indexes for the filters of the order list that few orders match. Partial ones have a predicate without a parameter.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 5] = [
    "CREATE INDEX orders_light_created ON orders (light, created_at, id) WHERE light <> 'green'",
    "CREATE INDEX orders_difficult_created ON orders (created_at, id) WHERE difficult",
    "CREATE INDEX orders_tracked_created ON orders (created_at, id) WHERE tracked",
    "CREATE INDEX orders_channel_created ON orders (channel, created_at, id)",
    "CREATE INDEX orders_category_created ON orders (category_code, created_at, id)",
];

const DOWN: [&str; 5] = [
    "DROP INDEX orders_light_created",
    "DROP INDEX orders_difficult_created",
    "DROP INDEX orders_tracked_created",
    "DROP INDEX orders_channel_created",
    "DROP INDEX orders_category_created",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in UP {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in DOWN {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

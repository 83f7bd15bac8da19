//! The list of one area in one status: without its own index it walked past all orders of the area in another status.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = "CREATE INDEX orders_area_status ON orders (area_code, status, created_at, id)";
        crate::indexes(manager, &[index]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::indexes(manager, &["DROP INDEX orders_area_status"]).await
    }
}

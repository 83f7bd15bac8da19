//! The merge that an endorsement came from, so that undoing the merge removes exactly these endorsements.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("endorsement")
            .add_column(uuid_null("merged_from"))
            .to_owned();
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("endorsement")
            .drop_column("merged_from")
            .to_owned();
        manager.alter_table(table).await
    }
}

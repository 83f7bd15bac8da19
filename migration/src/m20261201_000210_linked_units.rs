//! Units that are linked with the city's platform, endpoints that receive only their orders, and the unit or area that an API
//! client is limited to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut unit = ForeignKey::create()
            .from("linked_unit", "unit_id")
            .to("unit", "id")
            .on_delete(ForeignKeyAction::Cascade)
            .to_owned();
        let table = Table::create()
            .table("linked_unit")
            .col(uuid("unit_id").primary_key())
            .col(string_len("platform_code", 64).unique_key())
            .col(timestamp_with_time_zone("updated_at"))
            .foreign_key(&mut unit)
            .to_owned();
        manager.create_table(table).await?;
        let endpoint = Table::alter()
            .table("webhook_endpoint")
            .add_column(boolean("linked_only").default(false))
            .to_owned();
        manager.alter_table(endpoint).await?;
        for column in [uuid_null("unit_id"), string_len_null("area_code", 16)] {
            let client = Table::alter().table("api_client").add_column(column).to_owned();
            manager.alter_table(client).await?;
        }
        // Which orders an endpoint was sent before.
        crate::indexes(
            manager,
            &["CREATE INDEX webhook_delivery_order ON webhook_delivery (order_id, endpoint_id) WHERE order_id IS NOT NULL"],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::indexes(manager, &["DROP INDEX webhook_delivery_order"]).await?;
        for (table, column) in [
            ("api_client", "area_code"),
            ("api_client", "unit_id"),
            ("webhook_endpoint", "linked_only"),
        ] {
            let alter = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        crate::drop_tables(manager, &["linked_unit"]).await
    }
}

//! Messages on a second channel, for notices that nobody reads.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEXES: [&str; 2] = [
    r#"CREATE INDEX "ix_second_delivery_person" ON "second_delivery" ("person_id", "created_at")"#,
    r#"CREATE INDEX "ix_second_delivery_created" ON "second_delivery" ("created_at", "status")"#,
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let reference = |column: &'static str, to: &'static str| {
            ForeignKey::create()
                .from("second_delivery", column)
                .to(to, "id")
                .on_delete(ForeignKeyAction::Cascade)
                .to_owned()
        };
        let table = Table::create()
            .table("second_delivery")
            .col(uuid("id").primary_key())
            .col(uuid("notice_id"))
            .col(uuid("person_id"))
            .col(string_len("event", 64))
            .col(string_len("channel", 32))
            .col(string_len("status", 32))
            .col(integer("attempts"))
            .col(string_len_null("code", 64))
            .col(string_len_null("message_id", 64))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("due_at"))
            .col(timestamp_with_time_zone_null("settled_at"))
            .foreign_key(&mut reference("notice_id", "notice"))
            .foreign_key(&mut reference("person_id", "person"))
            .to_owned();
        manager.create_table(table).await?;
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("second_delivery").to_owned())
            .await
    }
}

//! Followers of the official account, and the unionids that match them with people.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEXES: [&str; 2] = [
    r#"CREATE INDEX "ix_official_follower_union" ON "official_follower" ("unionid_hash")"#,
    r#"CREATE INDEX "ix_person_union_hash" ON "person_union" ("unionid_hash")"#,
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let followers = Table::create()
            .table("official_follower")
            .col(string_len("openid_hash", 64).primary_key())
            .col(blob("openid_sealed"))
            .col(string_len_null("unionid_hash", 64))
            .col(timestamp_with_time_zone("followed_at"))
            .col(timestamp_with_time_zone_null("left_at"))
            .to_owned();
        manager.create_table(followers).await?;
        let unions = Table::create()
            .table("person_union")
            .col(uuid("person_id").primary_key())
            .col(string_len("openid_hash", 64))
            .col(string_len("unionid_hash", 64))
            .col(timestamp_with_time_zone("updated_at"))
            .foreign_key(
                ForeignKey::create()
                    .from("person_union", "person_id")
                    .to("person", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(unions).await?;
        crate::indexes(manager, &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["person_union", "official_follower"]).await
    }
}

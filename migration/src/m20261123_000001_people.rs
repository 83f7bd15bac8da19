//! People, units and sign-in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        unit(manager).await?;
        person(manager).await?;
        session(manager).await?;
        refresh_token(manager).await?;
        login_request(manager).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(
            manager,
            &["login_request", "refresh_token", "session", "person", "unit"],
        )
        .await
    }
}

async fn unit(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("unit")
        .col(uuid("id").primary_key())
        .col(string_len("code", 64).unique_key().to_owned())
        .col(string_len("name", 128))
        .col(string_len_null("alias", 128))
        .col(string_len("level", 32))
        .col(string_len_null("area_code", 16))
        .col(string_len_null("township_code", 16))
        .col(uuid_null("parent_id"))
        .col(string_len_null("phone", 32))
        .col(boolean("active"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(ForeignKey::create().from("unit", "parent_id").to("unit", "id"))
        .to_owned();
    manager.create_table(table).await
}

async fn person(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("person")
        .col(uuid("id").primary_key())
        .col(string_len("name", 64))
        .col(string_len("role", 32))
        .col(string_len_null("level", 32))
        .col(uuid_null("unit_id"))
        .col(boolean("unit_head"))
        .col(string_len_null("area_code", 16))
        .col(string_len_null("electoral_unit", 128))
        .col(string_len_null("committee", 128))
        .col(blob("phone_sealed"))
        .col(string_len("phone_hash", 64))
        .col(blob_null("openid_sealed"))
        .col(string_len_null("openid_hash", 64))
        .col(timestamp_with_time_zone_null("bound_at"))
        .col(string_len("roster_key", 128))
        .col(boolean("active"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(timestamp_with_time_zone_null("removed_at"))
        .foreign_key(ForeignKey::create().from("person", "unit_id").to("unit", "id"))
        .to_owned();
    manager.create_table(table).await
}

async fn session(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("session")
        .col(uuid("id").primary_key())
        .col(uuid("person_id"))
        .col(string_len("kind", 32))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("last_used_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(string_len_null("ended_reason", 32))
        .col(string_len_null("client", 128))
        .foreign_key(
            ForeignKey::create()
                .from("session", "person_id")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn refresh_token(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("refresh_token")
        .col(string_len("token_hash", 64).primary_key())
        .col(uuid("session_id"))
        .col(timestamp_with_time_zone("issued_at"))
        .col(timestamp_with_time_zone_null("spent_at"))
        .foreign_key(
            ForeignKey::create()
                .from("refresh_token", "session_id")
                .to("session", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn login_request(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("login_request")
        .col(string_len("code_hash", 64).primary_key())
        .col(string_len("kind", 32))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(string_len_null("origin", 128))
        .col(uuid_null("approved_by"))
        .col(timestamp_with_time_zone_null("approved_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .foreign_key(
            ForeignKey::create()
                .from("login_request", "approved_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE INDEX unit_area ON unit (area_code, level)",
    "CREATE UNIQUE INDEX person_phone_active ON person (phone_hash) WHERE active",
    "CREATE UNIQUE INDEX person_openid ON person (openid_hash) WHERE openid_hash IS NOT NULL",
    "CREATE UNIQUE INDEX person_roster_key ON person (roster_key)",
    "CREATE INDEX person_role ON person (role, area_code)",
    "CREATE INDEX person_unit ON person (unit_id)",
    "CREATE INDEX session_person ON session (person_id)",
    "CREATE INDEX refresh_token_session ON refresh_token (session_id)",
];

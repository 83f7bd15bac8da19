//! The city's data.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        boundary_set(manager).await?;
        area(manager).await?;
        community(manager).await?;
        category(manager).await?;
        duty_rule(manager).await?;
        calendar_day(manager).await?;
        calendar_year(manager).await?;
        city_generation(manager).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(
            manager,
            &[
                "city_generation",
                "calendar_year",
                "calendar_day",
                "duty_rule",
                "category",
                "community",
                "area",
                "boundary_set",
            ],
        )
        .await
    }
}

async fn boundary_set(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("boundary_set")
        .col(uuid("id").primary_key())
        .col(string_len("name", 128))
        .col(text("source"))
        .col(date_null("as_of"))
        .col(string_len("sha256", 64))
        .col(boolean("active"))
        .col(timestamp_with_time_zone("loaded_at"))
        .col(timestamp_with_time_zone_null("activated_at"))
        .to_owned();
    manager.create_table(table).await
}

async fn area(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("area")
        .col(uuid("boundary_set_id"))
        .col(string_len("code", 16))
        .col(string_len("name", 128))
        .col(string_len("level", 32))
        .col(string_len_null("parent_code", 16))
        .col(string_len_null("zone", 64))
        .col(json_binary_null("geometry"))
        .col(integer("position"))
        .primary_key(Index::create().col("boundary_set_id").col("code"))
        .foreign_key(
            ForeignKey::create()
                .from("area", "boundary_set_id")
                .to("boundary_set", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn community(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("community")
        .col(string_len("code", 16).primary_key())
        .col(string_len("name", 128))
        .col(string_len("township_code", 16))
        .col(string_len("county_code", 16))
        .col(string_len_null("zone", 64))
        .to_owned();
    manager.create_table(table).await
}

async fn category(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("category")
        .col(string_len("code", 16).primary_key())
        .col(string_len("name", 64))
        .col(string_len_null("parent_code", 16))
        .col(json_binary("keywords"))
        .col(string_len("urgency", 16))
        .col(integer("position"))
        .col(boolean("active"))
        .to_owned();
    manager.create_table(table).await
}

async fn duty_rule(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("duty_rule")
        .col(uuid("id").primary_key())
        .col(string_len("category_code", 16))
        .col(string_len("scope_kind", 32))
        .col(string_len("scope_code", 64))
        .col(uuid("lead_unit_id"))
        .col(json_binary("support_unit_ids"))
        .col(string_len("level", 32))
        .col(integer("precedence"))
        .col(string_len("source", 128))
        .col(boolean("active"))
        .foreign_key(
            ForeignKey::create()
                .from("duty_rule", "lead_unit_id")
                .to("unit", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn calendar_day(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("calendar_day")
        .col(date("day").primary_key())
        .col(boolean("working"))
        .col(string_len_null("name", 64))
        .to_owned();
    manager.create_table(table).await
}

async fn calendar_year(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("calendar_year")
        .col(integer("year").primary_key())
        .col(string_len("source", 128))
        .col(timestamp_with_time_zone("loaded_at"))
        .to_owned();
    manager.create_table(table).await
}

async fn city_generation(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("city_generation")
        .col(string_len("kind", 32).primary_key())
        .col(big_integer("generation"))
        .col(timestamp_with_time_zone("changed_at"))
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX boundary_set_active ON boundary_set (active) WHERE active",
    "CREATE INDEX community_township ON community (township_code)",
    "CREATE UNIQUE INDEX duty_rule_scope ON duty_rule (category_code, scope_kind, scope_code, precedence) WHERE active",
];

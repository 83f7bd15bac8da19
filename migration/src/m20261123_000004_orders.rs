//! Orders, their history, assignments and deadlines.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        orders(manager).await?;
        order_number(manager).await?;
        order_event(manager).await?;
        assignment(manager).await?;
        reply(manager).await?;
        deadline(manager).await?;
        extension(manager).await?;
        order_return(manager).await?;
        endorsement(manager).await?;
        indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(
            manager,
            &[
                "endorsement",
                "order_return",
                "extension",
                "deadline",
                "reply",
                "assignment",
                "order_event",
                "order_number",
                "orders",
            ],
        )
        .await
    }
}

#[expect(clippy::too_many_lines, reason = "one table is one thought")]
async fn orders(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("orders")
        .col(uuid("id").primary_key())
        .col(string_len("number", 16).unique_key().to_owned())
        .col(string_len("channel", 32))
        .col(string_len("status", 32))
        .col(integer("round"))
        .col(integer("version"))
        .col(string_len("light", 32))
        .col(text("description"))
        .col(string_len_null("category_code", 16))
        .col(string_len("category_source", 32))
        .col(double_null("category_confidence"))
        .col(uuid("reporter_id"))
        .col(uuid_null("filed_by"))
        .col(boolean("confidential"))
        .col(double_null("longitude"))
        .col(double_null("latitude"))
        .col(double_null("given_longitude"))
        .col(double_null("given_latitude"))
        .col(string_len_null("given_datum", 32))
        .col(double_null("accuracy_m"))
        .col(string_len_null("address", 256))
        .col(uuid_null("boundary_set_id"))
        .col(string_len_null("area_code", 16))
        .col(string_len_null("township_code", 16))
        .col(string_len_null("zone", 64))
        .col(string_len("place_relation", 32))
        .col(uuid_null("unit_id"))
        .col(json_binary("dispatch"))
        .col(boolean("difficult"))
        .col(boolean("tracked"))
        .col(string_len_null("committee", 128))
        .col(string_len_null("kind", 64))
        .col(string_len("supervision_level", 32))
        .col(boolean("wants_follow_up"))
        .col(timestamp_with_time_zone_null("occurred_at"))
        .col(uuid_null("site_id"))
        .col(string_len_null("call_id", 64))
        .col(integer("returns"))
        .col(integer("extensions_granted"))
        .col(integer("dissatisfied_count"))
        .col(timestamp_with_time_zone_null("due_at"))
        .col(timestamp_with_time_zone("stage_since"))
        .col(uuid_null("merged_into"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(timestamp_with_time_zone_null("dispatched_at"))
        .col(timestamp_with_time_zone_null("accepted_at"))
        .col(timestamp_with_time_zone_null("replied_at"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .foreign_key(
            ForeignKey::create()
                .from("orders", "reporter_id")
                .to("person", "id"),
        )
        .foreign_key(ForeignKey::create().from("orders", "filed_by").to("person", "id"))
        .foreign_key(
            ForeignKey::create()
                .from("orders", "boundary_set_id")
                .to("boundary_set", "id"),
        )
        .foreign_key(ForeignKey::create().from("orders", "unit_id").to("unit", "id"))
        .foreign_key(ForeignKey::create().from("orders", "site_id").to("site", "id"))
        .foreign_key(
            ForeignKey::create()
                .from("orders", "merged_into")
                .to("orders", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn order_number(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("order_number")
        .col(date("day").primary_key())
        .col(integer("next"))
        .to_owned();
    manager.create_table(table).await
}

async fn order_event(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("order_event")
        .col(big_pk_auto("id"))
        .col(uuid("order_id"))
        .col(integer("seq"))
        .col(string_len("action", 48))
        .col(uuid_null("actor_id"))
        .col(string_len("actor_role", 32))
        .col(uuid_null("unit_id"))
        .col(timestamp_with_time_zone("at"))
        .col(string_len_null("from_status", 32))
        .col(string_len("to_status", 32))
        .col(integer("round"))
        .col(string_len("visibility", 32))
        .col(text_null("note"))
        .col(json_binary("detail"))
        .col(json_binary("photo_ids"))
        .col(string_len("prev_hash", 64))
        .col(string_len("hash", 64))
        .foreign_key(
            ForeignKey::create()
                .from("order_event", "order_id")
                .to("orders", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("order_event", "actor_id")
                .to("person", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("order_event", "unit_id")
                .to("unit", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn assignment(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("assignment")
        .col(uuid("id").primary_key())
        .col(uuid("order_id"))
        .col(integer("round"))
        .col(uuid("unit_id"))
        .col(string_len("role", 32))
        .col(uuid_null("parent_id"))
        .col(text_null("requirement"))
        .col(timestamp_with_time_zone_null("due_at"))
        .col(string_len("status", 32))
        .col(text_null("account"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("accepted_at"))
        .col(timestamp_with_time_zone_null("done_at"))
        .foreign_key(
            ForeignKey::create()
                .from("assignment", "order_id")
                .to("orders", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("assignment", "unit_id")
                .to("unit", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("assignment", "parent_id")
                .to("assignment", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("assignment", "created_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn reply(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("reply")
        .col(uuid("id").primary_key())
        .col(uuid("order_id"))
        .col(integer("round"))
        .col(uuid("unit_id"))
        .col(uuid("person_id"))
        .col(text("account"))
        .col(text("public_reply"))
        .col(timestamp_with_time_zone_null("contacted_at"))
        .col(string_len_null("contacted_how", 64))
        .col(boolean("supplementary"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(ForeignKey::create().from("reply", "order_id").to("orders", "id"))
        .foreign_key(ForeignKey::create().from("reply", "unit_id").to("unit", "id"))
        .foreign_key(ForeignKey::create().from("reply", "person_id").to("person", "id"))
        .to_owned();
    manager.create_table(table).await
}

async fn deadline(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("deadline")
        .col(uuid("id").primary_key())
        .col(uuid("order_id"))
        .col(integer("round"))
        .col(string_len("kind", 32))
        .col(timestamp_with_time_zone("started_at"))
        .col(timestamp_with_time_zone("due_at"))
        .col(timestamp_with_time_zone_null("stopped_at"))
        .col(string_len("light", 32))
        .col(timestamp_with_time_zone_null("next_change_at"))
        .col(timestamp_with_time_zone_null("turned_yellow_at"))
        .col(timestamp_with_time_zone_null("turned_red_at"))
        .col(boolean("provisional"))
        .col(json_binary("explanation"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(
            ForeignKey::create()
                .from("deadline", "order_id")
                .to("orders", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn extension(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("extension")
        .col(uuid("id").primary_key())
        .col(uuid("order_id"))
        .col(integer("round"))
        .col(uuid("unit_id"))
        .col(text("reason"))
        .col(integer("days"))
        .col(string_len("status", 32))
        .col(uuid("asked_by"))
        .col(timestamp_with_time_zone("asked_at"))
        .col(uuid_null("decided_by"))
        .col(timestamp_with_time_zone_null("decided_at"))
        .col(text_null("note"))
        .col(timestamp_with_time_zone("due_before"))
        .col(timestamp_with_time_zone_null("due_after"))
        .foreign_key(
            ForeignKey::create()
                .from("extension", "order_id")
                .to("orders", "id"),
        )
        .foreign_key(ForeignKey::create().from("extension", "unit_id").to("unit", "id"))
        .foreign_key(
            ForeignKey::create()
                .from("extension", "asked_by")
                .to("person", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("extension", "decided_by")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn order_return(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("order_return")
        .col(uuid("id").primary_key())
        .col(uuid("order_id"))
        .col(integer("round"))
        .col(uuid("unit_id"))
        .col(text("reason"))
        .col(uuid_null("proposed_unit_id"))
        .col(uuid("person_id"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(
            ForeignKey::create()
                .from("order_return", "order_id")
                .to("orders", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("order_return", "unit_id")
                .to("unit", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("order_return", "proposed_unit_id")
                .to("unit", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("order_return", "person_id")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

async fn endorsement(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("endorsement")
        .col(uuid("order_id"))
        .col(uuid("person_id"))
        .col(text_null("note"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().col("order_id").col("person_id"))
        .foreign_key(
            ForeignKey::create()
                .from("endorsement", "order_id")
                .to("orders", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("endorsement", "person_id")
                .to("person", "id"),
        )
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX orders_call ON orders (call_id) WHERE call_id IS NOT NULL",
    "CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX orders_area_due ON orders (area_code, due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX orders_unit_due ON orders (unit_id, due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX orders_created ON orders (created_at, id)",
    "CREATE INDEX orders_area ON orders (area_code, created_at, id)",
    "CREATE INDEX orders_unit ON orders (unit_id, created_at, id)",
    "CREATE INDEX orders_reporter ON orders (reporter_id, created_at, id)",
    "CREATE INDEX orders_status ON orders (status, created_at, id)",
    "CREATE INDEX orders_place ON orders (latitude, longitude) WHERE closed_at IS NULL",
    "CREATE UNIQUE INDEX order_event_seq ON order_event (order_id, seq)",
    "CREATE INDEX assignment_order ON assignment (order_id, round)",
    "CREATE INDEX assignment_unit ON assignment (unit_id, status)",
    "CREATE INDEX reply_order ON reply (order_id, created_at)",
    "CREATE INDEX deadline_due ON deadline (next_change_at) WHERE next_change_at IS NOT NULL",
    "CREATE INDEX deadline_order ON deadline (order_id, round)",
    "CREATE INDEX deadline_provisional ON deadline (due_at) WHERE provisional",
    "CREATE INDEX extension_order ON extension (order_id, round)",
    "CREATE INDEX extension_pending ON extension (asked_at) WHERE decided_at IS NULL",
    "CREATE INDEX order_return_order ON order_return (order_id, unit_id)",
    "CREATE INDEX endorsement_person ON endorsement (person_id, created_at)",
];

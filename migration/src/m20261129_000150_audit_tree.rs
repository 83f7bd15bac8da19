//! The Merkle tree over the record: leaves, tiles, row hashes, checkpoints, and the entries that wait. Existing entries
//! become the first leaves.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        pending(manager).await?;
        leaf(manager).await?;
        state(manager).await?;
        tile(manager).await?;
        checkpoint(manager).await?;
        head(manager).await?;
        crate::indexes(manager, INDEXES).await?;
        crate::indexes(manager, &TAKE_OVER).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "audit_head",
            "audit_checkpoint",
            "audit_tile",
            "audit_state",
            "audit_leaf",
            "audit_pending",
        ];
        crate::drop_tables(manager, &tables).await
    }
}

async fn pending(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("audit_pending")
        .col(big_pk_auto("id"))
        .col(string_len("kind", 32))
        .col(uuid_null("order_id"))
        .col(big_integer("seq"))
        .col(string_len("hash", 64))
        .col(string_len_null("seal", 64))
        .col(boolean("refused"))
        .to_owned();
    manager.create_table(table).await
}

async fn leaf(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("audit_leaf")
        .col(big_integer("idx").primary_key())
        .col(string_len("kind", 32))
        .col(uuid_null("order_id"))
        .col(big_integer("seq"))
        .col(string_len("hash", 64))
        .col(string_len_null("state", 64))
        .to_owned();
    manager.create_table(table).await
}

async fn state(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("audit_state")
        .col(uuid("order_id").primary_key())
        .col(string_len("number", 32))
        .col(big_integer("seq"))
        .col(blob("items"))
        .to_owned();
    manager.create_table(table).await
}

async fn tile(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("audit_tile")
        .col(integer("level"))
        .col(big_integer("idx"))
        .col(blob("hashes"))
        .primary_key(Index::create().col("level").col("idx"))
        .to_owned();
    manager.create_table(table).await
}

async fn checkpoint(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("audit_checkpoint")
        .col(big_pk_auto("id"))
        .col(big_integer("size"))
        .col(string_len("root", 64))
        .col(string_len("reason", 32))
        .col(timestamp_with_time_zone("at"))
        .col(text("note"))
        .col(blob_null("timestamp_token"))
        .to_owned();
    manager.create_table(table).await
}

async fn head(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("audit_head")
        .col(integer("id").primary_key())
        .col(big_integer("size"))
        .col(big_integer_null("start_leaf"))
        .to_owned();
    manager.create_table(table).await
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX audit_leaf_event ON audit_leaf (order_id, seq) WHERE order_id IS NOT NULL",
    "CREATE UNIQUE INDEX audit_leaf_act ON audit_leaf (seq) WHERE kind = 'act'",
    "CREATE INDEX audit_pending_order ON audit_pending (order_id)",
    "CREATE INDEX audit_checkpoint_at ON audit_checkpoint (at)",
];

/// One row of the head, and the entries of older releases, oldest first.
const TAKE_OVER: [&str; 3] = [
    "INSERT INTO audit_head (id, size, start_leaf) VALUES (1, 0, NULL)",
    "INSERT INTO audit_pending (kind, order_id, seq, hash, refused) \
     SELECT 'event', order_id, seq, hash, FALSE FROM order_event ORDER BY id",
    "INSERT INTO audit_pending (kind, seq, hash, refused) \
     SELECT 'act', seq, hash, FALSE FROM admin_act WHERE seq > 0 ORDER BY seq",
];

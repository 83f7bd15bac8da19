//! The position of each order's last change, for systems that follow the changes, and an index of the linked platform's
//! numbers. A trigger writes it, so that no writer of
//! the table can forget it.
//!
//! SQLite has one writer: a position larger than all before is a position after all commits before. It is at least the time
//! in milliseconds, so that a restored database does not use a position again. PostgreSQL's position is the id of the
//! transaction; a reader stops at the oldest transaction that is still running.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQLITE_POSITION: &str = "max(coalesce((SELECT max(position) FROM order_position), 0) + 1, \
     CAST((julianday('now') - 2440587.5) * 86400000 AS integer))";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DbBackend::Postgres => crate::indexes(manager, POSTGRES).await,
            _ => sqlite(manager).await,
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &[
                "DROP INDEX link_order_external_number",
                "DROP TRIGGER order_position_changed ON orders",
                "DROP FUNCTION order_position_changed",
                "DROP TABLE order_position",
            ],
            _ => &[
                "DROP INDEX link_order_external_number",
                "DROP TRIGGER order_position_changed",
                "DROP TRIGGER order_position_inserted",
                "DROP TABLE order_position",
            ],
        };
        crate::indexes(manager, statements).await
    }
}

const POSTGRES: &[&str] = &[
    "CREATE INDEX link_order_external_number ON link_order (external_number)",
    "CREATE TABLE order_position (order_id uuid PRIMARY KEY REFERENCES orders (id) ON DELETE CASCADE, position bigint NOT NULL)",
    "INSERT INTO order_position (order_id, position) SELECT id, 0 FROM orders",
    "CREATE INDEX order_position_position ON order_position (position, order_id)",
    "CREATE FUNCTION order_position_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     INSERT INTO order_position (order_id, position) VALUES (NEW.id, pg_current_xact_id()::text::bigint) \
     ON CONFLICT (order_id) DO UPDATE SET position = excluded.position; \
     RETURN NULL; END $$",
    "CREATE TRIGGER order_position_changed AFTER INSERT OR UPDATE OF version ON orders \
     FOR EACH ROW EXECUTE FUNCTION order_position_changed()",
];

async fn sqlite(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let record = format!(
        "INSERT INTO order_position (order_id, position) VALUES (NEW.id, {SQLITE_POSITION}) \
         ON CONFLICT (order_id) DO UPDATE SET position = excluded.position"
    );
    let inserted =
        format!("CREATE TRIGGER order_position_inserted AFTER INSERT ON orders BEGIN {record}; END");
    let changed = format!(
        "CREATE TRIGGER order_position_changed AFTER UPDATE OF version ON orders BEGIN {record}; END"
    );
    let statements = [
        "CREATE INDEX link_order_external_number ON link_order (external_number)",
        "CREATE TABLE order_position (order_id uuid_text PRIMARY KEY REFERENCES orders (id) ON DELETE CASCADE, position bigint NOT NULL)",
        "INSERT INTO order_position (order_id, position) SELECT id, 0 FROM orders",
        "CREATE INDEX order_position_position ON order_position (position, order_id)",
        &inserted,
        &changed,
    ];
    crate::indexes(manager, &statements).await
}

//! The materialized counts of the overview, and the order change feed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(order_change()).await?;
        manager.create_table(overview_counted()).await?;
        manager.create_table(overview_stock()).await?;
        manager.create_table(overview_dwell()).await?;
        manager.create_table(overview_flow()).await?;
        manager.create_table(overview_fold()).await?;
        indexes(manager, FIRST_ROWS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(
            manager,
            &[
                "overview_fold",
                "overview_flow",
                "overview_dwell",
                "overview_stock",
                "overview_counted",
                "order_change",
            ],
        )
        .await
    }
}

fn order_change() -> TableCreateStatement {
    Table::create()
        .table("order_change")
        .col(big_pk_auto("id"))
        .col(uuid("order_id"))
        .to_owned()
}

fn overview_counted() -> TableCreateStatement {
    Table::create()
        .table("overview_counted")
        .col(uuid("order_id").primary_key())
        .col(text("facts"))
        .to_owned()
}

fn overview_stock() -> TableCreateStatement {
    Table::create()
        .table("overview_stock")
        .col(string_len("area", 16))
        .col(string_len("subject", 40))
        .col(string_len("status", 32))
        .col(string_len("light", 32))
        .col(big_integer("orders"))
        .col(big_integer("tracked"))
        .col(big_integer("difficult"))
        .col(big_integer("demands"))
        .primary_key(
            Index::create()
                .col("area")
                .col("subject")
                .col("status")
                .col("light"),
        )
        .to_owned()
}

fn overview_dwell() -> TableCreateStatement {
    Table::create()
        .table("overview_dwell")
        .col(string_len("area", 16))
        .col(string_len("status", 32))
        .col(timestamp_with_time_zone("since"))
        .col(big_integer("orders"))
        .primary_key(Index::create().col("area").col("status").col("since"))
        .to_owned()
}

/// The subject is the last key column, so all subjects of one period and area are adjacent.
fn overview_flow() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("overview_flow")
        .col(string_len("area", 16))
        .col(string_len("grain", 16))
        .col(date("starts_on"))
        .col(string_len("subject", 40));
    for measure in MEASURES {
        table.col(big_integer(*measure));
    }
    table
        .primary_key(
            Index::create()
                .col("area")
                .col("grain")
                .col("starts_on")
                .col("subject"),
        )
        .to_owned()
}

const MEASURES: &[&str] = &[
    "arrived_snap",
    "arrived_scan",
    "arrived_call",
    "closed",
    "response_due",
    "response_met",
    "resolution_due",
    "resolution_met",
    "satisfied",
    "basically_satisfied",
    "dissatisfied",
    "unrated",
    "solved",
    "partly_solved",
    "unsolved",
];

fn overview_fold() -> TableCreateStatement {
    Table::create()
        .table("overview_fold")
        .col(integer("id").primary_key())
        .col(big_integer("seq"))
        .col(timestamp_with_time_zone_null("folded_at"))
        .to_owned()
}

/// Counts existing orders as if they had just changed.
const FIRST_ROWS: &[&str] = &[
    "INSERT INTO overview_fold (id, seq) VALUES (1, 0)",
    "INSERT INTO order_change (order_id) SELECT id FROM orders",
];

//! The sweep of the clocks with very many open orders.
//!
//! Some thousands are made as ever; the rest are copies that PostgreSQL makes itself. The server is ended before the
//! sweep is measured in this process, so that nobody else sweeps.

use std::time::Instant;

use anyhow::Context as _;
use chrono::TimeDelta;
use entity::order;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, QueryOrder as _};
use zhitong::config::Config;
use zhitong::orders::clocks::sweep;

use crate::measure::{self, Load, Material, Scenario};
use crate::product::{Caller, Product};
use crate::{Args, heading, seed};

/// Orders made through the API and by the seed; each is copied as often as it takes.
const BASE: usize = 2_000;
/// Sweeps with nothing due.
const IDLE_ROUNDS: usize = 50;

pub async fn measure(
    mut product: Product,
    callers: &[Caller],
    args: &Args,
    due: usize,
) -> anyhow::Result<()> {
    let numbers = seed::fill(&product, callers, BASE, 1).await?;
    multiply(&product, args.orders / BASE - 1).await?;
    heading(args, "postgres, all open,");
    for scenario in [Scenario::Nearest, Scenario::List, Scenario::Detail] {
        let material = Material {
            callers,
            numbers: &numbers,
            desks: &[],
        };
        println!(
            "{}",
            measure::run(
                &product,
                &material,
                scenario,
                Load::burst(args.callers, args.seconds)
            )
            .await?
        );
    }
    product.halt()?;
    time_sweeps(&product, due).await?;
    product.stop().await
}

/// Copies every order with its charges, clocks and history so many times.
async fn multiply(product: &Product, times: usize) -> anyhow::Result<()> {
    let statements = [
        format!(
            "CREATE UNLOGGED TABLE load_copy AS SELECT id AS old_id, gen_random_uuid() AS new_id, row_number() OVER () AS nth \
             FROM orders, generate_series(1, {times})"
        ),
        "INSERT INTO orders SELECT copy.* FROM load_copy JOIN orders o ON o.id = old_id \
         CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object('id', new_id, \
         'number', 'T' || to_char(date '2020-01-01' + (nth / 10000)::int, 'YYYYMMDD') || lpad((nth % 10000)::text, 6, '0'), \
         'due_at', o.due_at + (nth % 4000) * interval '1 minute')) copy"
            .to_owned(),
        copy("assignment", "gen_random_uuid()"),
        copy("deadline", "gen_random_uuid()"),
        copy("order_event", "nextval(pg_get_serial_sequence('order_event', 'id'))"),
        "DROP TABLE load_copy".to_owned(),
        // What the cluster does by itself in the hours after so many rows came, and not while the sweep is timed.
        "VACUUM (ANALYZE)".to_owned(),
        "CHECKPOINT".to_owned(),
    ];
    for statement in statements {
        product.db.execute_unprepared(&statement).await?;
    }
    Ok(())
}

fn copy(table: &str, id: &str) -> String {
    format!(
        "INSERT INTO {table} SELECT copy.* FROM load_copy JOIN {table} t ON t.order_id = old_id \
         CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object('id', {id}, 'order_id', new_id)) copy"
    )
}

async fn time_sweeps(product: &Product, due: usize) -> anyhow::Result<()> {
    let newest = order::Entity::find()
        .order_by_desc(order::Column::CreatedAt)
        .one(&product.db)
        .await?;
    let now = newest.context("no order")?.created_at + TimeDelta::minutes(30);
    let folder = tempfile::tempdir()?;
    let settings = tests::settings::settings(&product.url, folder.path(), &now.to_rfc3339());
    let config = Config::read(|name| settings.get(name).cloned())?;
    let listener = zhitong::server::bind(&config)?;
    let app = zhitong::server::build(config, listener.local_addr()?).await?;
    let mut idle_ms = Vec::new();
    for _ in 0..IDLE_ROUNDS {
        let started = Instant::now();
        let swept = sweep::sweep(&app, now).await?;
        idle_ms.push(started.elapsed().as_secs_f64() * 1e3);
        anyhow::ensure!(swept == 0, "{swept} clocks were due before any was made so");
    }
    idle_ms.sort_by(f64::total_cmp);
    let make_due = format!(
        "UPDATE deadline SET due_at = '{0}'::timestamptz + interval '1 hour', next_change_at = '{0}'::timestamptz - interval '3 hours' \
         WHERE id IN (SELECT id FROM deadline WHERE kind = 'response' AND stopped_at IS NULL LIMIT {due})",
        now.to_rfc3339()
    );
    product.db.execute_unprepared(&make_due).await?;
    let before = product.cpu_seconds_of_database();
    let started = Instant::now();
    let swept = sweep::sweep(&app, now).await?;
    let seconds = started.elapsed().as_secs_f64();
    anyhow::ensure!(swept == due, "{swept} clocks were swept");
    println!(
        "\nsweep: {seconds:.2} s for {due} due clocks, each an event, an urge and its notices (database {:.2} CPU-s); \
         nothing due: median {:.2} ms, worst {:.2} ms of {IDLE_ROUNDS}",
        product.cpu_seconds_of_database() - before,
        idle_ms.get(IDLE_ROUNDS / 2).copied().unwrap_or(f64::NAN),
        idle_ms.last().copied().unwrap_or(f64::NAN),
    );
    app.db.clone().close().await?;
    Ok(())
}

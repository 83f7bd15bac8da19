//! The table of `docs/performance.md` that stands beside the peer's: CPU time of a call with everything it causes, on both
//! databases, by clients that ask for gzip.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use entity::kinds::DeliveryStatus;
use entity::{audit_pending, delivery, job, order_change};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::measure::{self, Load, Material, Row, Scenario};
use crate::product::{Product, Pss};
use crate::seed;

/// Calls at the same time, as the peer was measured.
const AT_ONCE: usize = 4;
/// How often due work is looked for after a call.
const POLL: Duration = Duration::from_millis(250);
/// Longer than anything that follows the calls takes: a person gets one push at a time, and few people get those of a burst.
const QUIET_WITHIN: Duration = Duration::from_secs(300);
/// The last writes of what was found done.
const SETTLE: Duration = Duration::from_secs(6);

/// A call and how it is repeated.
const CALLS: [(&str, Scenario, Option<Duration>); 5] = [
    ("create, 4 at once", Scenario::Submit, None),
    (
        "create, 1 per second",
        Scenario::Submit,
        Some(Duration::from_secs(1)),
    ),
    ("upload 12 MP, 4 at once", Scenario::Upload, None),
    ("list of 50, 4 at once", Scenario::List, None),
    ("detail, 4 at once", Scenario::Detail, None),
];

/// Figures of one database.
struct Column {
    db: &'static str,
    calls: Vec<Figures>,
    /// Percent of a core while nothing happens: server and database.
    idle: (f64, f64),
    memory_idle: Pss,
    memory_after: Pss,
}

/// CPU milliseconds per call, and latencies.
struct Figures {
    server_ms: f64,
    database_ms: f64,
    p50_ms: f64,
    p99_ms: f64,
    answers: usize,
    refused: usize,
}

/// Measures these databases one after the other and prints the table.
pub async fn run(binary: &Path, databases: &[&'static str], rows: usize, seconds: u64) -> anyhow::Result<()> {
    let mut columns = Vec::new();
    for db in databases.iter().copied() {
        columns.push(column(binary, db, rows, seconds).await?);
    }
    print(&columns, rows, seconds);
    Ok(())
}

async fn column(binary: &Path, db: &'static str, rows: usize, seconds: u64) -> anyhow::Result<Column> {
    let product = Product::start(binary, db).await?;
    let callers = product.sign_in_everybody().await?;
    wait_until_quiet(&product).await?;
    let memory_idle = product.pss()?;
    let idle = idle_percent(&product, seconds).await?;
    eprintln!("{db}: filling the database with {rows} orders");
    let numbers = seed::fill(&product, &callers, rows, 10).await?;
    seed::count(&product).await?;
    wait_until_quiet(&product).await?;
    let mut calls = Vec::new();
    for (name, scenario, pace) in CALLS {
        eprintln!("{db}: {name}");
        let material = Material {
            callers: &callers,
            numbers: &numbers,
            desks: &[],
        };
        let load = Load {
            at_once: if pace.is_some() { 1 } else { AT_ONCE },
            seconds: if pace.is_some() { seconds * 3 } else { seconds },
            pace,
        };
        calls.push(with_everything(&product, &material, scenario, load).await?);
    }
    let memory_after = product.pss()?;
    product.stop().await?;
    Ok(Column {
        db,
        calls,
        idle,
        memory_idle,
        memory_after,
    })
}

/// A call repeated, with what it causes until nothing is left to do.
async fn with_everything(
    product: &Product,
    material: &Material<'_>,
    scenario: Scenario,
    load: Load,
) -> anyhow::Result<Figures> {
    let (server_before, database_before) = product.cpu_seconds()?;
    let row: Row = measure::run(product, material, scenario, load).await?;
    if scenario == Scenario::Submit {
        wait_until_quiet(product).await?;
    }
    let (server_after, database_after) = product.cpu_seconds()?;
    // The first call is not among the answers.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let calls = (row.answers + row.refused + 1) as f64;
    Ok(Figures {
        server_ms: (server_after - server_before) * 1e3 / calls,
        database_ms: (database_after - database_before) * 1e3 / calls,
        p50_ms: row.percentile(50),
        p99_ms: row.percentile(99),
        answers: row.answers,
        refused: row.refused,
    })
}

async fn idle_percent(product: &Product, seconds: u64) -> anyhow::Result<(f64, f64)> {
    let (server_before, database_before) = product.cpu_seconds()?;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let (server_after, database_after) = product.cpu_seconds()?;
    #[expect(clippy::cast_precision_loss, reason = "seconds")]
    let percent = 100.0 / seconds as f64;
    Ok((
        (server_after - server_before) * percent,
        (database_after - database_before) * percent,
    ))
}

/// Waits until no job, push, change or entry of the record is left over.
async fn wait_until_quiet(product: &Product) -> anyhow::Result<()> {
    let waiting = async {
        while is_busy(product).await? {
            tokio::time::sleep(POLL).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(QUIET_WITHIN, waiting)
        .await
        .context("work is left over")??;
    tokio::time::sleep(SETTLE).await;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the server runs on the real clock")]
async fn is_busy(product: &Product) -> anyhow::Result<bool> {
    let (db, now) = (&product.db, chrono::Utc::now());
    let job = job::Entity::find()
        .filter(job::Column::DoneAt.is_null())
        .filter(job::Column::FailedAt.is_null())
        .filter(job::Column::RunAt.lte(now));
    let push = delivery::Entity::find()
        .filter(delivery::Column::Status.eq(DeliveryStatus::Waiting))
        .filter(delivery::Column::NextAt.lte(now));
    Ok(job.one(db).await?.is_some()
        || push.one(db).await?.is_some()
        || order_change::Entity::find().one(db).await?.is_some()
        || audit_pending::Entity::find().one(db).await?.is_some())
}

fn print(columns: &[Column], rows: usize, seconds: u64) {
    println!(
        "\n{rows} orders, {seconds} s a call, {AT_ONCE} callers; CPU-ms per call with everything it causes:\n"
    );
    let head = columns
        .iter()
        .map(|column| format!(" {0}: server + database CPU-ms | {0}: p50 / p99 ms |", column.db));
    println!("| |{}", head.collect::<String>());
    println!("|---|{}", "---:|---:|".repeat(columns.len()));
    for (nth, (name, ..)) in CALLS.iter().enumerate() {
        let cells = columns
            .iter()
            .filter_map(|column| column.calls.get(nth))
            .map(|call| {
                format!(
                    " {:.1} + {:.1} = {:.1} | {:.1} / {:.1} |",
                    call.server_ms,
                    call.database_ms,
                    call.server_ms + call.database_ms,
                    call.p50_ms,
                    call.p99_ms
                )
            });
        println!("| {name} |{}", cells.collect::<String>());
    }
    let idle = columns
        .iter()
        .map(|column| format!(" {:.2} + {:.2} % of a core | |", column.idle.0, column.idle.1));
    println!("| idle, no orders |{}", idle.collect::<String>());
    let memory = |name: &str, of: fn(&Column) -> &Pss| {
        let cells = columns.iter().map(|column| {
            let Pss { server, database } = of(column);
            format!(" {server:.0} + {database:.0} MiB PSS | |")
        });
        println!("| {name} |{}", cells.collect::<String>());
    };
    memory("memory, no orders", |column| &column.memory_idle);
    memory("memory, after all calls", |column| &column.memory_after);
    for column in columns {
        let calls = column.calls.iter().zip(CALLS);
        let counts =
            calls.map(|(call, (name, ..))| format!("{name}: {} ({} refused)", call.answers, call.refused));
        println!(
            "\n{}, answers: {}",
            column.db,
            counts.collect::<Vec<_>>().join(", ")
        );
    }
}

//! How fast the product is, measured from outside: the release binary as a process of its own, a database
//! with many orders, calls over HTTP. Prints a table for `docs/performance.md`.
//!
//! ```sh
//! cargo build --release && cargo run --release -p tests --example load -- --db sqlite --orders 100000
//! ```
//! `--sweep 1000`: all orders open, on PostgreSQL, so many clocks due at once.
//! `--search --orders 1000`: the cost of searches only; run it with 1,000, 100,000 and 1,000,000 orders to compare.
//! `--import 1000000`: `zhitong import orders` with a file of so many rows; prints seconds and peak memory.
//! `--table --db both --rows 20000`: the table that stands beside the peer's.
//! `--growth --db both --rows 1000000`: every list, filter and search with 1,000, 100,000 and 1,000,000 orders.
//! PostgreSQL: `TEST_POSTGRES_URL` names a cluster on this machine, as `tests/run` starts one.

mod growth;
mod hang;
mod import;
mod measure;
mod product;
mod screens;
mod search;
mod seed;
mod side_by_side;
mod sweep;

use std::path::PathBuf;

use clap::Parser;

use crate::measure::{Load, Material, Scenario};
use crate::product::Product;

/// Moves are made on so many orders at most.
const MOST_MOVES: u64 = 20_000;

#[derive(Parser)]
struct Args {
    /// `sqlite` or `postgres`; for `--table` and `--growth` also `both`
    #[arg(long, default_value = "sqlite")]
    db: String,
    /// Orders in the database before the measuring begins
    #[arg(long, visible_alias = "rows", default_value_t = 100_000)]
    orders: usize,
    /// How long each call is repeated
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Callers at the same time
    #[arg(long, default_value_t = 8)]
    callers: usize,
    /// Measures the sweep of the clocks instead, with so many of them due; PostgreSQL, every order open
    #[arg(long)]
    sweep: Option<usize>,
    /// Screens on the live stream
    #[arg(long, default_value_t = 200)]
    screens: usize,
    /// Measure the one screen and its stream only
    #[arg(long)]
    overview: bool,
    /// Measures what has nothing to do with WeChat while WeChat answers, twice, and while it hangs; fails when that is felt
    #[arg(long)]
    wechat_hangs: bool,
    /// Measures the import of a history of so many orders instead
    #[arg(long)]
    import: Option<usize>,
    /// The format of the file for `--import`
    #[arg(long, value_enum, default_value_t = import::Format::Csv)]
    format: import::Format,
    /// Prints the table that stands beside the peer's: every call with all it causes
    #[arg(long)]
    table: bool,
    /// Prints lists, filters and searches with 1,000, 100,000 and 1,000,000 orders side by side, up to `--rows`
    #[arg(long)]
    growth: bool,
    /// Measures searches only
    #[arg(long)]
    search: bool,
    #[arg(long, default_value = "target/release/zhitong")]
    binary: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if args.table || args.growth {
        return tables(&args).await;
    }
    let db = if args.sweep.is_some() {
        "postgres"
    } else {
        &args.db
    };
    if let Some(rows) = args.import {
        return import::measure(&args.binary, db, rows, args.format).await;
    }
    let product = Product::start(&args.binary, db).await?;
    let idle = product.resident_mib()?;
    let callers = product.sign_in_everybody().await?;
    eprintln!("filling the database with {} orders", args.orders);
    if let Some(due) = args.sweep {
        return sweep::measure(product, &callers, &args, due).await;
    }
    let numbers = seed::fill(&product, &callers, args.orders, 10).await?;
    if args.search {
        search::measure(&product, &callers, &numbers, db).await?;
        return product.stop().await;
    }
    eprintln!("counted, {:.0} orders/s", seed::count(&product).await?);
    if args.wechat_hangs {
        let material = Material {
            callers: &callers,
            numbers: &numbers,
            desks: &[],
        };
        let compared = hang::compare(&product, &material, args.callers, args.seconds).await;
        product.stop().await?;
        return compared;
    }
    heading(&args, db);
    let mut desks = seed::desks(&product, &callers, MOST_MOVES).await?;
    for scenario in Scenario::ALL {
        if args.overview && scenario != Scenario::Overview {
            continue;
        }
        let material = Material {
            callers: &callers,
            numbers: &numbers,
            desks: &desks,
        };
        let row = measure::run(
            &product,
            &material,
            scenario,
            Load::burst(args.callers, args.seconds),
        )
        .await?;
        println!("{row}");
        if scenario.moves() {
            // What follows goes on with the orders that this move was made on; the first call is not counted.
            desks.truncate(row.answers + 1);
        }
    }
    for line in screens::run(&product, &callers, args.screens, args.seconds).await? {
        println!("{line}");
    }
    println!(
        "\nresident memory: {idle:.0} MiB idle after start, {:.0} MiB at the end (peak {:.0} MiB)",
        product.resident_mib()?,
        product.peak_mib()?
    );
    product.stop().await
}

/// The tables that compare databases, or sizes.
async fn tables(args: &Args) -> anyhow::Result<()> {
    let databases = databases(&args.db)?;
    if args.table {
        side_by_side::run(&args.binary, &databases, args.orders, args.seconds).await?;
    }
    if args.growth {
        for db in databases {
            growth::run(&args.binary, db, args.orders).await?;
        }
    }
    Ok(())
}

fn databases(named: &str) -> anyhow::Result<Vec<&'static str>> {
    Ok(match named {
        "sqlite" => vec!["sqlite"],
        "postgres" => vec!["postgres"],
        "both" => vec!["postgres", "sqlite"],
        other => anyhow::bail!("--db is sqlite, postgres or both, not {other}"),
    })
}

fn heading(args: &Args, db: &str) {
    println!(
        "\n{db} with {} orders, {} callers at once, {} s each:\n",
        args.orders, args.callers, args.seconds
    );
    println!("| call | answers/s | p50 ms | p99 ms | server CPU-ms | database CPU-ms | refused |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
}

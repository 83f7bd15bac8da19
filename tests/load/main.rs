//! How fast the product is, measured from outside: the release binary as a process of its own, a database
//! with many orders, calls over HTTP. Prints a table for `docs/performance.md`.
//!
//! ```sh
//! cargo build --release && cargo run --release -p tests --example load -- --db sqlite --orders 100000
//! ```
//! `--sweep 1000`: all orders open, on PostgreSQL, so many clocks due at once.
//! PostgreSQL: `TEST_POSTGRES_URL` names a cluster on this machine, as `tests/run` starts one.

mod hang;
mod measure;
mod product;
mod screens;
mod seed;
mod sweep;

use std::path::PathBuf;

use clap::Parser;

use crate::measure::{Material, Scenario};
use crate::product::Product;

/// Moves are made on so many orders at most.
const MOST_MOVES: u64 = 20_000;

#[derive(Parser)]
struct Args {
    /// `sqlite` or `postgres`
    #[arg(long, default_value = "sqlite")]
    db: String,
    /// Orders in the database before the measuring begins
    #[arg(long, default_value_t = 100_000)]
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
    #[arg(long, default_value = "target/release/zhitong")]
    binary: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let db = if args.sweep.is_some() {
        "postgres"
    } else {
        &args.db
    };
    let product = Product::start(&args.binary, db).await?;
    let idle = product.resident_mib()?;
    let callers = product.sign_in_everybody().await?;
    eprintln!("filling the database with {} orders", args.orders);
    if let Some(due) = args.sweep {
        return sweep::measure(product, &callers, &args, due).await;
    }
    let numbers = seed::fill(&product, &callers, args.orders, 10).await?;
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
        let row = measure::run(&product, &material, scenario, args.callers, args.seconds).await?;
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

fn heading(args: &Args, db: &str) {
    println!(
        "\n{db} with {} orders, {} callers at once, {} s each:\n",
        args.orders, args.callers, args.seconds
    );
    println!("| call | answers/s | p50 ms | p99 ms | server CPU-ms | database CPU-ms | refused |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
}

//! How fast the product is, measured from outside: the release binary as a process of its own, a database
//! with many orders, calls over HTTP. Prints a table for `docs/performance.md`.
//!
//! ```sh
//! cargo build --release && cargo run --release -p tests --example load -- --db sqlite --orders 100000
//! ```
//! PostgreSQL: `TEST_POSTGRES_URL` names a cluster on this machine, as `tests/run` starts one.

mod measure;
mod product;
mod seed;

use std::path::PathBuf;

use clap::Parser;

use crate::measure::Scenario;
use crate::product::Product;

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
    #[arg(long, default_value = "target/release/zhitong")]
    binary: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let product = Product::start(&args.binary, &args.db).await?;
    let idle = product.resident_mib()?;
    let callers = product.sign_in_everybody().await?;
    eprintln!("filling the database with {} orders", args.orders);
    let numbers = seed::fill(&product, &callers, args.orders).await?;
    println!(
        "\n{} with {} orders, {} callers at once, {} s each:\n",
        args.db, args.orders, args.callers, args.seconds
    );
    println!("| call | answers/s | p50 ms | p99 ms | server CPU-ms | database CPU-ms | refused |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for scenario in Scenario::ALL {
        let row = measure::run(&product, &callers, &numbers, scenario, args.callers, args.seconds).await?;
        println!("{row}");
    }
    println!(
        "\nresident memory: {idle:.0} MiB idle after start, {:.0} MiB at the end (peak {:.0} MiB)",
        product.resident_mib()?,
        product.peak_mib()?
    );
    product.stop().await
}

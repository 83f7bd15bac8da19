//! The cost of a search by what it finds: p50 and p99 of one caller's requests, one after the other.

use std::time::Instant;

use anyhow::Context as _;

use crate::product::{Caller, Product};
use crate::seed;

/// Requests per kind of search; the first ones fill caches and are not counted.
const REQUESTS: usize = 200;
const WARM_UP: usize = 10;

/// Prints one row per kind of search.
pub async fn measure(
    product: &Product,
    callers: &[Caller],
    numbers: &[String],
    db: &str,
) -> anyhow::Result<()> {
    let operator = callers.iter().find(|caller| caller.person.role == "operator");
    let operator = operator.context("no operator")?;
    let orders = numbers.len();
    println!("\nsearch, {db} with {orders} orders, one caller:\n");
    println!("| search | on the first page | p50 ms | p99 ms |");
    println!("|---|---:|---:|---:|");
    let middle = numbers.get(orders / 2).context("no order")?;
    let digits = middle.get(middle.len().saturating_sub(6)..).unwrap_or_default();
    let rare = format!("第 {} 处", orders / 2);
    let searches = [
        ("two words of which one is rare", rare.as_str()),
        ("a word of one order in a hundred", seed::RARE_WORD),
        ("a word of every order", "路面塌陷"),
        ("words of no order", "海市蜃楼"),
        ("an order's number", middle.as_str()),
        ("its last six digits", digits),
    ];
    for (name, text) in searches {
        let (found, mut latencies_ms) = (product.search(operator, text).await?, Vec::new());
        for nth in 0..WARM_UP + REQUESTS {
            let started = Instant::now();
            product.search(operator, text).await?;
            if nth >= WARM_UP {
                latencies_ms.push(started.elapsed().as_secs_f64() * 1e3);
            }
        }
        latencies_ms.sort_by(f64::total_cmp);
        let at = |part: usize| latencies_ms.get(latencies_ms.len() * part / 100).copied();
        let (p50, p99) = (at(50).unwrap_or(f64::NAN), at(99).unwrap_or(f64::NAN));
        println!("| {name} | {found} | {p50:.1} | {p99:.1} |");
    }
    Ok(())
}

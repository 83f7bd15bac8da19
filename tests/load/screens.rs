//! Many screens on the live stream: what they cost while nothing happens, and while orders come.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::product::{Caller, Product};
use crate::seed;

/// Orders a second while orders come: a city's busiest hour.
const ARRIVALS_PER_SEC: u64 = 2;

/// Streams that one session may have open.
const MAX_PER_SESSION: usize = 5;

/// Opens the screens and gives back a line for each state.
pub async fn run(
    product: &Product,
    callers: &[Caller],
    screens: usize,
    seconds: u64,
) -> anyhow::Result<Vec<String>> {
    // One session has five streams, so the screens are those of everybody who sees the whole city.
    let watchers: Vec<&Caller> = callers
        .iter()
        .filter(|c| ["operator", "supervisor", "admin"].contains(&c.person.role.as_str()))
        .collect();
    anyhow::ensure!(!watchers.is_empty(), "nobody sees the whole city");
    let screens = screens.min(watchers.len() * MAX_PER_SESSION);
    let delegate = callers
        .iter()
        .find(|c| c.person.role == "delegate")
        .context("a delegate")?;
    let alone = cost(product, delegate, seconds, 0).await?;
    let alone_busy = cost(product, delegate, seconds, ARRIVALS_PER_SEC).await?;
    let received = Arc::new(AtomicUsize::new(0));
    let mut open = Vec::new();
    for watcher in watchers.iter().cycle().take(screens) {
        let mut stream = product
            .http
            .get(format!("{}/api/v1/overview/stream", product.base))
            .bearer_auth(&watcher.token)
            .send()
            .await?
            .error_for_status()?;
        let received = Arc::clone(&received);
        open.push(tokio::spawn(async move {
            while let Ok(Some(chunk)) = stream.chunk().await {
                received.fetch_add(chunk.len(), Ordering::Relaxed);
            }
        }));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = cost(product, delegate, seconds, 0).await?;
    let before = received.load(Ordering::Relaxed);
    let busy = cost(product, delegate, seconds, ARRIVALS_PER_SEC).await?;
    let bytes = received.load(Ordering::Relaxed) - before;
    for stream in open {
        stream.abort();
    }
    Ok(vec![
        String::new(),
        format!("| {screens} screens | without, core-% | with, core-% |"),
        "|---|---:|---:|".to_owned(),
        format!("| nothing happens | {alone:.2} | {idle:.2} |"),
        format!("| {ARRIVALS_PER_SEC} orders/s arrive | {alone_busy:.2} | {busy:.2} |"),
        format!(
            "\n{} kB to each screen in {seconds} s of arrivals",
            bytes / screens.max(1) / 1_000
        ),
    ])
}

/// CPU use of the server in percent of one core, at this number of orders per second.
async fn cost(product: &Product, delegate: &Caller, seconds: u64, arrivals: u64) -> anyhow::Result<f64> {
    let (before, _) = product.cpu_seconds()?;
    let started = Instant::now();
    let run = uuid::Uuid::now_v7();
    for nth in 0..seconds * arrivals.max(1) {
        if arrivals > 0 {
            product
                .http
                .post(format!("{}/api/v1/orders", product.base))
                .bearer_auth(&delegate.token)
                .header("Idempotency-Key", format!("{run}-{nth}"))
                .json(&seed::report(usize::try_from(nth)?))
                .send()
                .await?
                .error_for_status()?;
        }
        tokio::time::sleep(Duration::from_millis(1_000 / arrivals.max(1))).await;
    }
    let (after, _) = product.cpu_seconds()?;
    Ok((after - before) / started.elapsed().as_secs_f64() * 100.0)
}

//! WeChat takes every connection and never answers, while people keep trying to sign in and every report wants to be
//! pushed: what has nothing to do with it must be as fast as ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tests::faults::Fault;

use crate::measure::{self, Material, Scenario};
use crate::product::Product;

/// Calls that do without WeChat, although a submitted report causes pushes.
const UNRELATED: [Scenario; 4] = [Scenario::Submit, Scenario::List, Scenario::Detail, Scenario::Own];
/// People who try to sign in, each again as soon as he has been told to try again.
const SIGNING_IN: usize = 50;
/// Somebody who is told to try again does so after a moment.
const PAUSE: Duration = Duration::from_secs(1);

pub async fn compare(
    product: &Product,
    material: &Material<'_>,
    at_once: usize,
    seconds: u64,
) -> anyhow::Result<()> {
    println!("\nWeChat answers:\n");
    measure_all(product, material, at_once, seconds).await?;
    product.wechat.set(Fault::Hang);
    let crowd = Crowd::gather(product);
    println!("\nWeChat hangs, {SIGNING_IN} people try to sign in:\n");
    measure_all(product, material, at_once, seconds).await?;
    let (told, slowest) = crowd.disperse().await?;
    println!(
        "\nsign-ins told to try again meanwhile: {told}, the slowest after {} ms",
        slowest.as_millis()
    );
    product.wechat.set(Fault::None);
    Ok(())
}

async fn measure_all(
    product: &Product,
    material: &Material<'_>,
    at_once: usize,
    seconds: u64,
) -> anyhow::Result<()> {
    println!("| call | answers/s | p50 ms | p99 ms | server CPU-ms | database CPU-ms | refused |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for scenario in UNRELATED {
        let row = measure::run(product, material, scenario, at_once, seconds).await?;
        println!("{row}");
    }
    Ok(())
}

/// Those who try to sign in until they are sent home.
struct Crowd {
    over: Arc<AtomicBool>,
    told: Arc<AtomicUsize>,
    people: Vec<tokio::task::JoinHandle<anyhow::Result<Duration>>>,
}

impl Crowd {
    fn gather(product: &Product) -> Self {
        let (over, told) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let url = format!("{}/api/v1/sessions", product.base);
        let people = (0..SIGNING_IN).map(|_| {
            let (http, url) = (product.http.clone(), url.clone());
            let (over, told) = (Arc::clone(&over), Arc::clone(&told));
            tokio::spawn(async move {
                let mut slowest = Duration::ZERO;
                while !over.load(Ordering::Relaxed) {
                    let started = Instant::now();
                    let answer = http.post(&url).json(&json!({ "code": "any" })).send().await?;
                    anyhow::ensure!(
                        answer.status() == 503,
                        "a sign-in was answered {}",
                        answer.status()
                    );
                    slowest = slowest.max(started.elapsed());
                    told.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(PAUSE).await;
                }
                Ok(slowest)
            })
        });
        let people = people.collect();
        Self { over, told, people }
    }

    /// How many were told to try again, and how long the slowest had to wait for it.
    async fn disperse(self) -> anyhow::Result<(usize, Duration)> {
        self.over.store(true, Ordering::Relaxed);
        let mut slowest = Duration::ZERO;
        for person in self.people {
            slowest = slowest.max(person.await??);
        }
        Ok((self.told.load(Ordering::Relaxed), slowest))
    }
}

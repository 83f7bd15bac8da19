//! WeChat takes every connection and never answers, while people keep trying to sign in and every report wants to be
//! pushed: what has nothing to do with it must be as fast as ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tests::fault_proxy::Fault;

use crate::measure::{self, Load, Material, Row, Scenario};
use crate::product::Product;

/// Calls that do without WeChat, although a submitted report causes pushes.
const UNRELATED: [Scenario; 4] = [Scenario::Submit, Scenario::List, Scenario::Detail, Scenario::Own];
/// People who try to sign in; each retries as soon as a response asks for it.
const SIGNING_IN: usize = 50;
/// Pause before a retry.
const PAUSE: Duration = Duration::from_secs(1);

/// Tolerated difference of p99 between runs of a few seconds on a small machine, beyond that of two idle runs.
const NOISE: f64 = 1.25;
const NOISE_MS: f64 = 2.0;

/// Measures twice while WeChat answers, which shows the noise, and once while it hangs; fails when a call was refused
/// or slower than noise explains.
///
/// The stand-in is part of the server, so that while it is cut off the server is also spared its work: the answers per
/// second of the last table say nothing.
pub async fn compare(
    product: &Product,
    material: &Material<'_>,
    at_once: usize,
    seconds: u64,
) -> anyhow::Result<()> {
    println!("\nWeChat answers:\n");
    let quiet = measure_all(product, material, at_once, seconds).await?;
    println!("\nWeChat answers, measured again:\n");
    let again = measure_all(product, material, at_once, seconds).await?;
    product.wechat.set(Fault::Hang);
    let crowd = Crowd::gather(product);
    println!("\nWeChat hangs, {SIGNING_IN} people try to sign in:\n");
    let hung = measure_all(product, material, at_once, seconds).await?;
    let (told, slowest) = crowd.disperse().await?;
    product.wechat.set(Fault::None);
    println!(
        "\nsign-ins told to try again meanwhile: {told}, the slowest after {} ms",
        slowest.as_millis()
    );
    judge(&quiet, &again, &hung)
}

/// p99 side by side.
fn judge(quiet: &[Row], again: &[Row], hung: &[Row]) -> anyhow::Result<()> {
    println!("\n| call | p99 ms | again | WeChat hangs | at most |");
    println!("|---|---:|---:|---:|---:|");
    let mut slower = Vec::new();
    for ((quiet, again), hung) in quiet.iter().zip(again).zip(hung) {
        let (one, other, found) = (quiet.percentile(99), again.percentile(99), hung.percentile(99));
        let most = one.max(other) * NOISE + NOISE_MS;
        println!(
            "| {} | {one:.1} | {other:.1} | {found:.1} | {most:.1} |",
            hung.scenario
        );
        // Not a number: nothing was answered at all.
        let within = found <= most;
        if !within || hung.refused > quiet.refused.max(again.refused) {
            slower.push(hung.scenario.to_string());
        }
    }
    anyhow::ensure!(
        slower.is_empty(),
        "WeChat's hanging is felt by: {}",
        slower.join(", ")
    );
    Ok(())
}

async fn measure_all(
    product: &Product,
    material: &Material<'_>,
    at_once: usize,
    seconds: u64,
) -> anyhow::Result<Vec<Row>> {
    println!("| call | answers/s | p50 ms | p99 ms | server CPU-ms | database CPU-ms | refused |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let mut rows = Vec::new();
    for scenario in UNRELATED {
        let row = measure::run(product, material, scenario, Load::burst(at_once, seconds)).await?;
        println!("{row}");
        rows.push(row);
    }
    Ok(rows)
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

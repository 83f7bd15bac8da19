//! One call, repeated by several callers for some seconds.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use reqwest::RequestBuilder;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use tests::photos;

use crate::product::{Caller, Product};
use crate::seed::{self, Desk};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    Submit,
    Upload,
    List,
    Nearest,
    Detail,
    Own,
    Overview,
    Accept,
    Reply,
    Judge,
}

/// The measured cost of one call.
pub struct Row {
    pub scenario: Scenario,
    /// Calls that went well.
    pub answers: usize,
    pub refused: usize,
    elapsed: Duration,
    latencies_ms: Vec<f64>,
    server_cpu: f64,
    database_cpu: f64,
}

impl Scenario {
    /// Moves come last, one after the other on the same orders.
    pub const ALL: [Self; 10] = [
        Self::Submit,
        Self::Upload,
        Self::List,
        Self::Nearest,
        Self::Detail,
        Self::Own,
        Self::Overview,
        Self::Accept,
        Self::Reply,
        Self::Judge,
    ];

    pub fn moves(self) -> bool {
        matches!(self, Self::Accept | Self::Reply | Self::Judge)
    }

    fn role(self) -> &'static str {
        match self {
            Self::Submit | Self::Upload | Self::Own => "delegate",
            Self::List | Self::Nearest | Self::Detail | Self::Judge | Self::Overview => "operator",
            Self::Accept | Self::Reply => "handler",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Submit => "submit without photo",
            Self::Upload => "upload a 12-megapixel photo",
            Self::List => "list 50 of all",
            Self::Nearest => "list 50 by nearest deadline",
            Self::Detail => "one order",
            Self::Own => "own orders",
            Self::Overview => "the one screen",
            Self::Accept => "move: accept",
            Self::Reply => "move: reply",
            Self::Judge => "move: verdict (satisfied, by call)",
        })
    }
}

/// The state that all callers share.
struct Run {
    scenario: Scenario,
    base: String,
    http: reqwest::Client,
    callers: Vec<Caller>,
    numbers: Vec<String>,
    desks: Vec<Desk>,
    photo: Vec<u8>,
    next: AtomicUsize,
    run: uuid::Uuid,
}

/// The objects that the calls use.
pub struct Material<'a> {
    pub callers: &'a [Caller],
    pub numbers: &'a [String],
    /// Orders that the move has not been made on.
    pub desks: &'a [Desk],
}

/// How a call is repeated.
#[derive(Clone, Copy)]
pub struct Load {
    /// Callers at the same time.
    pub at_once: usize,
    pub seconds: u64,
    /// From the beginning of a caller's call to the beginning of their next one; without it they never pause.
    pub pace: Option<Duration>,
}

impl Load {
    /// Callers who never pause.
    pub fn burst(at_once: usize, seconds: u64) -> Self {
        Self {
            at_once,
            seconds,
            pace: None,
        }
    }
}

pub async fn run(
    product: &Product,
    material: &Material<'_>,
    scenario: Scenario,
    load: Load,
) -> anyhow::Result<Row> {
    let Material {
        callers,
        numbers,
        desks,
    } = *material;
    let run = Arc::new(Run {
        scenario,
        base: product.base.clone(),
        http: product.http.clone(),
        callers: callers
            .iter()
            .filter(|c| c.person.role == scenario.role())
            .cloned()
            .collect(),
        numbers: numbers.to_vec(),
        desks: desks.to_vec(),
        photo: photos::large_jpeg(),
        next: AtomicUsize::new(0),
        run: uuid::Uuid::now_v7(),
    });
    run.once().await.context("the first call")?;
    let (server_before, database_before) = product.cpu_seconds()?;
    let started = Instant::now();
    let until = started + Duration::from_secs(load.seconds);
    let mut tasks = Vec::new();
    for _ in 0..load.at_once {
        let run = Arc::clone(&run);
        tasks.push(tokio::spawn(async move { run.repeat(until, load.pace).await }));
    }
    let (mut latencies_ms, mut refused) = (Vec::new(), 0);
    for task in tasks {
        let (of_task, refused_of_task) = task.await??;
        latencies_ms.extend(of_task);
        refused += refused_of_task;
    }
    let elapsed = started.elapsed();
    let (server_after, database_after) = product.cpu_seconds()?;
    latencies_ms.sort_by(f64::total_cmp);
    Ok(Row {
        scenario,
        answers: latencies_ms.len(),
        refused,
        elapsed,
        latencies_ms,
        server_cpu: server_after - server_before,
        database_cpu: database_after - database_before,
    })
}

impl Run {
    /// Calls until the time is over; milliseconds of each call that went well, and how many did not.
    async fn repeat(&self, until: Instant, pace: Option<Duration>) -> anyhow::Result<(Vec<f64>, usize)> {
        let (mut latencies_ms, mut refused) = (Vec::new(), 0);
        while Instant::now() < until {
            let started = Instant::now();
            match self.once().await? {
                Some(true) => latencies_ms.push(started.elapsed().as_secs_f64() * 1e3),
                Some(false) => refused += 1,
                None => break,
            }
            if let Some(pace) = pace {
                tokio::time::sleep_until((started + pace).into()).await;
            }
        }
        Ok((latencies_ms, refused))
    }

    /// Whether it went well; none when there is no order left to move.
    async fn once(&self) -> anyhow::Result<Option<bool>> {
        let nth = self.next.fetch_add(1, Ordering::Relaxed);
        if self.scenario.moves() && nth >= self.desks.len() {
            return Ok(None);
        }
        let caller = self
            .callers
            .get(nth % self.callers.len())
            .context("nobody of this role")?;
        let of_unit = self.desks.get(nth).filter(|_| self.scenario.role() == "handler");
        let token = of_unit.map_or(&caller.token, |desk| &desk.token);
        let request = self.request(nth).bearer_auth(token);
        let answer = request.header("Accept-Encoding", "gzip").send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        if !status.is_success() && nth == 0 {
            anyhow::bail!("{}: {status} {}", self.scenario, String::from_utf8_lossy(&body));
        }
        Ok(Some(status.is_success()))
    }

    fn moved(&self, nth: usize, action: &str, body: &serde_json::Value) -> RequestBuilder {
        let number = self.desks.get(nth).map_or("", |desk| desk.number.as_str());
        let url = format!("{}/api/v1/orders/{number}/{action}", self.base);
        self.http.post(url).json(body)
    }

    fn request(&self, nth: usize) -> RequestBuilder {
        let api = format!("{}/api/v1", self.base);
        match self.scenario {
            Scenario::Submit => self
                .http
                .post(format!("{api}/orders"))
                .header("Idempotency-Key", format!("{}-{nth}", self.run))
                .json(&seed::report(nth)),
            Scenario::Upload => {
                let part = Part::bytes(photos::with_comment(&self.photo, &format!("{}-{nth}", self.run)));
                let form = Form::new()
                    .part("file", part.file_name("photo.jpg"))
                    .text("role", "before");
                self.http.post(format!("{api}/photos")).multipart(form)
            }
            Scenario::Nearest => self.http.get(format!("{api}/orders?scope=all&sort=due&limit=50")),
            Scenario::Accept => self.moved(nth, "accept", &json!({})),
            Scenario::Reply => self.moved(nth, "reply", &tests::order_fixture::reply()),
            Scenario::Judge => {
                let verdict = tests::order_fixture::verdict("satisfied");
                let call = json!({ "reached": true, "outcome": "接通。", "verdict": verdict });
                self.moved(nth, "follow-ups", &call)
            }
            Scenario::List => self.http.get(format!("{api}/orders?scope=all&limit=50")),
            Scenario::Detail => {
                // A stride that meets them all in no order that a cache would like.
                let index = nth.wrapping_mul(7_919) % self.numbers.len();
                let number = self.numbers.get(index).map_or("", String::as_str);
                self.http.get(format!("{api}/orders/{number}"))
            }
            Scenario::Overview => self.http.get(format!("{api}/overview")),
            Scenario::Own => self.http.get(format!("{api}/orders?scope=mine&limit=20")),
        }
    }
}

impl Row {
    /// Milliseconds that so many of a hundred calls took at most.
    pub fn percentile(&self, part: usize) -> f64 {
        let index = (self.latencies_ms.len() * part / 100).min(self.latencies_ms.len().saturating_sub(1));
        self.latencies_ms.get(index).copied().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Row {
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.answers.max(1) as f64;
        write!(
            f,
            "| {} | {:.0} | {:.1} | {:.1} | {:.2} | {:.2} | {} |",
            self.scenario,
            self.answers as f64 / self.elapsed.as_secs_f64(),
            self.percentile(50),
            self.percentile(99),
            self.server_cpu * 1e3 / count,
            self.database_cpu * 1e3 / count,
            self.refused,
        )
    }
}

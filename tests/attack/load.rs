//! Delegates who submit without pause, and a ledger of what the product has acknowledged. A caller repeats a request under
//! the same idempotency key until it is answered, as the mini-program does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::{Value, json};
use tests::orders::Report;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::product::{Delegate, Product};

/// After an error a client waits a little.
const PAUSE: Duration = Duration::from_millis(20);

#[derive(Debug, Default)]
pub struct Ledger {
    /// Order number by idempotency key; the key is the description too.
    acknowledged: Mutex<BTreeMap<String, String>>,
    pub unavailable: AtomicU64,
    pub broken_off: AtomicU64,
    /// Answers that are neither success nor 503 with `Retry-After`.
    faults: Mutex<Vec<String>>,
}

pub struct Load {
    stop: Arc<AtomicBool>,
    callers: Vec<JoinHandle<()>>,
}

impl Load {
    /// Every delegate submits without pause. `base` may be that of another replica.
    pub fn start(product: &Product, delegates: &[Delegate], ledger: &Arc<Ledger>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let callers = delegates.iter().map(|delegate| {
            let caller = Caller {
                http: product.http.clone(),
                base: product.base.clone(),
                token: delegate.token.clone(),
                ledger: Arc::clone(ledger),
                stop: Arc::clone(&stop),
            };
            tokio::spawn(caller.run())
        });
        Self {
            callers: callers.collect(),
            stop,
        }
    }

    /// Ends the load; requests under way are waited for.
    pub async fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for caller in self.callers {
            caller.await.expect("a caller does not panic");
        }
    }
}

struct Caller {
    http: reqwest::Client,
    base: String,
    token: String,
    ledger: Arc<Ledger>,
    stop: Arc<AtomicBool>,
}

impl Caller {
    async fn run(self) {
        while !self.stop.load(Ordering::Relaxed) {
            let key = Uuid::now_v7().to_string();
            while !self.stop.load(Ordering::Relaxed) {
                if self.submit(&key).await {
                    self.read(&key).await;
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Returns `true` if the order was acknowledged.
    async fn submit(&self, key: &str) -> bool {
        let request = self.http.post(format!("{}/api/v1/orders", self.base));
        let sent = request
            .bearer_auth(&self.token)
            .header("Idempotency-Key", key)
            .json(&Report::default().saying(key).json())
            .send()
            .await;
        let Some(body) = self.ledger.judge("POST /orders", sent).await else {
            return false;
        };
        let number = body["number"].as_str().expect("an order").to_owned();
        lock(&self.ledger.acknowledged).insert(key.to_owned(), number);
        true
    }

    /// Reads the order that was just acknowledged: it must be there.
    async fn read(&self, key: &str) {
        let number = lock(&self.ledger.acknowledged)
            .get(key)
            .cloned()
            .unwrap_or_default();
        let request = self.http.get(format!("{}/api/v1/orders/{number}", self.base));
        let sent = request.bearer_auth(&self.token).send().await;
        self.ledger.judge("GET /orders", sent).await;
    }
}

impl Ledger {
    /// Returns the body of a success, and books everything else.
    async fn judge(&self, call: &str, sent: reqwest::Result<reqwest::Response>) -> Option<Value> {
        let Ok(answer) = sent else {
            self.broken_off.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        let status = answer.status().as_u16();
        let has_retry_after = answer.headers().contains_key("retry-after");
        match status {
            200 | 201 => {
                let body = answer.json().await.ok();
                if body.is_none() {
                    self.broken_off.fetch_add(1, Ordering::Relaxed);
                }
                body
            }
            503 if has_retry_after => {
                self.unavailable.fetch_add(1, Ordering::Relaxed);
                None
            }
            _ => {
                let body = answer.text().await.unwrap_or_default();
                lock(&self.faults).push(format!("{call}: {status} {body}"));
                None
            }
        }
    }

    pub fn count(&self) -> usize {
        lock(&self.acknowledged).len()
    }

    /// Waits until another order is acknowledged.
    pub async fn wait_for_more(&self, timeout: Duration) {
        let before = self.count();
        let more = async {
            while self.count() == before {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let more = tokio::time::timeout(timeout, more).await;
        assert!(more.is_ok(), "no order was acknowledged within {timeout:?}");
    }

    /// Asserts that no answer was a fault, and returns how many acknowledged orders are missing and how many keys have
    /// more than one order in the database.
    pub async fn compare(&self, database_url: &str) -> (usize, usize) {
        let faults = lock(&self.faults).clone();
        assert!(faults.is_empty(), "{} faults, first: {}", faults.len(), faults[0]);
        let db = Database::connect(database_url).await.expect("the database");
        let statement = Statement::from_string(
            db.get_database_backend(),
            "SELECT number, description FROM orders",
        );
        let rows = db.query_all_raw(statement).await.expect("the orders");
        let mut numbers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows {
            let (number, description): (String, String) = (
                row.try_get("", "number").unwrap(),
                row.try_get("", "description").unwrap(),
            );
            numbers.entry(description).or_default().push(number);
        }
        db.close().await.expect("closed");
        let acknowledged = lock(&self.acknowledged);
        let is_stored = |(key, number): &(&String, &String)| {
            numbers.get(*key).is_some_and(|found| found.contains(number))
        };
        let lost = acknowledged.iter().filter(|entry| !is_stored(entry)).count();
        let doubled = numbers.values().filter(|found| found.len() > 1).count();
        (lost, doubled)
    }

    /// How many acknowledged orders the product does not show to their delegates' colleague of the hotline; read over HTTP.
    pub async fn missing_over_http(&self, product: &Product, delegates: &[Delegate]) -> usize {
        let numbers: Vec<_> = lock(&self.acknowledged).values().cloned().collect();
        let mut shown = std::collections::BTreeSet::new();
        for delegate in delegates {
            let mut cursor = Some(String::new());
            while let Some(at) = cursor {
                let mut query = vec![("scope", "mine".to_owned()), ("limit", "100".to_owned())];
                if !at.is_empty() {
                    query.push(("cursor", at));
                }
                let request = product
                    .http
                    .get(format!("{}/api/v1/orders", product.base))
                    .query(&query);
                let answer = request.bearer_auth(&delegate.token).send().await.unwrap();
                let page: Value = answer.json().await.unwrap();
                let items = page["items"].as_array().expect("a page");
                shown.extend(
                    items
                        .iter()
                        .map(|order| order["number"].as_str().unwrap_or_default().to_owned()),
                );
                cursor = page["next_cursor"].as_str().map(str::to_owned);
            }
        }
        numbers.iter().filter(|number| !shown.contains(*number)).count()
    }

    /// One line for `docs/reliability.md`.
    pub fn figures(&self) -> Value {
        json!({
            "acknowledged": self.count(),
            "answered 503": self.unavailable.load(Ordering::Relaxed),
            "broken off": self.broken_off.load(Ordering::Relaxed),
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

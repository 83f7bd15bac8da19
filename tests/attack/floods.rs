//! Strangers who call without pause: each kind of call that costs a row, a transaction or a call to WeChat has a budget, and
//! made-up paths and methods leave nothing behind.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt as _;
use reqwest::{Method, RequestBuilder};
use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::json;
use tests::orders::Report;

use crate::product::{Product, Settings};

const CALLS: usize = 2_000;
const CALLERS: usize = 16;
const ADDRESSES: usize = 2;
/// Answered calls of one kind: an address has 120 at once at most, and two a second while the flood lasts.
const MOST_ANSWERED: usize = CALLS / 2;
/// Lines of `/metrics` that thousands of made-up paths may add: two kinds of request with the lines of their histograms.
const METRIC_LINES: usize = 60;
const MEMORY_MIB: u64 = 64;

/// How many were answered, and how many were refused.
#[derive(Debug, Default)]
struct Counts {
    answered: AtomicUsize,
    refused: AtomicUsize,
}

impl Counts {
    fn figures(&self, name: &str) -> String {
        let (answered, refused) = (&self.answered, &self.refused);
        format!(
            "{name} {} answered and {} refused",
            answered.load(Ordering::Relaxed),
            refused.load(Ordering::Relaxed)
        )
    }
}

fn count(counts: &Counts, expected: &[u16], answer: &reqwest::Response) {
    match answer.status().as_u16() {
        429 => {
            assert!(answer.headers().contains_key("retry-after"));
            counts.refused.fetch_add(1, Ordering::Relaxed);
        }
        status => {
            assert!(expected.contains(&status), "{status}");
            counts.answered.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Sends many calls from a few addresses. Each is answered by one of `expected`, or 429 with `Retry-After`.
async fn flood(expected: &[u16], call: impl Fn(usize) -> RequestBuilder) -> Counts {
    let counts = Counts::default();
    let one = |number: usize| {
        let address = format!("192.0.2.{}", number % ADDRESSES + 1);
        let sent = call(number).header("X-Forwarded-For", address).send();
        let counts = &counts;
        async move {
            let answer = sent.await.expect("an answer");
            count(counts, expected, &answer);
            let _ = answer.bytes().await;
        }
    };
    futures_util::stream::iter(0..CALLS)
        .for_each_concurrent(CALLERS, one)
        .await;
    counts
}

async fn lines_of_metrics(product: &Product, url: &str) -> usize {
    let answer = product.http.get(url).send().await.unwrap();
    answer.text().await.unwrap().lines().count()
}

async fn rows(database_url: &str, table: &str) -> i64 {
    let db = Database::connect(database_url).await.unwrap();
    let count = format!("SELECT count(*) AS n FROM {table}");
    let statement = Statement::from_string(db.get_database_backend(), count);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    db.close().await.unwrap();
    row.try_get("", "n").unwrap()
}

/// A product behind a proxy, and the address of its metrics.
async fn start(folder: &std::path::Path) -> (Product, String) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let metrics = format!("127.0.0.1:{}", port.expect("a port").port());
    let mut settings = Settings::sqlite(folder);
    for (name, value) in [
        ("ZHITONG_TRUSTED_PROXIES", "127.0.0.1"),
        ("ZHITONG_METRICS_BIND", &metrics),
    ] {
        settings.variables.push((name.to_owned(), value.to_owned()));
    }
    (
        Product::start(settings).await,
        format!("http://{metrics}/metrics"),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_have_budgets_and_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (product, metrics) = start(folder.path()).await;
    let database = Settings::sqlite(folder.path()).database_url;
    let delegates = product.delegates(1).await;
    let url = |path: &str| format!("{}{path}", product.base);
    let post = |path: &str, body| product.http.post(url(path)).json(&body);
    let before = product.memory_mib();

    let pages = flood(&[200], |_| product.http.get(url("/console/login"))).await;
    let stored = rows(&database, "login_request").await;
    let codes = flood(&[400, 401, 403, 422], |number| {
        post("/api/v1/sessions", json!({ "code": format!("made-up-{number}") }))
    });
    let codes = codes.await;
    let tokens = flood(&[400, 401], |number| {
        post(
            "/api/v1/sessions/refresh",
            json!({ "refresh_token": format!("made-up-{number}") }),
        )
    });
    let tokens = tokens.await;
    let visits = flood(&[400, 401, 403, 422], |number| {
        post(
            "/api/v1/sites/LL-STATION-01/visits",
            json!({ "login_code": format!("made-up-{number}") }),
        )
    });
    let visits = visits.await;
    let budgeted = [
        ("sign-in page", &pages),
        ("login codes", &codes),
        ("refresh tokens", &tokens),
        ("site visits", &visits),
    ];
    let figures = budgeted.map(|(name, counts)| counts.figures(name)).join(", ");
    let lines = lines_of_metrics(&product, &metrics).await;
    let unknown = flood(&[404, 405], |number| {
        let method = Method::from_bytes(format!("ODD{}", number % 7 * number).as_bytes()).unwrap();
        let method = if number % 2 == 0 { Method::GET } else { method };
        product
            .http
            .request(method, url(&format!("/no-such-{number}/path")))
    });
    let unknown = unknown.await;
    let added = lines_of_metrics(&product, &metrics).await.saturating_sub(lines);
    let grown = product.memory_mib().saturating_sub(before);
    println!(
        "strangers' floods: {CALLS} each, {figures}; {stored} rows of sign-in codes; {}, {added} lines of metrics more; \
         memory +{grown} MiB",
        unknown.figures("unknown paths")
    );
    for (name, counts) in budgeted {
        let answered = counts.answered.load(Ordering::Relaxed);
        assert!(
            answered < MOST_ANSWERED,
            "{name}: {answered} of {CALLS} were answered"
        );
    }
    let answered = i64::try_from(pages.answered.load(Ordering::Relaxed)).unwrap();
    assert!(stored <= answered, "a refused page has left a row: {stored} rows");
    assert!(added <= METRIC_LINES, "{added} lines");
    assert!(grown < MEMORY_MIB, "{grown} MiB");
    let public = product.http.get(url("/metrics")).send().await.unwrap();
    assert_eq!(public.status(), 404);
    // A delegate works as before, and can sign in from elsewhere.
    let order = post("/api/v1/orders", Report::default().json());
    let order = order
        .bearer_auth(&delegates[0].token)
        .header("Idempotency-Key", "after-the-flood");
    assert_eq!(order.send().await.unwrap().status(), 201);
    assert_eq!(product.delegates(2).await.len(), 2);
}

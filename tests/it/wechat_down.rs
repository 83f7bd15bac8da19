//! WeChat slow, gone, or cut off: who calls it hears so soon, and who does not call it notices nothing.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::fault_proxy::Fault as Line;
use tests::{Client, Db, TestApp};
use zhitong::wechat::CallError;
use zhitong::wechat::WeChat;

const REQUESTS: usize = 200;
/// Tolerance for other work of the machine, per request.
const NOISE: Duration = Duration::from_millis(150);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_wechat_hangs_callers_soon_hear_so_at_once() {
    let app = TestApp::with(Db::Sqlite)
        .breakable_wechat()
        .set("WECHAT_TIMEOUT_MS", "200")
        .start()
        .await;
    let wechat = app.app().state::<WeChat>();
    app.wechat_line().set(Line::Hang);
    for _ in 0..5 {
        assert_eq!(
            wechat.session_of_code("x").await.unwrap_err(),
            CallError::TimedOut
        );
    }
    let started = Instant::now();
    for _ in 0..100 {
        assert_eq!(
            wechat.session_of_code("x").await.unwrap_err(),
            CallError::Unavailable
        );
    }
    assert!(
        started.elapsed() < Duration::from_millis(200),
        "{:?}",
        started.elapsed()
    );
    // WeChat is back; after a while one call tries, and all go through again.
    app.wechat_line().set(Line::None);
    app.advance(chrono::TimeDelta::seconds(11)).await;
    let error = wechat.session_of_code("x").await.unwrap_err();
    assert_eq!(error.errcode(), Some(40029));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_cut_is_ambiguous_and_one_that_never_stood_is_not() {
    let app = TestApp::with(Db::Sqlite).breakable_wechat().start().await;
    let wechat = app.app().state::<WeChat>();
    for fault in [Line::CutAnswerAfter(20), Line::CutRequestAfter(20)] {
        app.wechat_line().set(fault);
        let error = wechat.session_of_code("x").await.unwrap_err();
        assert_eq!(error, CallError::TimedOut, "{fault:?}");
    }
    // Closed before the first byte, or just after it: the one is known not to have arrived.
    app.wechat_line().set(Line::Refuse);
    let error = wechat.session_of_code("x").await.unwrap_err();
    assert!(
        matches!(error, CallError::Unavailable | CallError::TimedOut),
        "{error}"
    );
    app.finish().await;
}

/// The slowest but two of many requests that have nothing to do with WeChat: with a session and a query each.
async fn p99(client: &Client) -> Duration {
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let started = Instant::now();
        client.get("/orders?scope=mine").await.assert_status(200);
        times.push(started.elapsed());
    }
    times.sort();
    times[REQUESTS - 3]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_wechat_hangs_other_requests_are_as_fast_as_ever() {
    let app = TestApp::with(Db::Sqlite)
        .breakable_wechat()
        .set("WECHAT_TIMEOUT_MS", "1500")
        .start()
        .await;
    let delegate = app.delegate("").await;
    let quiet = p99(&delegate).await;
    app.wechat_line().set(Line::Hang);
    let sign_ins: Vec<_> = (0..100)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move {
                let started = Instant::now();
                let answer = app.anonymous().post("/sessions", json!({ "code": "x" })).await;
                // One address has a budget; whoever is over it never gets as far as WeChat.
                if answer.status == 429 {
                    answer.assert_problem(429, "too_many_requests");
                } else {
                    answer.assert_problem(503, "wechat_unavailable");
                    assert_eq!(answer.header("retry-after"), "5");
                }
                started.elapsed()
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let hung = p99(&delegate).await;
    assert!(
        hung < quiet * 3 + NOISE,
        "p99 {hung:?}, and {quiet:?} when WeChat answers"
    );
    for sign_in in sign_ins {
        let took = sign_in.await.unwrap();
        assert!(took < Duration::from_secs(4), "a sign-in waited {took:?}");
    }
    let started = Instant::now();
    let answer = app.anonymous().post("/sessions", json!({ "code": "x" })).await;
    answer.assert_problem(503, "wechat_unavailable");
    assert!(
        started.elapsed() < Duration::from_millis(500),
        "the circuit is open"
    );
    app.finish().await;
}

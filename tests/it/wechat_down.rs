//! WeChat slow, gone, or cut off: who calls it hears so soon, and who does not call it notices nothing.

use serde_json::json;
use tests::fault_proxy::Fault as Line;
use tests::{Db, TestApp};
use zhitong::wechat::CallError;
use zhitong::wechat::WeChat;

const REQUESTS: usize = 200;

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
    let made = app.wechat_line().connections_made();
    for _ in 0..100 {
        assert_eq!(
            wechat.session_of_code("x").await.unwrap_err(),
            CallError::Unavailable
        );
    }
    assert_eq!(app.wechat_line().connections_made(), made, "the circuit is open");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_wechat_hangs_other_requests_are_answered_meanwhile() {
    let app = TestApp::with(Db::Sqlite)
        .breakable_wechat()
        .set("WECHAT_TIMEOUT_MS", "60000")
        .start()
        .await;
    let delegate = app.delegate("").await;
    app.wechat_line().set(Line::Hang);
    let sign_ins: Vec<_> = (0..100)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { app.anonymous().post("/sessions", json!({ "code": "x" })).await })
        })
        .collect();
    while app.wechat_line().connections_made() == 0 {
        tokio::task::yield_now().await;
    }
    for _ in 0..REQUESTS {
        delegate.get("/orders?scope=mine").await.assert_status(200);
    }
    // Cut, so that nobody waits for the minute.
    let waiting = sign_ins.iter().filter(|sign_in| !sign_in.is_finished()).count();
    assert!(waiting > 0, "the requests were answered while sign-ins waited");
    app.wechat_line().set(Line::Refuse);
    for sign_in in sign_ins {
        let answer = sign_in.await.unwrap();
        // One address has a budget; a call over it never gets as far as WeChat.
        if answer.status == 429 {
            answer.assert_problem(429, "too_many_requests");
        } else {
            answer.assert_problem(503, "wechat_unavailable");
            assert_eq!(answer.header("retry-after"), "5");
        }
    }
    let made = app.wechat_line().connections_made();
    let answer = app.anonymous().post("/sessions", json!({ "code": "x" })).await;
    answer.assert_problem(503, "wechat_unavailable");
    assert_eq!(app.wechat_line().connections_made(), made, "the circuit is open");
    app.finish().await;
}

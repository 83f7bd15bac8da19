//! Budgets of callers without an account, and the headers of every answer.

use std::time::Duration;
use zhitong::overview::screen_hub::ScreenHub;

use reqwest::Method;
use serde_json::json;
use tests::{Browser, Client, Db, PersonQuery, TestApp};

/// A site of the demo.
const SITE: &str = "/sites/LL-STATION-01";
const LIVE: [(&str, &str); 4] = [
    ("WECHAT_MODE", "sandbox"),
    ("ZHITONG_PUBLIC_URL", "https://zhitong.example.cn"),
    ("ZHITONG_TRUSTED_PROXIES", "127.0.0.1"),
    ("WECHAT_PUSH_TOKEN", "testtoken"),
];

/// How many of these are answered before the first 429, which says when to come back.
async fn until_refused(most: usize, call: impl AsyncFn() -> tests::Answer) -> usize {
    for number in 0..most {
        let answer = call().await;
        if answer.status == 429 {
            answer.assert_problem(429, "too_many_requests");
            assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
            return number;
        }
    }
    panic!("{most} calls were not too many");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn false_codes_and_tokens_are_counted_and_genuine_ones_are_not() {
    let app = TestApp::with(Db::Sqlite).start().await;
    let nobody = app.anonymous();
    let code = async || nobody.post("/sessions", json!({ "code": "made-up" })).await;
    assert!((60..80).contains(&until_refused(100, code).await));
    let token = async || {
        nobody
            .post("/sessions/refresh", json!({ "refresh_token": "made-up" }))
            .await
    };
    assert!((60..80).contains(&until_refused(100, token).await));
    // The address is at its limit for false ones; a call to WeChat is not made at all.
    let calls = nobody
        .sandbox("login-codes", json!({ "openid": "o-somebody" }))
        .await;
    assert!(calls["code"].is_string());
    app.finish().await;

    let app = TestApp::with(Db::Sqlite).start().await;
    let person = app.person(PersonQuery::role("operator")).await;
    for _ in 0..80 {
        Client::sign_in(app.clone(), person.clone()).await;
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_pages_and_visits_are_counted_by_address() {
    let app = TestApp::with(Db::Sqlite)
        .set("ZHITONG_TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let from = async |address: &str, method: Method, path: &str, body: serde_json::Value| {
        let fill = |request: reqwest::RequestBuilder| {
            let request = request.header("X-Forwarded-For", address);
            if body.is_null() {
                request
            } else {
                request.json(&body)
            }
        };
        app.anonymous().request(method, path, fill).await
    };
    let mut pages = 0;
    while from("192.0.2.1", Method::GET, "/console/login", json!(null))
        .await
        .status
        == 200
    {
        pages += 1;
        assert!(pages < 200, "any number of pages");
    }
    assert!(pages >= 120, "{pages}");
    from("192.0.2.2", Method::GET, "/console/login", json!(null))
        .await
        .assert_status(200);
    // A page that is loaded anew shows the same code and costs nothing.
    let browser = Browser::new(&app);
    for _ in 0..150 {
        browser.get("/console/login").await.assert_status(200);
    }
    let path = format!("{SITE}/visits");
    let visit = async || {
        from(
            "192.0.2.1",
            Method::POST,
            &path,
            json!({ "login_code": "made-up" }),
        )
        .await
    };
    assert!(until_refused(200, visit).await >= 120);
    app.finish().await;
}

async fn open_stream(app: &TestApp, who: &Client) -> reqwest::Response {
    let request = app.http().get(format!("{}/api/v1/overview/stream", app.base()));
    request.bearer_auth(who.token().unwrap()).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_has_five_live_streams() {
    let app = TestApp::with(Db::Sqlite).start().await;
    let supervisor = app.supervisor().await;
    let open = async || open_stream(&app, &supervisor).await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        let stream = open().await;
        assert_eq!(stream.status().as_u16(), 200);
        streams.push(stream);
    }
    assert_eq!(open().await.status().as_u16(), 429);
    // A tab that is closed gives its place back at once.
    drop(streams.pop());
    let mut tries = 0;
    while app.app().state::<ScreenHub>().count() == 5 {
        tries += 1;
        assert!(tries < 500, "the closed stream keeps its place");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(open().await.status().as_u16(), 200);
    app.app().state::<ScreenHub>().close();
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_has_twenty_live_streams_in_all_sessions_together() {
    let app = TestApp::with(Db::Sqlite).start().await;
    let person = app.person(PersonQuery::role("supervisor")).await;
    let mut streams = Vec::new();
    for _ in 0..4 {
        let session = Client::sign_in(app.clone(), person.clone()).await;
        for _ in 0..5 {
            let stream = open_stream(&app, &session).await;
            assert_eq!(stream.status().as_u16(), 200, "{} are open", streams.len());
            streams.push(stream);
        }
    }
    let fifth = Client::sign_in(app.clone(), person).await;
    assert_eq!(open_stream(&app, &fifth).await.status().as_u16(), 429);
    let other = app.admin().await;
    assert_eq!(open_stream(&app, &other).await.status().as_u16(), 200);
    app.app().state::<ScreenHub>().close();
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_say_who_may_keep_them_and_how_they_may_be_shown() {
    let mut builder = TestApp::with(Db::Sqlite);
    for (name, value) in LIVE {
        builder = builder.set(name, value);
    }
    let app = builder.start().await;
    let delegate = app.delegate("").await;
    for path in ["/me", "/orders", "/categories"] {
        let answer = delegate.get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=31536000",
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
    let docs = app.anonymous().get("/docs/").await;
    assert!(
        docs.header("content-security-policy")
            .contains("default-src 'none'"),
        "{docs:?}"
    );
    let refused = app.anonymous().get("/me").await;
    refused.assert_problem(401, "not_signed_in");
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    // A scheme has no case.
    let token = delegate.token().unwrap();
    for scheme in ["bearer", "BEARER"] {
        let fill =
            |request: reqwest::RequestBuilder| request.header("Authorization", format!("{scheme} {token}"));
        app.anonymous()
            .request(Method::GET, "/me", fill)
            .await
            .assert_status(200);
    }
    let fill = |request: reqwest::RequestBuilder| request.body(vec![b'x'; 400_000]);
    let push = app
        .anonymous()
        .request(Method::POST, "/wechat/push?signature=x&timestamp=1&nonce=2", fill)
        .await;
    push.assert_problem(413, "body_too_large");
    app.finish().await;

    let app = TestApp::with(Db::Sqlite).start().await;
    let plain = app.anonymous().get("/healthz").await;
    assert_eq!(
        plain.header("strict-transport-security"),
        "",
        "there is no TLS to insist on"
    );
    app.finish().await;
}

tests::on_both_databases! {
    async fn an_order_is_found_by_its_number_in_any_case(app: TestApp) {
        let delegate = app.delegate("").await;
        let order = delegate.submit(&tests::orders::Report::at(tests::places::JIANXI)).await;
        app.run_jobs().await;
        let number = tests::orders::number(&order);
        for spelt in [number.to_lowercase(), number.to_uppercase()] {
            assert_eq!(delegate.get(&format!("/orders/{spelt}")).await.ok()["number"], number);
        }
        delegate.post(&format!("/orders/{}/cancel", number.to_lowercase()), json!({ "reason": "重复反映" })).await.assert_ok();
        app.run_jobs().await;
    }
}

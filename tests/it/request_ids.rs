//! One id finds a request and the work that it caused.

use entity::{delivery, job, outbound_event, webhook_delivery};
use reqwest::Method;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::json;
use tests::order_fixture::{NOISE, OrderFixture};
use tests::orders::Report;
use tests::places::JIANXI;
use tests::receiver::Receiver;
use tests::{Db, TestApp};
use zhitong::webhooks::worker;

const ID: &str = "client-made-id-0002";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Counts the checks of texts that this request caused, itself or by another job.
async fn text_checks(app: &TestApp, id: &str) -> u64 {
    let jobs = job::Entity::find()
        .filter(job::Column::Kind.eq("check_text"))
        .filter(job::Column::RequestId.eq(id));
    jobs.count(&app.app().db).await.unwrap()
}

/// The id that a request with this `traceparent`, and perhaps an id of its own, gets.
async fn id_of_request(app: &TestApp, parent: &str, id: Option<&str>) -> String {
    let nobody = app.anonymous();
    let answer = nobody
        .request(Method::GET, "/healthz", |request| {
            let request = request.header("traceparent", parent);
            match id {
                Some(id) => request.header("X-Request-Id", id),
                None => request,
            }
        })
        .await;
    answer.header("x-request-id").to_owned()
}

async fn an_order_is_followed_from_the_request_to_the_push(db: Db) {
    let app = TestApp::with(db)
        .set("ZHITONG_WEBHOOK_ALLOW_PRIVATE", "true")
        .start()
        .await;
    let receiver = Receiver::start();
    let endpoint = json!({ "url": receiver.url(), "events": ["*"] });
    app.admin().await.post("/webhooks", endpoint).await.assert_ok();
    // The handler of the unit is signed in from here on, so that WeChat knows whom to push to.
    let report = Report::at(JIANXI).category(NOISE);
    let desk = OrderFixture::with(&app, &report).await;
    app.run_jobs().await;
    while worker::deliver_due(app.app()).await.unwrap() > 0 {}
    assert_eq!(text_checks(&app, ID).await, 0);

    let filed = desk
        .delegate
        .request(Method::POST, "/orders", |request| {
            let request = request.header("Idempotency-Key", "request-ids-0001");
            request.header("X-Request-Id", ID).json(&report.json())
        })
        .await;
    filed.assert_status(201);
    assert_eq!(filed.header("x-request-id"), ID);
    let db = &app.app().db;
    let events = outbound_event::Entity::find().filter(outbound_event::Column::RequestId.eq(ID));
    assert_eq!(events.count(db).await.unwrap(), 2, "submitted and dispatched");
    assert_eq!(text_checks(&app, ID).await, 1);

    // WeChat fails once: the job enqueues a second one, and hands the id on to it.
    let fault = json!({ "endpoint": "msg_sec_check", "http_status": 502, "times": 1 });
    desk.delegate.sandbox("faults", fault).await;
    app.run_jobs().await;
    assert_eq!(text_checks(&app, ID).await, 2);
    while worker::deliver_due(app.app()).await.unwrap() > 0 {}
    let pushes = delivery::Entity::find().filter(delivery::Column::RequestId.eq(ID));
    assert!(
        pushes.count(db).await.unwrap() > 0,
        "the unit's handler is pushed to"
    );
    let calls = webhook_delivery::Entity::find();
    let own = calls.clone().filter(webhook_delivery::Column::RequestId.eq(ID));
    assert!(own.count(db).await.unwrap() >= 2, "submitted and dispatched");
    let others = calls.filter(webhook_delivery::Column::RequestId.ne(ID));
    assert!(others.count(db).await.unwrap() >= 2, "those of the first order");
    app.finish().await;
}

tests::journeys! {
    an_order_from_the_request_to_the_push => an_order_is_followed_from_the_request_to_the_push;
}

tests::on_both_databases! {
    async fn the_trace_of_the_caller_is_the_id_of_a_request_without_one(app: TestApp) {
        let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
        assert_eq!(id_of_request(&app, &parent, None).await, TRACE);
        assert_eq!(id_of_request(&app, &parent, Some(ID)).await, ID);
        let zero = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
        for wrong in [zero.as_str(), "00-short-00f067aa0ba902b7-01", TRACE, "ff"] {
            let id = id_of_request(&app, wrong, None).await;
            assert!(!id.is_empty() && !wrong.contains(&id), "{wrong}: {id}");
        }
    }
}
